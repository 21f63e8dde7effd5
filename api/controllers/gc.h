// SPDX-License-Identifier: Apache-2.0
// Forgets what nothing needs any more: expired tokens, long deleted instances, unreferenced images.
#pragma once

#include <memory>

#include "common/clock.h"
#include "db/store/database.h"
#include "image-service/image_store.h"

namespace virga::controllers {

/// One sweep. Idempotent. Called by the collector's thread; public for tests.
void collect_garbage(store::Database& db, images::ImageStore& images, TimeUs now_us);

/// Sweeps once a minute on a thread of its own.
class GarbageCollector {
 public:
  GarbageCollector(store::Database& db, images::ImageStore& images, const Clock& clock);
  ~GarbageCollector();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace virga::controllers
