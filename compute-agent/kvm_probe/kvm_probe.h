// SPDX-License-Identifier: Apache-2.0
// Whether KVM runs an operating system on this host, found out by running a tiny one.
#pragma once

#include <chrono>
#include <string>

namespace virga::agent {

/// What KVM is good for on this host.
enum class KvmState {
  usable,    ///< the guest ran to its end
  absent,    ///< there is no /dev/kvm
  unusable,  ///< there is one, but it cannot be opened, or the guest failed or was too slow
};

/// The outcome of a proof.
struct KvmProof {
  KvmState state = KvmState::unusable;
  std::string reason;  ///< a sentence for the log; empty when usable
  std::chrono::milliseconds took{0};
};

/// Runs the probe guest once under KVM. It takes about 0.1 s where KVM works, and at most `limit`.
/// @param qemu_binary absolute path of qemu-system-x86_64
/// @param limit 3 s is plenty also on a loaded host; a guest that takes longer is too slow to use
/// @throws Error{unavailable} when QEMU cannot be started
KvmProof prove_kvm(const std::string& qemu_binary, std::chrono::milliseconds limit);

/// The same under any accelerator of QEMU and without a look at /dev/kvm. Under "tcg" it proves
/// that the guest itself is right.
KvmProof prove_accelerator(const std::string& qemu_binary, const std::string& accelerator,
                           std::chrono::milliseconds limit);

}  // namespace virga::agent
