// SPDX-License-Identifier: Apache-2.0
// Base images as jobs of their own, so that an instance can be deleted while its image is on the
// way.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>

#include "common/error.h"
#include "compute-agent/src/work_queue.h"
#include "storage/disk_store.h"

namespace virga::agent {

/// Fetches each base image once for all instances that wait for it. Thread-safe.
class BaseFetcher {
 public:
  BaseFetcher(storage::DiskStore& store, storage::FetchImage fetch, WorkQueue& queue);

  /// True when the image was found or fetched by this process and not forgotten since.
  bool ready(const storage::BaseImage& image);

  /// Notes that an instance waits for the image, and wakes the job. The instance is woken when the
  /// job is done, well or not.
  void want(const storage::BaseImage& image, const std::string& instance_id);

  /// The instance waits no longer. A download for which nobody waits is given up.
  void withdraw(const std::string& instance_id);

  /// True while a job is to be done or runs for which the instance waits.
  bool waits(const std::string& instance_id);

  /// How the last job ended for an instance that waited, if it failed; once.
  std::optional<Error> take_failure(const std::string& instance_id);

  /// The next want() looks at the cache again.
  void forget(const storage::BaseImage& image);

  /// Running downloads are given up from now on, or not any longer.
  void close(bool closed);

  /// The job of a key of the work queue.
  void run(const std::string& key);

 private:
  struct Job {
    storage::BaseImage image;
    std::set<std::string> waiting;
  };

  std::optional<storage::BaseImage> image_of(const std::string& key);
  bool wanted(const std::string& key);
  void finish(const std::string& key, const std::optional<Error>& failure);

  storage::DiskStore& store_;
  const storage::FetchImage fetch_;
  WorkQueue& queue_;
  std::mutex mutex_;  ///< guards all below
  std::map<std::string, Job> jobs_;
  std::set<std::string> ready_;
  std::map<std::string, Error> failures_;  ///< by instance
  bool closed_ = false;
};

}  // namespace virga::agent
