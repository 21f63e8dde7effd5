// SPDX-License-Identifier: Apache-2.0
// The packet filter of one host as text for nftables: what guests may send, and who may talk to the
// DHCP and metadata helpers. Pure.
//
// Devices of ours are known by their device group, so that a tap which the sets do not name (not
// yet, or no longer) is dropped, and devices that are not ours are never judged. One chain serves
// all guests: sets grow by one element per port and address, rules do not grow at all.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "network/plan/host_plan.h"

namespace virga::network {

/// Device groups (IFLA_GROUP) of what this host's agent makes; numbers nobody picks by chance.
constexpr std::uint32_t kGuestGroup = 0x76690001;   ///< taps
constexpr std::uint32_t kHelperGroup = 0x76690002;  ///< host side of the helpers' veths
constexpr std::uint32_t kDoomedGroup = 0x76690004;  ///< taps on their way out
constexpr std::uint32_t kBridgeGroup = 0x76690003;  ///< bridges that the agent made

/// Where the metadata service is, as seen by every guest.
constexpr std::string_view kMetadataAddress = "169.254.169.254";

/// The whole rule set of a plan.
struct Ruleset {
  std::string text;    ///< replaces `table bridge virga` in one transaction
  std::string digest;  ///< names the plan; the table has an empty chain plan_<digest>
  std::vector<std::string>
      refused;  ///< ids of ports with unusable values: all they send is dropped
};

Ruleset plan_rules(const HostPlan& plan);

/// True for six lower-case hexadecimal pairs with colons that name one station.
bool is_unicast_mac(std::string_view text) noexcept;

/// True for 1..15 letters, digits, dashes, dots and underscores.
bool is_device_name(std::string_view text) noexcept;

}  // namespace virga::network
