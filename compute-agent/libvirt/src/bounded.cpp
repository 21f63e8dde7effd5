// SPDX-License-Identifier: Apache-2.0
#include "compute-agent/libvirt/src/bounded.h"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <system_error>
#include <thread>

#include "common/error.h"
#include "common/log.h"

namespace virga::agent {
namespace {

// More calls than a busy host makes at once; beyond it the daemon does not answer anyway.
constexpr int kMostHanging = 32;

std::atomic<int> hanging{0};

struct Progress {
  std::mutex mutex;
  std::condition_variable changed;
  bool done = false;
  bool abandoned = false;
};

void finish(Progress& progress) {
  const std::scoped_lock lock(progress.mutex);
  progress.done = true;
  if (progress.abandoned) --hanging;
  progress.changed.notify_all();
}

void start(const std::shared_ptr<Progress>& progress, std::function<void()> task) {
  try {
    std::thread([progress, task = std::move(task)]() mutable {
      task();
      task = nullptr;  // lets go of what it owns before the caller goes on
      finish(*progress);
    }).detach();
  } catch (const std::system_error&) {
    throw Error(ErrorKind::unavailable, "There are no threads left for a call to libvirt.");
  }
}

}  // namespace

bool run_bounded(std::chrono::milliseconds limit, std::function<void()> task) {
  if (hanging.load() >= kMostHanging)
    throw Error(ErrorKind::unavailable, "libvirt does not answer: too many calls wait for it.");
  auto progress = std::make_shared<Progress>();
  start(progress, std::move(task));
  std::unique_lock lock(progress->mutex);
  if (progress->changed.wait_for(lock, limit, [&] { return progress->done; })) return true;
  progress->abandoned = true;
  ++hanging;
  return false;
}

void throw_too_late(const std::string& what) {
  log::warning("libvirt did not answer in time", {{"call", what}});
  throw Error(ErrorKind::unknown, "Could not " + what + " in time: libvirt does not answer.");
}

}  // namespace virga::agent
