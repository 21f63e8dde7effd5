// SPDX-License-Identifier: Apache-2.0
// Keeps the instances of one host equal to what is wanted: observe, plan, one step, observe again.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "common/clock.h"
#include "compute-agent/hypervisor.h"
#include "compute-agent/plan.h"
#include "db/model/host_state.h"
#include "network/host/host_network.h"
#include "network/plan/host_plan.h"
#include "storage/disk_store.h"
#include "storage/snapshot_store.h"

namespace virga::agent {

/// Delivers the bytes of an image that a host has made.
/// @throws Error{invalid} when the bytes are refused, Error{too_large} when there are too many,
///         Error{unavailable} else, also when it is given up
using SendImage = std::function<void(const std::string& image_id, storage::ByteSource& bytes,
                                     const std::function<bool()>& is_given_up)>;

/// What makes images of instances.
struct SnapshotDeps {
  storage::SnapshotStore* store = nullptr;  ///< null: this host makes none
  SendImage send;
};

/// What a reconciler works with. All references outlive it.
struct ReconcilerDeps {
  Hypervisor& hypervisor;
  storage::DiskStore& store;
  network::HostNetwork& network;
  const Clock& clock;
  storage::FetchImage fetch_image;
  network::BridgeMap bridges;
  SnapshotDeps snapshots = {};
};

struct ReconcilerSettings {
  std::string virt_type = "qemu";  ///< "kvm" or "qemu"
  PlanSettings plan;
  TimeUs resync_us = 10 * kSecondUs;        ///< everything is looked at again this often
  TimeUs backoff_first_us = kSecondUs / 2;  ///< pause after the first failure; it doubles
  TimeUs backoff_most_us = 30 * kSecondUs;
  TimeUs evict_us = 600 * kSecondUs;      ///< how often unused base images are looked for
  std::int64_t keep_bases_s = 24 * 3600;  ///< unused base images are kept this long
  std::size_t threads = 4;                ///< instances worked on at once
  std::uint64_t seed = 0;                 ///< of the jitter; 0: random
};

/// Thread-safe. Before the first set_desired() it changes nothing on the host. Domains and files
/// that no desired instance owns are logged once and left alone: the control plane has to ask for
/// absence.
class Reconciler {
 public:
  Reconciler(ReconcilerDeps deps, ReconcilerSettings settings);
  ~Reconciler();
  Reconciler(const Reconciler&) = delete;
  Reconciler& operator=(const Reconciler&) = delete;

  /// Takes over the whole desired state. An instance whose generation is older than the one known
  /// is left as it was.
  void set_desired(model::DesiredHost desired);

  /// Has one instance looked at soon; "": all of them.
  void nudge(const std::string& id);

  /// The desired instances as they were last seen, and the revision. Facts of the host are not
  /// filled.
  model::ObservedHost snapshot();

  /// Sets who is told, from any thread, that snapshot() would differ. It is told once and then not
  /// again before the next snapshot(). It must return soon and may call snapshot().
  void on_report(std::function<void()> callback);

  /// Starts the worker threads and returns.
  void run();

  /// Gives up downloads, waits until the running steps are done and ends the threads. Nothing on
  /// the host is undone.
  void stop();

  /// Does all that is due on the caller's thread: for simulated hosts and tests, in place of run().
  /// @return when to call again; nullopt: nothing is planned
  std::optional<TimeUs> run_due();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace virga::agent
