// SPDX-License-Identifier: Apache-2.0
// The host's cache of base images beyond what its instances need: fetches ahead, drops, and tells
// what is there.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/clock.h"
#include "compute-agent/src/backoff.h"
#include "compute-agent/src/base_fetcher.h"
#include "db/model/cached_base.h"
#include "storage/disk_store.h"

namespace virga::agent {

/// What the cache is to be.
struct BasesWish {
  std::vector<model::DesiredBase> prefetch;  ///< in order
  std::vector<model::DesiredBase> drop;
  /// What instances are made from, which have no disk yet, perhaps: never dropped.
  std::vector<storage::BaseImage> needed;
};

/// What one look at the cache led to.
struct BasesSeen {
  std::vector<model::ObservedBase> bases;  ///< what the cache holds now
  std::optional<TimeUs> again_us;          ///< when a failed fetch may be tried again
};

/// One base at a time is fetched ahead, so that instances find the other download free. Failures
/// are tried again, slower each time. What it remembers may be lost at any time. One thread at a
/// time.
class BaseKeeper {
 public:
  /// @param key of the work queue, woken when a fetch has ended
  BaseKeeper(storage::DiskStore& store, BaseFetcher& fetcher, Backoff& backoff, const Clock& clock,
             std::string key);

  /// Drops what is to be dropped, and has the next base fetched if none is on its way. Idempotent.
  BasesSeen apply(const BasesWish& wish);

 private:
  struct Tries {
    std::int64_t failures = 0;
    TimeUs since_us = 0;  ///< when it failed last
    TimeUs next_us = 0;
  };

  void drop(const BasesWish& wish);
  void take_outcome(const BasesWish& wish);
  std::optional<TimeUs> fetch_next(const BasesWish& wish);
  bool is_paused(const Tries& tries) const;
  std::vector<model::ObservedBase> look() const;

  storage::DiskStore& store_;
  BaseFetcher& fetcher_;
  Backoff& backoff_;
  const Clock& clock_;
  const std::string key_;
  std::optional<model::DesiredBase> on_its_way_;
  std::map<std::string, Tries> tries_;  ///< of those that failed last time, by digest and format
};

}  // namespace virga::agent
