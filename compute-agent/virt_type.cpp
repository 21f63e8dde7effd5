// SPDX-License-Identifier: Apache-2.0
#include "compute-agent/virt_type.h"

#include <sys/stat.h>

#include "common/error.h"
#include "common/file.h"
#include "common/log.h"
#include "compute-agent/kvm_probe/kvm_probe.h"

namespace virga::agent {
namespace {

constexpr auto kProofLimit = std::chrono::seconds(3);

/// What the proof depends on: this boot of the kernel and this QEMU.
std::string circumstances(const Config& config) {
  struct stat qemu {};
  if (::stat(config.qemu_program.c_str(), &qemu) != 0)
    throw Error(ErrorKind::invalid, config.qemu_program + " is not installed.");
  return read_file("/proc/sys/kernel/random/boot_id").value_or("") +
         std::to_string(qemu.st_mtim.tv_sec) + " " + std::to_string(qemu.st_size) + "\n";
}

}  // namespace

std::string decide_virt_type(const Config& config) {
  if (config.virt_type == "qemu") return "qemu";
  const std::string path = config.identity() + "/kvm-proof";
  const std::string now = circumstances(config);
  const auto kept = read_file(path);
  if (kept && kept->starts_with(now)) return kept->substr(now.size());
  const KvmProof proof = prove_kvm(config.qemu_program, kProofLimit);
  if (proof.state == KvmState::usable) {
    log::info("KVM works", {{"ms", std::to_string(proof.took.count())}});
  } else if (config.virt_type == "kvm") {
    throw Error(ErrorKind::invalid, "KVM is demanded but does not work: " + proof.reason);
  } else {
    log::warning("KVM does not work on this host: guests are emulated, which is slow",
                 {{"reason", proof.reason}});
  }
  const std::string type = proof.state == KvmState::usable ? "kvm" : "qemu";
  write_file_atomic(path, now + type, 0600);
  return type;
}

}  // namespace virga::agent
