// SPDX-License-Identifier: Apache-2.0
#include "api/controllers/gc.h"

#include <condition_variable>
#include <mutex>
#include <thread>

#include "common/log.h"
#include "db/store/console_tokens.h"
#include "db/store/hosts.h"
#include "db/store/image_tasks.h"
#include "db/store/images.h"
#include "db/store/instance_snapshots.h"
#include "db/store/instances.h"
#include "db/store/receipts.h"
#include "db/store/tokens.h"

namespace virga::controllers {
namespace {

constexpr TimeUs kKeepDeleted = 7LL * 24 * 3600 * kSecondUs;
constexpr TimeUs kExpiredTokensUs = 48LL * 3600 * kSecondUs;  // services may ask for them so long
constexpr std::int64_t kYoungSeconds = 60;  // > the time between an image's commit and its record
constexpr auto kEvery = std::chrono::seconds(60);

}  // namespace

void collect_staged(store::Database& db, images::ImageStore& staging) {
  for (const auto& digest : staging.list(kYoungSeconds)) {
    if (db.read([&](store::ReadTx& tx) { return store::images::is_wanted(tx, digest); })) continue;
    staging.remove(digest);
    log::info("leftover of an import removed", {{"digest", digest}});
  }
}

void collect_copies(store::Database& db, images::StoreSet& stores) {
  for (const auto& config : stores.configs()) {
    auto& one = stores.named(config.id);
    for (const auto& digest : one.list(kYoungSeconds)) {
      const bool needed = db.read([&](store::ReadTx& tx) {
        return store::images::is_stored(tx, digest, config.id) ||
               store::images::is_wanted(tx, digest) || store::instances::uses_image(tx, digest, "");
      });
      if (needed) continue;
      one.remove(digest);
      log::info("unreferenced copy removed", {{"digest", digest}, {"store", config.id}});
    }
  }
}

void collect_garbage(store::Database& db, images::ImageStore& images, TimeUs now_us) {
  db.write([&](store::WriteTx& tx) {
    store::tokens::erase_expired(tx, now_us - kExpiredTokensUs);
    store::receipts::erase_expired(tx, now_us);
    store::console_tokens::erase_expired(tx, now_us);
    store::hosts::erase_expired_enrolments(tx, now_us);
    store::image_tasks::erase_expired(tx, now_us);
    store::instance_snapshots::give_up_overdue(tx, now_us);
    store::instances::purge_deleted(tx, now_us - kKeepDeleted);
  });
  for (const auto& digest : images.list(kYoungSeconds)) {
    const bool needed = db.read([&](store::ReadTx& tx) {
      return store::images::count_with_digest(tx, digest) > 0 ||
             store::images::is_wanted(tx, digest) || store::instances::uses_image(tx, digest, "");
    });
    if (needed) continue;
    images.remove(digest);
    log::info("unreferenced image removed", {{"digest", digest}});
  }
}

struct GarbageCollector::Impl {
  std::mutex mutex;  // guards stopping
  std::condition_variable wake;
  bool stopping = false;
  std::thread thread;
};

GarbageCollector::GarbageCollector(store::Database& db, images::StoreSet& images,
                                   const Clock& clock)
    : impl_(std::make_unique<Impl>()) {
  impl_->thread = std::thread([this, &db, &images, &clock] {
    std::unique_lock lock(impl_->mutex);
    while (!impl_->wake.wait_for(lock, kEvery, [this] { return impl_->stopping; })) {
      lock.unlock();
      try {
        collect_garbage(db, images, clock.now_us());
        collect_copies(db, images);
        collect_staged(db, images.staging());
      } catch (const std::exception& e) {
        log::error("garbage was not collected", {{"error", e.what()}});
      }
      lock.lock();
    }
  });
}

GarbageCollector::~GarbageCollector() {
  {
    const std::scoped_lock lock(impl_->mutex);
    impl_->stopping = true;
  }
  impl_->wake.notify_all();
  impl_->thread.join();
}

}  // namespace virga::controllers
