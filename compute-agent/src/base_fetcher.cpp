// SPDX-License-Identifier: Apache-2.0
#include "compute-agent/src/base_fetcher.h"

#include <algorithm>

namespace virga::agent {
namespace {

std::string key_of(const storage::BaseImage& image) {
  return WorkQueue::kSlowPrefix + image.format + ":" + image.digest;
}

}  // namespace

BaseFetcher::BaseFetcher(storage::DiskStore& store, storage::FetchImage fetch, WorkQueue& queue)
    : store_(store), fetch_(std::move(fetch)), queue_(queue) {}

bool BaseFetcher::ready(const storage::BaseImage& image) {
  const std::scoped_lock lock(mutex_);
  return ready_.contains(key_of(image));
}

void BaseFetcher::want(const storage::BaseImage& image, const std::string& instance_id) {
  const std::string key = key_of(image);
  const std::scoped_lock lock(mutex_);
  Job& job = jobs_[key];
  job.image = image;
  if (job.waiting.insert(instance_id).second && job.waiting.size() == 1) queue_.wake(key);
}

void BaseFetcher::withdraw(const std::string& instance_id) {
  const std::scoped_lock lock(mutex_);
  failures_.erase(instance_id);
  for (auto& [key, job] : jobs_) job.waiting.erase(instance_id);
}

bool BaseFetcher::waits(const std::string& instance_id) {
  const std::scoped_lock lock(mutex_);
  return std::any_of(jobs_.begin(), jobs_.end(),
                     [&](const auto& entry) { return entry.second.waiting.contains(instance_id); });
}

std::optional<Error> BaseFetcher::take_failure(const std::string& instance_id) {
  const std::scoped_lock lock(mutex_);
  const auto found = failures_.find(instance_id);
  if (found == failures_.end()) return std::nullopt;
  Error failure = found->second;
  failures_.erase(found);
  return failure;
}

void BaseFetcher::forget(const storage::BaseImage& image) {
  const std::scoped_lock lock(mutex_);
  ready_.erase(key_of(image));
}

void BaseFetcher::close(bool closed) {
  const std::scoped_lock lock(mutex_);
  closed_ = closed;
}

void BaseFetcher::run(const std::string& key) {
  const auto image = image_of(key);
  if (!image) return;
  std::optional<Error> failure;
  try {
    store_.ensure_base(*image, [&](const storage::BaseImage& what, const storage::ByteSink& sink) {
      fetch_(what, [&](std::string_view bytes) {
        if (!wanted(key))
          throw Error(ErrorKind::unavailable, "Nobody waits for the image any longer.");
        sink(bytes);
      });
    });
  } catch (const Error& e) {
    failure = e;
  } catch (const std::exception& e) {
    failure = Error(ErrorKind::internal, e.what());
  }
  finish(key, failure);
}

std::optional<storage::BaseImage> BaseFetcher::image_of(const std::string& key) {
  const std::scoped_lock lock(mutex_);
  const auto found = jobs_.find(key);
  if (found == jobs_.end()) return std::nullopt;
  if (!found->second.waiting.empty()) return found->second.image;
  jobs_.erase(found);
  return std::nullopt;
}

bool BaseFetcher::wanted(const std::string& key) {
  const std::scoped_lock lock(mutex_);
  return !closed_ && !jobs_.at(key).waiting.empty();
}

void BaseFetcher::finish(const std::string& key, const std::optional<Error>& failure) {
  const std::scoped_lock lock(mutex_);
  if (!failure) ready_.insert(key);
  const auto job = jobs_.extract(key);
  for (const auto& id : job.mapped().waiting) {
    if (failure) failures_.insert_or_assign(id, *failure);
    queue_.wake(id);
  }
}

}  // namespace virga::agent
