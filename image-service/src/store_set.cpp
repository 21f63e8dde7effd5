// SPDX-License-Identifier: Apache-2.0
#include "image-service/store_set.h"

#include <algorithm>
#include <limits>

#include "common/error.h"

namespace virga::images {
namespace {

constexpr std::size_t kMostName = 64;

void check_name(const StoreConfig& store) {
  const bool sound =
      !store.id.empty() && store.id.size() <= kMostName && !store.id.starts_with("os_glance_") &&
      store.id.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-_") == std::string::npos;
  if (!sound) throw Error(ErrorKind::invalid, "'" + store.id + "' is not a name for a store.");
}

}  // namespace

StoreSet::StoreSet(std::vector<StoreConfig> stores, const std::string& staging_directory)
    : configs_(std::move(stores)) {
  for (std::size_t i = 0; i < configs_.size(); ++i) {
    check_name(configs_[i]);
    for (std::size_t other = 0; other < i; ++other)
      if (configs_[other].id == configs_[i].id ||
          configs_[other].directory == configs_[i].directory)
        throw Error(ErrorKind::invalid, "The store '" + configs_[i].id + "' is there twice.");
    stores_.push_back(make_directory_image_store(configs_[i].directory));
  }
  staging_ = make_directory_image_store(staging_directory);
}

ImageStore* StoreSet::find(const std::string& id) const {
  for (std::size_t i = 0; i < configs_.size(); ++i)
    if (configs_[i].id == id) return stores_[i].get();
  return nullptr;
}

ImageStore& StoreSet::named(const std::string& id) const {
  ImageStore* const store = find(id);
  if (store == nullptr) throw Error(ErrorKind::not_found, "There is no store '" + id + "'.");
  return *store;
}

void StoreSet::copy(ImageReader& from, const std::string& digest, ImageStore& to) {
  const auto upload = to.begin_upload({std::numeric_limits<std::int64_t>::max(), from.size()});
  read_all(from, [&](std::string_view piece) { upload->write(piece); });
  if (upload->commit(std::nullopt).digest != digest)
    throw Error(ErrorKind::unavailable, "Image " + digest + " changed while it was copied.");
}

std::unique_ptr<Upload> StoreSet::begin_upload(const UploadLimits& limits) {
  return stores_.front()->begin_upload(limits);
}

std::unique_ptr<ImageReader> StoreSet::open(const std::string& digest) const {
  std::unique_ptr<Error> trouble;
  for (const auto& store : stores_) {
    try {
      return store->open(digest);
    } catch (const Error& e) {
      if (!trouble || e.kind() != ErrorKind::not_found) trouble = std::make_unique<Error>(e);
    }
  }
  throw Error(*trouble);
}

bool StoreSet::verify(const std::string& digest) const {
  return std::any_of(stores_.begin(), stores_.end(),
                     [&](const auto& store) { return store->verify(digest); });
}

void StoreSet::remove(const std::string& digest) {
  for (const auto& store : stores_) store->remove(digest);
}

std::vector<std::string> StoreSet::list(std::int64_t min_age_s) const {
  std::vector<std::string> all;
  for (const auto& store : stores_)
    for (auto& digest : store->list(min_age_s)) all.push_back(std::move(digest));
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

}  // namespace virga::images
