// SPDX-License-Identifier: Apache-2.0
// The only view that the agent has of a hypervisor.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/file.h"
#include "db/model/console.h"
#include "db/model/instance.h"

namespace virga::agent {

/// A network interface of a guest.
struct NicSpec {
  std::string port_id;
  std::string mac;
  std::string tap;  ///< made and bridged by the host's network, never by the hypervisor
  std::int64_t mtu = 1500;
};

/// All that a hypervisor needs to run an instance. Rendered anew at each start.
struct DomainSpec {
  std::string id;     ///< instance id = domain uuid
  std::string name;   ///< "instance-0000000a"
  std::string title;  ///< the user's name for it
  std::string project_id;
  std::int64_t run_epoch = 0;      ///< kept with the domain, so that a start is done once
  std::string virt_type = "qemu";  ///< "kvm" or "qemu"
  std::int64_t vcpus = 1;
  std::int64_t memory_mib = 128;
  std::int64_t disk = 1;     ///< number of the root disk, kept with the domain
  std::string root_disk;     ///< path of a qcow2 file
  std::string rescued_disk;  ///< path of the disk that a rescue is to mend; empty: none
  std::string config_drive;  ///< path of an ISO 9660 file; empty: none
  std::string console_log;   ///< path
  std::vector<NicSpec> nics;
};

/// A domain of ours as the hypervisor sees it.
struct DomainFacts {
  std::string id;
  std::int64_t run_epoch = 0;
  std::int64_t disk = 1;  ///< number of the root disk that it was defined with
  model::PowerState power = model::PowerState::unknown;
  bool paused_by_us = false;      ///< paused because that was asked for
  bool stopped_by_guest = false;  ///< shutoff because the guest powered itself off
};

struct HypervisorFacts {
  std::string version;   ///< of QEMU, "7.2.22"
  std::string cpu_info;  ///< JSON object: arch, model, vendor, topology, features
  std::int64_t vcpus = 0;
  std::int64_t memory_mib = 0;
};

/// A copy of the root disk of a guest that runs.
struct DiskCopy {
  std::string id;      ///< of the instance
  std::string target;  ///< path of an empty qcow2 file of the disk's size
  std::chrono::seconds limit{600};
};

/// A hypervisor. Every verb is idempotent, has a deadline inside, and may be called from several
/// threads for different instances. Domains that are not ours are never shown and never touched.
class Hypervisor {
 public:
  virtual ~Hypervisor() = default;

  /// @throws Error{unavailable} when the hypervisor does not answer
  virtual HypervisorFacts facts() = 0;
  virtual std::vector<DomainFacts> list() = 0;
  virtual std::optional<DomainFacts> observe(const std::string& id) = 0;

  /// Defines the domain from the spec and starts it, unless it already runs.
  /// @throws Error{unavailable, unknown, invalid}
  virtual void ensure_running(const DomainSpec& spec) = 0;

  /// Asks the guest to power itself off (ACPI). Success says only that it was asked.
  virtual void request_shutdown(const std::string& id) = 0;

  /// Stops the processors of a guest that runs, or lets them go on. Of a guest that does not run:
  /// success without effect.
  virtual void ensure_paused(const std::string& id) = 0;
  virtual void ensure_unpaused(const std::string& id) = 0;

  /// Saves the memory of a guest that runs into a file and ends it: its power is `suspended` then.
  virtual void ensure_suspended(const std::string& id) = 0;

  /// Lets a suspended guest go on from its file, which is gone then.
  virtual void ensure_resumed(const std::string& id) = 0;

  /// Ends the guest at once and forgets a saved state; the definition stays. Absence is success.
  virtual void ensure_stopped(const std::string& id) = 0;

  /// Ends the guest and removes its definition. Absence is success.
  virtual void ensure_absent(const std::string& id) = 0;

  /// A socket whose bytes are the screen (as an RFB server) or the serial line of a guest that
  /// runs. It ends with the guest; a serial line has one user, and the one before loses it.
  /// @throws Error{not_found, conflict, unavailable}
  virtual UniqueFd open_console(const std::string& id, model::ConsoleKind kind) = 0;

  /// Copies the root disk of a guest that runs, as it is at the moment of the call, while the guest
  /// goes on. Waits until it is done. The file systems of the guest are at rest at that moment when
  /// an agent in it answers at once, else as after a loss of power.
  /// @param is_given_up asked now and then
  /// @throws Error{unavailable, unknown} when it fails, takes too long or is given up
  virtual void copy_root_disk(const DiskCopy& copy, const std::function<bool()>& is_given_up) = 0;

  /// Ends a copy that an earlier process may have left behind. Absence is success.
  virtual void end_copy(const std::string& id) = 0;

  /// Sets who is told, from any thread, that some domain changed ("" when it is not known which).
  virtual void on_change(std::function<void(const std::string& id)> callback) = 0;
};

/// libvirt at `uri`, e.g. "qemu:///system". Connects on first use and again whenever it was lost.
std::unique_ptr<Hypervisor> make_libvirt_hypervisor(const std::string& uri);

}  // namespace virga::agent
