// SPDX-License-Identifier: Apache-2.0
// Images of instances: copies of root disks, delivered to the control plane, as jobs of their own.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "common/clock.h"
#include "common/error.h"
#include "compute-agent/reconciler.h"
#include "compute-agent/src/backoff.h"
#include "compute-agent/src/work_queue.h"
#include "db/model/instance_snapshot.h"

namespace virga::agent {

/// What is wanted, with what is wanted of its instance.
struct SnapshotWish {
  model::DesiredSnapshot what;
  bool to_be_up = true;  ///< the guest is to run or to be paused
};

/// Makes one image at a time, so that guests keep most of their disks' speed and other downloads
/// their threads. A copy is made, then delivered, then removed; what was done is seen by its file.
/// Thread-safe; apply() only for one thread at a time.
class SnapshotMaker {
 public:
  /// @param key whom to wake when a job has ended
  SnapshotMaker(const ReconcilerDeps& deps, WorkQueue& queue, Backoff& backoff, std::string key);

  /// True for the keys of its jobs.
  static bool owns(const std::string& key);

  /// Takes over what is wanted, removes the files of what is not, and has the next job begin.
  /// @return when the next one may be tried
  std::optional<TimeUs> apply(const std::vector<SnapshotWish>& wishes);

  /// The job of a key of the work queue.
  void run(const std::string& key);

  /// Ordered by image.
  std::vector<model::ObservedSnapshot> seen();

  /// Running jobs are given up from now on, or not any longer.
  void close(bool closed);

  /// Is called, from the job's thread, when seen() would differ.
  void on_change(std::function<void()> callback);

 private:
  struct Job {
    SnapshotWish wish;
    bool wanted = true;
    bool running = false;
    bool delivered = false;
    model::ObservedSnapshot seen;
    TimeUs since_us = 0;  ///< when next_us was set
    TimeUs next_us = 0;
  };
  using Jobs = std::map<std::string, Job>;  ///< by image

  /// nullopt: the guest is not yet as the copy needs it
  std::optional<bool> guest_runs(const SnapshotWish& wish);
  bool ensure_copy(const SnapshotWish& wish);
  void deliver(const SnapshotWish& wish);
  void drop_leftovers();
  void show(const std::string& image_id, model::SnapshotPhase phase);
  void finish(const std::string& image_id, const std::optional<Error>& failure, bool waits);
  bool is_given_up(const std::string& image_id);
  bool is_paused(const Job& job) const;

  const ReconcilerDeps& deps_;
  WorkQueue& queue_;
  Backoff& backoff_;
  const std::string key_;
  std::function<void()> callback_;  ///< set before the first job
  std::mutex mutex_;                ///< guards all below
  Jobs jobs_;
  bool closed_ = false;
};

}  // namespace virga::agent
