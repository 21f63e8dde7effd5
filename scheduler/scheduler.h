// SPDX-License-Identifier: Apache-2.0
// The scheduler: an index of all hosts in memory, fed by changes, that finds a place for an
// instance in microseconds and can explain why there is none. It does no I/O and reads no clock:
// what it answers depends on what it was told and on the request alone, not on the order in which
// it was told.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "scheduler/explanation.h"
#include "scheduler/host.h"
#include "scheduler/options.h"
#include "scheduler/request.h"

namespace virga::scheduler {

/// A place that was found. `allocation` is ready to be given to Scheduler::apply().
struct Choice {
  std::string host_name;
  std::int64_t generation = 0;  ///< of the host as the scheduler knows it; guards the claim
  Allocation allocation;
};

/// What changes often in a host, besides allocations.
struct HostState {
  std::int64_t generation = 0;
  bool enabled = true;
  bool up = true;
  std::int64_t io_ops = 0;
  std::int64_t failed_builds = 0;
};

/// Knows all hosts, aggregates and allocations. Not synchronised: it has one owner, who lets no two
/// calls overlap, not even of pick(), which remembers what it found out. All changes are
/// idempotent.
///
/// Unless weighers are chosen, hosts are packed: hosts whose builds failed come last; hosts with
/// few things that the request does not need (devices, rare traits) come first; hosts in use before
/// empty ones; then best fit of vCPUs and memory; then the name. A soft group rule goes before all
/// this.
class Scheduler {
 public:
  explicit Scheduler(Options options = {});
  ~Scheduler();
  Scheduler(Scheduler&&) noexcept;
  Scheduler& operator=(Scheduler&&) noexcept;

  /// Adds a host, or replaces what is known of it; its allocations and aggregates stay.
  void upsert_host(const Host& host);

  /// Forgets a host and its allocations.
  void remove_host(const std::string& id);

  /// @throws Error{not_found} when there is no such host
  void set_state(const std::string& host_id, const HostState& state);

  /// Adds an aggregate, or replaces it. Hosts that are not known yet may be among its own.
  void upsert_aggregate(const Aggregate& aggregate);
  void remove_aggregate(const std::string& id);

  /// Takes room of a host, whether or not it has it: what was claimed is a fact. What the same
  /// consumer had before is given back.
  /// @throws Error{not_found} when there is no such host
  void apply(const Allocation& allocation);

  /// Gives back what a consumer has, if anything.
  void release(const std::string& consumer_id);

  /// The best place; nullopt when no host passes. Changes nothing that can be seen.
  std::optional<Choice> pick(const Request& request);

  /// Looks at every host: what refused it, which were near, what would help.
  Explanation explain(const Request& request);

  std::size_t hosts() const;
  std::size_t allocations() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace virga::scheduler
