// SPDX-License-Identifier: Apache-2.0
// A hypervisor in memory, with faults on request: for tests and simulated hosts.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "common/clock.h"
#include "common/error.h"
#include "compute-agent/fake/fake_console.h"
#include "compute-agent/hypervisor.h"

namespace virga::agent {

/// The verbs that can be made to fail.
enum class FakeVerb {
  observe,
  list,
  ensure_running,
  request_shutdown,
  ensure_paused,
  ensure_unpaused,
  ensure_suspended,
  ensure_resumed,
  ensure_stopped,
  ensure_absent,
  copy_root_disk,
  end_copy
};

/// Thread-safe. Nothing sleeps: delays are points in time of the clock, and a state is what it is
/// at the moment when it is looked at.
class FakeHypervisor final : public Hypervisor {
 public:
  explicit FakeHypervisor(const Clock& clock) : clock_(clock) {}

  HypervisorFacts facts() override;
  std::vector<DomainFacts> list() override;
  std::optional<DomainFacts> observe(const std::string& id) override;
  void ensure_running(const DomainSpec& spec) override;
  void request_shutdown(const std::string& id) override;
  void ensure_paused(const std::string& id) override;
  void ensure_unpaused(const std::string& id) override;
  void ensure_suspended(const std::string& id) override;
  void ensure_resumed(const std::string& id) override;
  void ensure_stopped(const std::string& id) override;
  void ensure_absent(const std::string& id) override;
  UniqueFd open_console(const std::string& id, model::ConsoleKind kind) override;
  void copy_root_disk(const DiskCopy& copy, const std::function<bool()>& is_given_up) override;
  void end_copy(const std::string& id) override;
  void on_change(std::function<void(const std::string& id)> callback) override;

  // Faults.

  /// The next `times` calls of the verb throw. `unknown` throws after the effect, all others before
  /// it.
  void fail_next(FakeVerb verb, ErrorKind kind, int times = 1);
  /// A guest that starts shows "unknown" for so long.
  void set_start_delay(TimeUs delay_us);
  /// A guest takes so long from a request to power off until it does; nullopt: it never does.
  void set_shutdown_delay(std::optional<TimeUs> delay_us);
  /// The guest powers itself off.
  void power_off_by_guest(const std::string& id);
  /// QEMU dies.
  void crash(const std::string& id);
  /// QEMU pauses the guest by itself, because a disk is full, say.
  void pause(const std::string& id);
  /// The host loses power: what ran is off, and not by its guest.
  void lose_power();
  /// Is called in the middle of each copy.
  void set_during_copy(std::function<void()> call);
  /// Tells the callback of delayed changes that are due by now.
  void tick();

  // What happened.

  /// Calls of a verb so far, failed ones too.
  std::int64_t calls(FakeVerb verb) const;
  /// The last spec of each instance that was started.
  std::optional<DomainSpec> spec_of(const std::string& id) const;

 private:
  struct Domain {
    DomainSpec spec;
    model::PowerState power = model::PowerState::shutoff;
    bool by_guest = false;
    bool paused_by_us = false;
    TimeUs starts_us = 0;  ///< running from then on; 0: not starting
    TimeUs ends_us = 0;    ///< powers itself off then; 0: was not asked
  };

  /// Takes a domain in the state `from` to the state `to`; in another one nothing happens.
  void change(FakeVerb verb, const std::string& what, const std::string& id, model::PowerState from,
              model::PowerState to);
  /// Counts the call and says how it is to fail.
  std::optional<ErrorKind> enter(FakeVerb verb);
  void settle(Domain& domain) const;
  DomainFacts facts_of(const std::string& id, Domain& domain) const;
  void end(const std::string& id, model::PowerState power, bool by_guest);
  void tell(const std::string& id);

  FakeConsoles consoles_;
  const Clock& clock_;
  mutable std::mutex mutex_;  ///< guards all below; never held while the callback runs
  std::map<std::string, Domain> domains_;
  std::map<FakeVerb, std::int64_t> calls_;
  std::map<FakeVerb, std::vector<ErrorKind>> failures_;
  std::function<void(const std::string&)> callback_;
  std::function<void()> during_copy_;
  TimeUs start_delay_us_ = 0;
  std::optional<TimeUs> shutdown_delay_us_ = 0;
};

}  // namespace virga::agent
