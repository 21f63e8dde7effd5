// SPDX-License-Identifier: Apache-2.0
// Forgets what nothing needs any more: expired tokens, long deleted instances, unreferenced images.
#pragma once

#include <memory>

#include "common/clock.h"
#include "db/store/database.h"
#include "image-service/store_set.h"

namespace virga::controllers {

/// One sweep. Idempotent. Called by the collector's thread; public for tests.
void collect_garbage(store::Database& db, images::ImageStore& images, TimeUs now_us);

/// Removes copies that a store has of images which are not to be there.
void collect_copies(store::Database& db, images::StoreSet& stores);
/// Removes data that no import waits for.
void collect_staged(store::Database& db, images::ImageStore& staging);

/// Sweeps once a minute on a thread of its own.
class GarbageCollector {
 public:
  GarbageCollector(store::Database& db, images::StoreSet& images, const Clock& clock);
  ~GarbageCollector();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace virga::controllers
