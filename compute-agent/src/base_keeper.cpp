// SPDX-License-Identifier: Apache-2.0
#include "compute-agent/src/base_keeper.h"

#include <algorithm>

#include "common/error.h"
#include "common/log.h"

namespace virga::agent {
namespace {

template <class A, class B>
bool same_base(const A& a, const B& b) {
  return a.digest == b.digest && a.format == b.format;
}

template <class Base, class Bases>
bool is_among(const Base& base, const Bases& bases) {
  return std::any_of(bases.begin(), bases.end(),
                     [&](const auto& other) { return same_base(base, other); });
}

storage::BaseImage image_of(const model::DesiredBase& base) {
  return {.digest = base.digest, .format = base.format, .size = base.size, .virtual_size = 0};
}

std::string name_of_base(const model::DesiredBase& base) {
  return base.digest + "." + base.format;
}

}  // namespace

BaseKeeper::BaseKeeper(storage::DiskStore& store, BaseFetcher& fetcher, Backoff& backoff,
                       const Clock& clock, std::string key)
    : store_(store), fetcher_(fetcher), backoff_(backoff), clock_(clock), key_(std::move(key)) {}

BasesSeen BaseKeeper::apply(const BasesWish& wish) {
  drop(wish);
  take_outcome(wish);
  BasesSeen seen;
  seen.again_us = fetch_next(wish);
  seen.bases = look();
  return seen;
}

void BaseKeeper::drop(const BasesWish& wish) {
  for (const auto& base : wish.drop) {
    if (is_among(base, wish.needed)) continue;  // its disk is about to be made
    try {
      fetcher_.forget(image_of(base));  // before it goes: nobody may count on it any longer
      store_.drop_base(image_of(base));
    } catch (const Error& e) {
      log::warning("A base image was not dropped",
                   {{"image", name_of_base(base)}, {"error", e.what()}});
    }
  }
}

/// How the fetch that was asked for has ended, if it has.
void BaseKeeper::take_outcome(const BasesWish& wish) {
  std::erase_if(tries_, [&](const auto& entry) {
    return std::none_of(wish.prefetch.begin(), wish.prefetch.end(),
                        [&](const auto& base) { return name_of_base(base) == entry.first; });
  });
  if (!on_its_way_) return;
  const model::DesiredBase base = *on_its_way_;
  if (!is_among(base, wish.prefetch)) {
    fetcher_.withdraw(key_);
  } else if (const auto failure = fetcher_.take_failure(key_)) {
    Tries& tries = tries_[name_of_base(base)];
    tries.since_us = clock_.now_us();
    tries.next_us = tries.since_us + backoff_.pause_us(++tries.failures);
    log::warning("A base image was not fetched ahead",
                 {{"image", name_of_base(base)},
                  {"attempts", std::to_string(tries.failures)},
                  {"error", failure->what()}});
  } else if (fetcher_.waits(key_)) {
    return;
  } else {
    tries_.erase(name_of_base(base));
  }
  on_its_way_.reset();
}

/// Has the first base fetched that is not there and may be tried now, unless one is on its way.
/// @return when the next one may be tried
std::optional<TimeUs> BaseKeeper::fetch_next(const BasesWish& wish) {
  if (on_its_way_ || wish.prefetch.empty()) return std::nullopt;
  const auto held = store_.list_bases();
  std::optional<TimeUs> again;
  for (const auto& base : wish.prefetch) {
    if (is_among(base, held)) continue;
    const auto tries = tries_.find(name_of_base(base));
    if (tries != tries_.end() && is_paused(tries->second)) {
      again = std::min(again.value_or(tries->second.next_us), tries->second.next_us);
      continue;
    }
    fetcher_.forget(image_of(base));  // it may have been there before
    on_its_way_ = base;
    fetcher_.want(image_of(base), key_);
    return std::nullopt;
  }
  return again;
}

// A clock that was set back would hold it for as long.
bool BaseKeeper::is_paused(const Tries& tries) const {
  const TimeUs now = clock_.now_us();
  return tries.since_us <= now && now < tries.next_us;
}

std::vector<model::ObservedBase> BaseKeeper::look() const {
  std::vector<model::ObservedBase> bases;
  for (const auto& base : store_.list_bases())  // times before 1970 would be refused
    bases.push_back({base.digest, base.format, base.size, std::max<TimeUs>(0, base.used_us),
                     std::max<TimeUs>(0, base.made_us), base.disks});
  return bases;
}

}  // namespace virga::agent
