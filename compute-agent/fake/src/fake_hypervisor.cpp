// SPDX-License-Identifier: Apache-2.0
#include "compute-agent/fake/fake_hypervisor.h"

namespace virga::agent {
namespace {

using model::PowerState;

bool is_active(PowerState power) {
  return power == PowerState::running || power == PowerState::paused ||
         power == PowerState::unknown;
}

[[noreturn]] void fail(ErrorKind kind, const std::string& what) {
  throw Error(kind, "Could not " + what + ": a fault was asked for.");
}

/// Throws for a failure that comes before the effect.
void fail_before(std::optional<ErrorKind> failure, const std::string& what) {
  if (failure && *failure != ErrorKind::unknown) fail(*failure, what);
}

/// Throws for a failure that comes after it.
void fail_after(std::optional<ErrorKind> failure, const std::string& what) {
  if (failure) fail(*failure, what);
}

}  // namespace

HypervisorFacts FakeHypervisor::facts() {
  return {"7.2.22",
          R"({"arch":"x86_64","model":"fake","vendor":"Virga",)"
          R"("topology":{"cells":1,"sockets":1,"cores":16,"threads":1},"features":[]})",
          16, 65536};
}

std::vector<DomainFacts> FakeHypervisor::list() {
  const std::scoped_lock lock(mutex_);
  fail_after(enter(FakeVerb::list), "list the instances");
  std::vector<DomainFacts> out;
  for (auto& [id, domain] : domains_) out.push_back(facts_of(id, domain));
  return out;
}

std::optional<DomainFacts> FakeHypervisor::observe(const std::string& id) {
  const std::scoped_lock lock(mutex_);
  fail_after(enter(FakeVerb::observe), "observe instance " + id);
  const auto found = domains_.find(id);
  if (found == domains_.end()) return std::nullopt;
  return facts_of(id, found->second);
}

void FakeHypervisor::ensure_running(const DomainSpec& spec) {
  const std::string what = "start instance " + spec.id;
  {
    const std::scoped_lock lock(mutex_);
    const auto failure = enter(FakeVerb::ensure_running);
    fail_before(failure, what);
    Domain& domain = domains_[spec.id];
    settle(domain);
    if (is_active(domain.power)) {
      if (domain.spec.run_epoch == spec.run_epoch) return;
      throw Error(ErrorKind::conflict, "Instance " + spec.id + " still runs from another start.");
    }
    domain = Domain{.spec = spec, .power = PowerState::running};
    if (start_delay_us_ > 0) {
      domain.power = PowerState::unknown;
      domain.starts_us = clock_.now_us() + start_delay_us_;
    }
    fail_after(failure, what);
  }
  tell(spec.id);
}

void FakeHypervisor::request_shutdown(const std::string& id) {
  const std::string what = "ask instance " + id + " to shut down";
  {
    const std::scoped_lock lock(mutex_);
    const auto failure = enter(FakeVerb::request_shutdown);
    fail_before(failure, what);
    const auto found = domains_.find(id);
    if (found == domains_.end()) return;
    Domain& domain = found->second;
    settle(domain);
    if (domain.power == PowerState::running && shutdown_delay_us_ && domain.ends_us == 0)
      domain.ends_us = clock_.now_us() + *shutdown_delay_us_;
    settle(domain);
    fail_after(failure, what);
    if (is_active(domain.power)) return;
  }
  tell(id);
}

void FakeHypervisor::ensure_paused(const std::string& id) {
  change(FakeVerb::ensure_paused, "pause instance ", id, PowerState::running, PowerState::paused);
}

void FakeHypervisor::ensure_unpaused(const std::string& id) {
  change(FakeVerb::ensure_unpaused, "unpause instance ", id, PowerState::paused,
         PowerState::running);
}

void FakeHypervisor::ensure_suspended(const std::string& id) {
  change(FakeVerb::ensure_suspended, "suspend instance ", id, PowerState::running,
         PowerState::suspended);
}

void FakeHypervisor::ensure_resumed(const std::string& id) {
  change(FakeVerb::ensure_resumed, "resume instance ", id, PowerState::suspended,
         PowerState::running);
}

void FakeHypervisor::change(FakeVerb verb, const std::string& what, const std::string& id,
                            PowerState from, PowerState to) {
  {
    const std::scoped_lock lock(mutex_);
    const auto failure = enter(verb);
    fail_before(failure, what + id);
    const auto found = domains_.find(id);
    if (found == domains_.end()) return;
    Domain& domain = found->second;
    settle(domain);
    if (to == PowerState::suspended && domain.power == PowerState::paused) from = domain.power;
    if (domain.power != from) return;
    domain.power = to;
    domain.paused_by_us = to == PowerState::paused;
    domain.ends_us = 0;
    fail_after(failure, what + id);
  }
  tell(id);
}

void FakeHypervisor::ensure_stopped(const std::string& id) {
  {
    const std::scoped_lock lock(mutex_);
    const auto failure = enter(FakeVerb::ensure_stopped);
    fail_before(failure, "stop instance " + id);
    const auto found = domains_.find(id);
    if (found == domains_.end()) return;
    Domain& domain = found->second;
    settle(domain);
    if (!is_active(domain.power) && domain.power != PowerState::suspended) return;
    domain = Domain{.spec = domain.spec};
    fail_after(failure, "stop instance " + id);
  }
  tell(id);
}

void FakeHypervisor::ensure_absent(const std::string& id) {
  {
    const std::scoped_lock lock(mutex_);
    const auto failure = enter(FakeVerb::ensure_absent);
    fail_before(failure, "remove instance " + id);
    if (domains_.erase(id) == 0) return;
    fail_after(failure, "remove instance " + id);
  }
  tell(id);
}

UniqueFd FakeHypervisor::open_console(const std::string& id, model::ConsoleKind kind) {
  const std::scoped_lock lock(mutex_);
  const auto found = domains_.find(id);
  if (found == domains_.end())
    throw Error(ErrorKind::not_found, "There is no instance " + id + ".");
  settle(found->second);
  if (!is_active(found->second.power))
    throw Error(ErrorKind::conflict, "Instance " + id + " does not run.");
  return consoles_.open(id, kind);
}

void FakeHypervisor::copy_root_disk(const DiskCopy& copy,
                                    const std::function<bool()>& is_given_up) {
  const std::string what = "copy the disk of instance " + copy.id;
  std::optional<ErrorKind> failure;
  std::function<void()> during;
  {
    const std::scoped_lock lock(mutex_);
    failure = enter(FakeVerb::copy_root_disk);
    fail_before(failure, what);
    during = during_copy_;
  }
  if (during) during();
  const std::scoped_lock lock(mutex_);
  const auto found = domains_.find(copy.id);
  if (found != domains_.end()) settle(found->second);
  if (found == domains_.end() || !is_active(found->second.power) || is_given_up())
    throw Error(ErrorKind::unavailable, "Could not " + what + " to its end.");
  fail_after(failure, what);
}

void FakeHypervisor::end_copy(const std::string& id) {
  const std::scoped_lock lock(mutex_);
  fail_after(enter(FakeVerb::end_copy), "end the copy of instance " + id);
}

void FakeHypervisor::set_during_copy(std::function<void()> call) {
  const std::scoped_lock lock(mutex_);
  during_copy_ = std::move(call);
}

void FakeHypervisor::on_change(std::function<void(const std::string& id)> callback) {
  const std::scoped_lock lock(mutex_);
  callback_ = std::move(callback);
}

void FakeHypervisor::fail_next(FakeVerb verb, ErrorKind kind, int times) {
  const std::scoped_lock lock(mutex_);
  failures_[verb].insert(failures_[verb].end(), static_cast<std::size_t>(times), kind);
}

void FakeHypervisor::set_start_delay(TimeUs delay_us) {
  const std::scoped_lock lock(mutex_);
  start_delay_us_ = delay_us;
}

void FakeHypervisor::set_shutdown_delay(std::optional<TimeUs> delay_us) {
  const std::scoped_lock lock(mutex_);
  shutdown_delay_us_ = delay_us;
}

void FakeHypervisor::power_off_by_guest(const std::string& id) {
  end(id, PowerState::shutoff, true);
}

void FakeHypervisor::crash(const std::string& id) {
  end(id, PowerState::crashed, false);
}

void FakeHypervisor::pause(const std::string& id) {
  {
    const std::scoped_lock lock(mutex_);
    const auto found = domains_.find(id);
    if (found == domains_.end() || found->second.power != PowerState::running) return;
    found->second.power = PowerState::paused;
  }
  tell(id);
}

void FakeHypervisor::lose_power() {
  {
    const std::scoped_lock lock(mutex_);
    for (auto& [id, domain] : domains_) {
      domain = Domain{.spec = domain.spec};
      consoles_.end(id);
    }
  }
  tell("");
}

void FakeHypervisor::tick() {
  std::vector<std::string> changed;
  {
    const std::scoped_lock lock(mutex_);
    for (auto& [id, domain] : domains_) {
      const PowerState before = domain.power;
      settle(domain);
      if (domain.power != before) changed.push_back(id);
    }
  }
  for (const auto& id : changed) tell(id);
}

std::int64_t FakeHypervisor::calls(FakeVerb verb) const {
  const std::scoped_lock lock(mutex_);
  const auto found = calls_.find(verb);
  return found == calls_.end() ? 0 : found->second;
}

std::optional<DomainSpec> FakeHypervisor::spec_of(const std::string& id) const {
  const std::scoped_lock lock(mutex_);
  const auto found = domains_.find(id);
  if (found == domains_.end()) return std::nullopt;
  return found->second.spec;
}

std::optional<ErrorKind> FakeHypervisor::enter(FakeVerb verb) {
  ++calls_[verb];
  auto& planned = failures_[verb];
  if (planned.empty()) return std::nullopt;
  const ErrorKind kind = planned.front();
  planned.erase(planned.begin());
  return kind;
}

void FakeHypervisor::settle(Domain& domain) const {
  const TimeUs now = clock_.now_us();
  if (domain.power == PowerState::unknown && domain.starts_us <= now)
    domain.power = PowerState::running;
  if (domain.power == PowerState::running && domain.ends_us != 0 && domain.ends_us <= now)
    domain = Domain{.spec = domain.spec, .by_guest = true};
}

DomainFacts FakeHypervisor::facts_of(const std::string& id, Domain& domain) const {
  settle(domain);
  return {.id = id,
          .run_epoch = domain.spec.run_epoch,
          .disk = domain.spec.disk,
          .power = domain.power,
          .paused_by_us = domain.paused_by_us,
          .stopped_by_guest = domain.by_guest};
}

void FakeHypervisor::end(const std::string& id, PowerState power, bool by_guest) {
  {
    const std::scoped_lock lock(mutex_);
    const auto found = domains_.find(id);
    if (found == domains_.end() || !is_active(found->second.power)) return;
    found->second = Domain{.spec = found->second.spec, .power = power, .by_guest = by_guest};
  }
  tell(id);
}

void FakeHypervisor::tell(const std::string& id) {
  std::function<void(const std::string&)> callback;
  {
    const std::scoped_lock lock(mutex_);
    callback = callback_;
    const auto found = domains_.find(id);
    if (found == domains_.end() || !is_active(found->second.power)) consoles_.end(id);
  }
  if (callback) callback(id);
}

}  // namespace virga::agent
