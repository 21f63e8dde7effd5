// SPDX-License-Identifier: Apache-2.0
// The inside of the reconciler. Its verbs lie in reconciler.cpp (what others call),
// reconciler_pass.cpp (work on one instance) and reconciler_resync.cpp (work on the whole host).
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

#include "compute-agent/reconciler.h"
#include "compute-agent/src/backoff.h"
#include "compute-agent/src/base_fetcher.h"
#include "compute-agent/src/base_keeper.h"
#include "compute-agent/src/network_keeper.h"
#include "compute-agent/src/progress.h"
#include "compute-agent/src/snapshot_maker.h"
#include "compute-agent/src/work_queue.h"

namespace virga::agent {

/// One desired instance and what is known of it.
struct Work {
  std::shared_ptr<const model::DesiredInstance> desired;  ///< guarded by Impl::mutex
  std::int64_t content = 0;                               ///< guarded by Impl::mutex
  std::string text;                                       ///< guarded by Impl::mutex
  bool domain_gone = false;                               ///< guarded by Impl::mutex
  model::ObservedInstance observed;                       ///< guarded by Impl::mutex
  Progress progress;  ///< only for the thread that holds the instance's key
};

struct Reconciler::Impl {
  Impl(ReconcilerDeps d, ReconcilerSettings s);
  ~Impl();

  // reconciler.cpp
  void work_on(const std::string& key);
  void report();
  void worker(const std::stop_token& stop);
  NetworkWish network_wish();
  std::vector<std::string> ids();
  std::map<std::string, std::int64_t> mtus();

  // reconciler_pass.cpp: one instance, on one thread at a time
  void pass(const std::string& id);
  bool one_step(Work& work, const std::string& id);
  Seen look(Work& work, const model::DesiredInstance& desired);
  bool held_back(Work& work, const std::string& id);
  bool apply(Work& work, const model::DesiredInstance& desired, StepKind kind);
  void apply_network(Work& work, const model::DesiredInstance& desired);
  void start(Work& work, const model::DesiredInstance& desired);
  void ask_shutdown(Work& work, const std::string& id);

  // reconciler_outcome.cpp: the same, how it went
  void count_unexpected_end(Work& work, const model::DesiredInstance& desired, Seen& seen);
  void succeeded(Work& work, StepKind kind);
  void failed(Work& work, const model::DesiredInstance& desired, StepKind kind, const Error& error);
  void publish(Work& work, const model::DesiredInstance& desired, const Seen* seen, StepKind kind);

  // reconciler_resync.cpp: the whole host
  void resync();
  void keep_network();
  void note_orphans();
  void evict_bases();
  void keep_bases();
  void make_snapshots();

  const ReconcilerDeps deps;
  const ReconcilerSettings settings;
  const std::shared_ptr<WorkQueue> queue;  ///< shared with the hypervisor's callback
  Backoff backoff;
  BaseFetcher fetcher;
  NetworkKeeper keeper;
  BaseKeeper bases_keeper;  ///< only for the thread that holds kBasesKey
  SnapshotMaker snapshots;

  std::mutex mutex;                                ///< guards all below
  std::shared_ptr<const model::DesiredHost> host;  ///< without instances; null: none came yet
  std::map<std::string, std::shared_ptr<Work>> works;
  std::optional<std::vector<model::ObservedBase>> bases;  ///< nullopt: not looked at yet
  std::function<void()> callback;
  bool report_due = false;  ///< the callback was called and nobody took a snapshot since
  std::set<std::string> known_orphans;
  bool has_looked = false;  ///< known_orphans is what was seen
  TimeUs evicted_us = 0;
  std::vector<std::jthread> threads;
};

/// Keys of the work queue that are no instance's id.
inline constexpr const char* kResyncKey = "resync";
inline constexpr const char* kNetworkKey = "network";
inline constexpr const char* kBasesKey = "bases";
inline constexpr const char* kSnapshotsKey = "snapshots";

}  // namespace virga::agent
