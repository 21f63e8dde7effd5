// SPDX-License-Identifier: Apache-2.0
#include "compute-agent/kvm_probe/kvm_probe.h"

#include <fcntl.h>
#include <sys/mman.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>

#include "common/error.h"
#include "common/file.h"
#include "common/subprocess.h"

/// The firmware image, from probe_guest.S.
extern "C" const char virga_kvm_probe_guest[65536];

namespace virga::agent {
namespace {

// isa-debug-exit ends QEMU with (value << 1) | 1; the guest writes 0x10 and 0x11.
constexpr int kGuestDone = 33;
constexpr int kGuestFoundFault = 35;

struct Stage {
  char letter;  ///< what the guest prints when the stage begins
  std::string_view name;
};

constexpr std::array kStages{
    Stage{'R', "16-bit mode"},
    Stage{'P', "32-bit mode"},
    Stage{'C', "copying memory"},
    Stage{'L', "64-bit mode"},
    Stage{'E', "SSE instructions"},
    Stage{'M', "CPUID and MSRs"},
    Stage{'V', "address spaces"},
    Stage{'F', "page faults"},
    Stage{'I', "timer interrupts"},
    Stage{'A', "APIC timer interrupts"},
    Stage{'B', "a busy kernel"},
    Stage{'U', "user mode and system calls"},
    Stage{'!', "an unexpected exception"},
};

/// An anonymous file, so that nothing is left behind; QEMU opens it through /proc.
UniqueFd guest_file() {
  UniqueFd fd(::memfd_create("virga-kvm-probe", MFD_CLOEXEC));
  if (!fd) throw_errno("make a memory file for the KVM probe", errno);
  write_all(fd.get(), {virga_kvm_probe_guest, sizeof virga_kvm_probe_guest});
  return fd;
}

Command probe_command(const std::string& qemu, const std::string& accelerator, int guest,
                      std::chrono::milliseconds limit) {
  const std::string firmware = "/proc/self/fd/" + std::to_string(guest);
  // clang-format off
  return {.argv = {qemu, "-nodefaults", "-no-user-config", "-display", "none",
                   "-machine", "pc,accel=" + accelerator, "-m", "32", "-bios", firmware,
                   "-device", "isa-debug-exit,iobase=0xf4,iosize=4",
                   "-chardev", "stdio,id=stages",
                   "-device", "isa-debugcon,iobase=0xe9,chardev=stages"},
          .limit = limit,
          .keep_fds = {guest}};
  // clang-format on
}

std::string last_stage(std::string_view letters) {
  if (letters.empty()) return "before its first instruction";
  const auto found = std::find_if(kStages.begin(), kStages.end(),
                                  [&](const Stage& s) { return s.letter == letters.back(); });
  if (found == kStages.end()) return "at an unknown stage";
  return "at the stage '" + std::string(found->name) + "'";
}

/// The first line of QEMU's complaint; what it only warns of is no reason.
std::string complaint(std::string_view err) {
  while (!err.empty()) {
    const std::string_view line = err.substr(0, err.find('\n'));
    if (!line.empty() && line.find("warning:") == line.npos) return " (" + std::string(line) + ")";
    err.remove_prefix(std::min(err.size(), line.size() + 1));
  }
  return "";
}

std::string failure(const CommandResult& end, std::chrono::milliseconds limit) {
  const std::string where = last_stage(end.out);
  if (end.timed_out)
    return "The probe guest was " + where + " after " + std::to_string(limit.count()) + " ms" +
           complaint(end.err) + ".";
  if (end.exit_code == kGuestFoundFault) return "The probe guest got a wrong result " + where + ".";
  if (end.signal != 0)
    return "QEMU was ended by signal " + std::to_string(end.signal) +
           " while the probe guest was " + where + ".";
  return "QEMU ended with exit code " + std::to_string(end.exit_code) +
         " while the probe guest was " + where + complaint(end.err) + ".";
}

}  // namespace

KvmProof prove_accelerator(const std::string& qemu_binary, const std::string& accelerator,
                           std::chrono::milliseconds limit) {
  const UniqueFd guest = guest_file();
  const auto start = std::chrono::steady_clock::now();
  const CommandResult end = run(probe_command(qemu_binary, accelerator, guest.get(), limit));
  KvmProof proof;
  proof.took = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::steady_clock::now() - start);
  if (end.exit_code == kGuestDone)
    proof.state = KvmState::usable;
  else
    proof.reason = failure(end, limit);
  return proof;
}

KvmProof prove_kvm(const std::string& qemu_binary, std::chrono::milliseconds limit) {
  {
    const UniqueFd device(::open("/dev/kvm", O_RDWR | O_CLOEXEC));
    if (!device) {
      const int reason = errno;
      const bool absent = reason == ENOENT || reason == ENODEV || reason == ENXIO;
      return {absent ? KvmState::absent : KvmState::unusable,
              "/dev/kvm cannot be opened: " + std::string(::strerrordesc_np(reason)) + ".",
              std::chrono::milliseconds(0)};
    }
  }
  return prove_accelerator(qemu_binary, "kvm", limit);
}

}  // namespace virga::agent
