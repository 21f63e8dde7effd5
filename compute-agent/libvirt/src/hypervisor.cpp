// SPDX-License-Identifier: Apache-2.0
// The verbs. Each looks first, because everything may have been done already, also by an earlier
// life of this process.
#include "compute-agent/hypervisor.h"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <thread>

#include "common/cptr.h"
#include "common/error.h"
#include "compute-agent/domain_xml/domain_xml.h"
#include "compute-agent/libvirt/src/bounded.h"
#include "compute-agent/libvirt/src/check.h"
#include "compute-agent/libvirt/src/console.h"
#include "compute-agent/libvirt/src/disk_copy.h"
#include "compute-agent/libvirt/src/facts.h"
#include "compute-agent/libvirt/src/link.h"

namespace virga::agent {
namespace {

using namespace std::chrono_literals;

constexpr auto kReadLimit = 30s;
constexpr auto kConsoleLimit = 10s;
constexpr auto kStopLimit = 60s;   // libvirt itself waits 15 s for a QEMU that ignores signals
constexpr auto kSaveLimit = 600s;  // writes or reads the whole memory of a guest
constexpr auto kStartLimit =
    120s;  // libvirt waits up to 30 s for QEMU's monitor, longer with much memory

// How often the end of a copy is looked for.
constexpr auto kFirstLook = 50ms;
constexpr auto kLastLook = 800ms;

constexpr unsigned kUndefineFlags =
    VIR_DOMAIN_UNDEFINE_MANAGED_SAVE | VIR_DOMAIN_UNDEFINE_SNAPSHOTS_METADATA |
    VIR_DOMAIN_UNDEFINE_NVRAM | VIR_DOMAIN_UNDEFINE_CHECKPOINTS_METADATA;

using Domain = CPtr<virDomain, virDomainFree>;
using Text = CPtr<char, std::free>;

Domain find_domain(virConnect& connection, const std::string& id) {
  Domain domain(virDomainLookupByUUIDString(&connection, id.c_str()));
  if (!domain && last_code() != VIR_ERR_NO_DOMAIN)
    throw_last_error("look up instance " + id, Effect::reads);
  return domain;
}

model::PowerState power_of(int state, int reason) {
  switch (state) {
    case VIR_DOMAIN_RUNNING:
    case VIR_DOMAIN_BLOCKED:
    case VIR_DOMAIN_SHUTDOWN:
      return model::PowerState::running;
    case VIR_DOMAIN_PAUSED:
      if (reason == VIR_DOMAIN_PAUSED_STARTING_UP) return model::PowerState::unknown;
      if (reason == VIR_DOMAIN_PAUSED_CRASHED) return model::PowerState::crashed;
      return model::PowerState::paused;
    case VIR_DOMAIN_PMSUSPENDED:
      return model::PowerState::paused;
    case VIR_DOMAIN_SHUTOFF:
      return model::PowerState::shutoff;
    case VIR_DOMAIN_CRASHED:
      return model::PowerState::crashed;
    default:
      return model::PowerState::unknown;
  }
}

bool has_saved_state(virDomain& domain) {
  const int saved = virDomainHasManagedSaveImage(&domain, 0);
  if (saved < 0 && last_code() == VIR_ERR_NO_DOMAIN) return false;
  return check(saved, "look for the saved state of a domain", Effect::reads) == 1;
}

/// The facts of a domain; nullopt when it is not ours or has just gone.
std::optional<DomainFacts> facts_of(virDomain& domain) {
  char uuid[VIR_UUID_STRING_BUFLEN] = {};
  check(virDomainGetUUIDString(&domain, uuid), "read a domain's uuid", Effect::reads);
  const std::string what = "observe instance " + std::string(uuid);
  const Text metadata(virDomainGetMetadata(&domain, VIR_DOMAIN_METADATA_ELEMENT, kMetadataNamespace,
                                           VIR_DOMAIN_AFFECT_CURRENT));
  if (!metadata) {
    if (last_code() == VIR_ERR_NO_DOMAIN_METADATA || last_code() == VIR_ERR_NO_DOMAIN)
      return std::nullopt;
    throw_last_error(what, Effect::reads);
  }
  int state = VIR_DOMAIN_NOSTATE;
  int reason = 0;
  if (virDomainGetState(&domain, &state, &reason, 0) < 0) {
    if (last_code() == VIR_ERR_NO_DOMAIN) return std::nullopt;
    throw_last_error(what, Effect::reads);
  }
  DomainFacts out;
  out.id = uuid;
  out.run_epoch = read_run_epoch(metadata.get()).value_or(0);
  out.disk = read_disk_number(metadata.get());
  out.power = power_of(state, reason);
  out.paused_by_us = state == VIR_DOMAIN_PAUSED && reason == VIR_DOMAIN_PAUSED_USER;
  if (out.power == model::PowerState::shutoff && has_saved_state(domain))
    out.power = model::PowerState::suspended;
  out.stopped_by_guest = state == VIR_DOMAIN_SHUTOFF && reason == VIR_DOMAIN_SHUTOFF_SHUTDOWN;
  return out;
}

bool is_active(virDomain& domain) {
  const int active = virDomainIsActive(&domain);
  if (active < 0 && last_code() == VIR_ERR_NO_DOMAIN) return false;
  return check(active, "ask whether a domain runs", Effect::reads) == 1;
}

/// Ends a domain that may be ending by itself at the same time; a saved state is forgotten.
void stop_domain(virDomain& domain, const std::string& id) {
  const bool done = is_active(domain)         ? virDomainDestroy(&domain) == 0
                    : has_saved_state(domain) ? virDomainManagedSaveRemove(&domain, 0) == 0
                                              : true;
  if (done) return;
  const int code = last_code();
  if (code == VIR_ERR_NO_DOMAIN || code == VIR_ERR_OPERATION_INVALID) return;
  throw_last_error("stop instance " + id, Effect::changes);
}

void undefine(virDomain& domain, const std::string& id) {
  if (virDomainUndefineFlags(&domain, kUndefineFlags) == 0 || last_code() == VIR_ERR_NO_DOMAIN)
    return;
  throw_last_error("remove the definition of instance " + id, Effect::changes);
}

/// The domain called `id` if it is ours.
Domain find_ours(virConnect& connection, const std::string& id) {
  Domain domain = find_domain(connection, id);
  if (domain && !facts_of(*domain)) domain.reset();
  return domain;
}

Domain define(virConnect& connection, const DomainSpec& spec, virDomain* stale) {
  const std::string xml = domain_xml(spec);
  const std::string what = "define instance " + spec.id;
  if (virDomainPtr made = virDomainDefineXML(&connection, xml.c_str())) return Domain(made);
  // A definition of the same instance under another name cannot be replaced, only removed.
  if (stale == nullptr) throw_last_error(what, Effect::changes);
  undefine(*stale, spec.id);
  return Domain(check(virDomainDefineXML(&connection, xml.c_str()), what));
}

/// True when nothing is to be started.
bool runs_already(virDomain& domain, const DomainSpec& spec) {
  const auto facts = facts_of(domain);
  if (!facts)
    throw Error(ErrorKind::conflict, "A domain with the uuid of instance " + spec.id +
                                         " exists and is not managed by Virga.");
  if (!is_active(domain)) return false;
  if (facts->power == model::PowerState::crashed) {
    stop_domain(domain, spec.id);
    return false;
  }
  if (facts->run_epoch == spec.run_epoch) return true;
  throw Error(ErrorKind::conflict,
              "Instance " + spec.id + " still runs from start " + std::to_string(facts->run_epoch) +
                  "; it has to be stopped before start " + std::to_string(spec.run_epoch) + ".");
}

void start(virConnect& connection, const DomainSpec& spec) {
  const Domain old = find_domain(connection, spec.id);
  if (old && runs_already(*old, spec)) return;
  const Domain domain = define(connection, spec, old.get());
  // Without FORCE_BOOT libvirt would restore a saved state instead of starting.
  if (virDomainCreateWithFlags(domain.get(), VIR_DOMAIN_START_FORCE_BOOT) == 0) return;
  if (last_code() == VIR_ERR_OPERATION_INVALID && runs_already(*domain, spec)) return;
  throw_last_error("start instance " + spec.id, Effect::changes);
}

class LibvirtHypervisor final : public Hypervisor {
 public:
  explicit LibvirtHypervisor(const std::string& uri) : link_(uri) {}

  HypervisorFacts facts() override {
    return bounded(kReadLimit, "read the host's facts",
                   [c = link_.connection()] { return read_facts(*c); });
  }

  std::vector<DomainFacts> list() override {
    return bounded(kReadLimit, "list the instances", [c = link_.connection()] {
      virDomainPtr* found = nullptr;
      const int count =
          check(virConnectListAllDomains(c.get(), &found, 0), "list the instances", Effect::reads);
      const CPtr<virDomainPtr, std::free> array(found);
      std::vector<Domain> domains;
      for (int i = 0; i < count; ++i) domains.emplace_back(found[i]);
      std::vector<DomainFacts> out;
      for (const auto& domain : domains)
        if (auto facts = facts_of(*domain)) out.push_back(*std::move(facts));
      return out;
    });
  }

  std::optional<DomainFacts> observe(const std::string& id) override {
    return bounded(kReadLimit, "observe instance " + id,
                   [c = link_.connection(), id]() -> std::optional<DomainFacts> {
                     const Domain domain = find_domain(*c, id);
                     return domain ? facts_of(*domain) : std::nullopt;
                   });
  }

  void ensure_running(const DomainSpec& spec) override {
    bounded(kStartLimit, "start instance " + spec.id,
            [c = link_.connection(), spec] { start(*c, spec); });
  }

  void request_shutdown(const std::string& id) override {
    bounded(kStopLimit, "ask instance " + id + " to shut down", [c = link_.connection(), id] {
      const Domain domain = find_ours(*c, id);
      if (!domain || !is_active(*domain)) return;
      if (virDomainShutdownFlags(domain.get(), VIR_DOMAIN_SHUTDOWN_ACPI_POWER_BTN) == 0) return;
      if (last_code() == VIR_ERR_OPERATION_INVALID || last_code() == VIR_ERR_NO_DOMAIN) return;
      throw_last_error("ask instance " + id + " to shut down", Effect::changes);
    });
  }

  void ensure_paused(const std::string& id) override {
    change_running(kStopLimit, "pause instance " + id, id,
                   [](virDomain& domain) { return virDomainSuspend(&domain); });
  }

  void ensure_unpaused(const std::string& id) override {
    change_running(kStopLimit, "unpause instance " + id, id,
                   [](virDomain& domain) { return virDomainResume(&domain); });
  }

  void ensure_suspended(const std::string& id) override {
    // Whatever it was before: it runs when it is resumed.
    change_running(kSaveLimit, "suspend instance " + id, id, [](virDomain& domain) {
      return virDomainManagedSave(&domain, VIR_DOMAIN_SAVE_RUNNING);
    });
  }

  void ensure_resumed(const std::string& id) override {
    bounded(kSaveLimit, "resume instance " + id, [c = link_.connection(), id] {
      const Domain domain = find_ours(*c, id);
      if (!domain || is_active(*domain) || !has_saved_state(*domain)) return;
      if (virDomainCreate(domain.get()) == 0 || last_code() == VIR_ERR_OPERATION_INVALID) return;
      throw_last_error("resume instance " + id, Effect::changes);
    });
  }

  void ensure_stopped(const std::string& id) override {
    bounded(kStopLimit, "stop instance " + id, [c = link_.connection(), id] {
      if (const Domain domain = find_ours(*c, id)) stop_domain(*domain, id);
    });
  }

  void ensure_absent(const std::string& id) override {
    bounded(kStopLimit, "remove instance " + id, [c = link_.connection(), id] {
      const Domain domain = find_ours(*c, id);
      if (!domain) return;
      stop_domain(*domain, id);
      undefine(*domain, id);
    });
  }

  UniqueFd open_console(const std::string& id, model::ConsoleKind kind) override {
    return bounded(
        kConsoleLimit, "open a console of instance " + id, [c = link_.connection(), id, kind] {
          const Domain domain = find_ours(*c, id);
          if (!domain) throw Error(ErrorKind::not_found, "There is no instance " + id + ".");
          return kind == model::ConsoleKind::vnc ? open_screen(*domain) : open_serial(c, *domain);
        });
  }

  void copy_root_disk(const DiskCopy& copy, const std::function<bool()>& is_given_up) override {
    const std::string what = "copy the disk of instance " + copy.id;
    const auto ends = std::chrono::steady_clock::now() + copy.limit;
    end_copy(copy.id);
    on_running(kStopLimit, what, copy.id,
               [path = copy.target](virDomain& domain) { begin_copy(domain, path); });
    const auto done = std::make_shared<std::atomic<bool>>(false);  // a late call owns it too
    for (auto pause = kFirstLook; !*done; pause = std::min(pause * 2, kLastLook)) {
      std::this_thread::sleep_for(pause);
      if (is_given_up() || std::chrono::steady_clock::now() > ends) {
        end_copy(copy.id);
        throw Error(ErrorKind::unavailable, "Could not " + what + ": it took too long.");
      }
      on_running(kReadLimit, what, copy.id,
                 [done](virDomain& domain) { *done = !is_copying(domain); });
    }
    on_running(kReadLimit, what, copy.id, require_copied);
  }

  void end_copy(const std::string& id) override {
    bounded(kStopLimit, "end the copy of instance " + id, [c = link_.connection(), id] {
      const Domain domain = find_ours(*c, id);
      if (domain && is_active(*domain)) abort_copy(*domain);
    });
  }

  void on_change(std::function<void(const std::string& id)> callback) override {
    link_.on_change(std::move(callback));
  }

 private:
  /// Calls what needs a domain that runs.  @throws Error{unavailable} when it does not
  template <class Call>
  void on_running(std::chrono::seconds limit, const std::string& what, const std::string& id,
                  Call call) {
    bounded(limit, what, [c = link_.connection(), what, id, call] {
      const Domain domain = find_ours(*c, id);
      if (!domain || !is_active(*domain))
        throw Error(ErrorKind::unavailable, "Could not " + what + ": it does not run.");
      call(*domain);
    });
  }

  /// Calls a verb of libvirt on a domain that runs; one that has just ended is left alone.
  template <class Call>
  void change_running(std::chrono::seconds limit, const std::string& what, const std::string& id,
                      Call call) {
    bounded(limit, what, [c = link_.connection(), what, id, call] {
      const Domain domain = find_ours(*c, id);
      if (!domain || !is_active(*domain) || call(*domain) == 0) return;
      if (last_code() == VIR_ERR_OPERATION_INVALID || last_code() == VIR_ERR_NO_DOMAIN) return;
      throw_last_error(what, Effect::changes);
    });
  }

  Link link_;
};

}  // namespace

std::unique_ptr<Hypervisor> make_libvirt_hypervisor(const std::string& uri) {
  return std::make_unique<LibvirtHypervisor>(uri);
}

}  // namespace virga::agent
