// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>

#include "network/host/src/netlink.h"

namespace virga::network {

/// A tap to make: down, in no bridge.
struct NewTap {
  std::string name;
  std::string alias;  ///< marks it as ours
  std::string mac;    ///< of the host's side
  std::int64_t mtu = 1500;
  uid_t owner = 0;  ///< may open it without privileges
};

/// Makes a persistent tap. Marked before it becomes persistent: a process that dies in between
/// leaves nothing, one that dies later leaves a tap that is known as ours.
/// @throws Error{unavailable}
Link create_tap(Netlink& netlink, const NewTap& tap);

/// Turns IPv6 off on a device, so that the host has no address on a guest's wire. A kernel without
/// IPv6 is fine.  @throws Error{unavailable}
void disable_ipv6(const std::string& device);

}  // namespace virga::network
