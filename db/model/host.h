// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "common/clock.h"

namespace virga::model {

/// A host counts as up when its agent was heard of within this time: three of its reports.
inline constexpr TimeUs kHostSilence = 30 * kSecondUs;

/// A compute node: what an administrator decided and what its agent reported.
struct Host {
  std::string id;
  std::string name;         ///< unique; the host name
  std::int64_t number = 0;  ///< small integer id, for the Compute API's old lists
  bool enabled = true;
  std::string disabled_reason;
  bool forced_down = false;        ///< counts as down whatever its agent says
  std::string certificate_sha256;  ///< of the agent's certificate; empty until enrolled
  std::int64_t generation = 0;     ///< of its resource provider: guards claims
  // Reported by the agent:
  std::int64_t vcpus = 0;
  std::int64_t memory_mib = 0;
  std::int64_t disk_gib = 0;
  std::string address;             ///< of the host on the underlay
  std::string virt_type;           ///< "kvm" or "qemu"
  std::string hypervisor_version;  ///< QEMU's, "7.2.22"
  std::string cpu_info;            ///< JSON object
  TimeUs booted_us = 0;            ///< 0: not known
  std::string load_average;        ///< of 1, 5 and 15 minutes: "0.10, 0.12, 0.09"
  std::int64_t users = 0;          ///< logged in
  TimeUs last_seen_us = 0;         ///< 0: never
  TimeUs created_us = 0;
  TimeUs updated_us = 0;
};

/// One-time permission for an agent to become a host.
struct Enrolment {
  std::string token_hash;  ///< SHA-256 of the secret
  std::string host_name;
  TimeUs expires_us = 0;
};

}  // namespace virga::model
