// SPDX-License-Identifier: Apache-2.0
#include "api/controllers/image_import.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <set>
#include <thread>
#include <vector>

#include "api/controllers/src/import_step.h"
#include "common/log.h"
#include "common/scheduling.h"
#include "db/store/image_tasks.h"

namespace virga::controllers {
namespace {

using model::ImageTask;

constexpr auto kEvery = std::chrono::seconds(5);
constexpr int kThreads = 4;

}  // namespace

struct ImageImporter::Impl {
  ImportDeps deps;
  std::atomic<bool> stopping = false;
  std::mutex mutex;  // guards wakes and taken
  std::condition_variable wake;
  std::uint64_t wakes = 0;
  std::set<std::string> taken;  // tasks that a thread works on
  std::vector<std::thread> threads;

  explicit Impl(ImportDeps d) : deps(std::move(d)) {
    deps.is_stopping = [this] { return stopping.load(); };
  }

  /// Looks at the rows while it holds the lock: nobody works on what it returns, nor has since.
  std::optional<ImageTask> take(bool from_web) {
    const std::scoped_lock lock(mutex);
    const auto due = deps.db.read(
        [&](store::ReadTx& tx) { return store::image_tasks::list_due(tx, deps.clock.now_us()); });
    const auto task = std::find_if(due.begin(), due.end(), [&](const ImageTask& t) {
      return !taken.contains(t.id) && (from_web || !fetches_from_web(t));
    });
    if (task == due.end()) return std::nullopt;
    taken.insert(task->id);
    return *task;
  }

  void give_back(const ImageTask& task) {
    const std::scoped_lock lock(mutex);
    taken.erase(task.id);
  }

  /// @return false when there was nothing to do, or nothing can be done
  bool work(bool from_web) {
    try {
      const auto task = take(from_web);
      if (!task) return false;
      try {
        step_import(deps, *task);
      } catch (...) {
        give_back(*task);
        throw;
      }
      give_back(*task);
      return true;
    } catch (const std::exception& e) {
      log::error("imports were not looked at", {{"error", e.what()}});
      return false;
    }
  }

  void run(bool from_web) {
    std::unique_lock lock(mutex);
    while (!stopping) {
      const auto seen = wakes;
      lock.unlock();
      const bool worked = work(from_web);
      lock.lock();
      if (!worked) wake.wait_for(lock, kEvery, [&] { return stopping || wakes != seen; });
    }
  }
};

ImageImporter::ImageImporter(ImportDeps deps) : impl_(std::make_unique<Impl>(std::move(deps))) {
  // The first waits for no stranger's server, so that imports of what is here go on.
  for (int n = 0; n < kThreads; ++n)
    impl_->threads.emplace_back([this, n] {
      prefer_others();
      impl_->run(n > 0);
    });
}

ImageImporter::~ImageImporter() {
  {
    const std::scoped_lock lock(impl_->mutex);
    impl_->stopping = true;
  }
  impl_->wake.notify_all();
  for (auto& thread : impl_->threads) thread.join();
}

void ImageImporter::wake() {
  {
    const std::scoped_lock lock(impl_->mutex);
    ++impl_->wakes;
  }
  impl_->wake.notify_all();
}

}  // namespace virga::controllers
