// SPDX-License-Identifier: Apache-2.0
// New ports with their MAC and addresses, inside the transaction that needs them.
#pragma once

#include <string>

#include "common/clock.h"
#include "db/model/network.h"
#include "db/store/database.h"

namespace virga::network {

/// What a new port is for.
struct PortRequest {
  std::string network_id;
  std::string project_id;
  std::string device_id;
  std::string device_owner;
  std::string host_id;
  std::int64_t position = 0;
  std::string address;  ///< a wanted fixed address; empty: the lowest free one
};

/// Inserts a port with one address, of the first subnet that has a free one.
/// @throws Error{conflict} when no subnet has a free address or the wanted one is taken,
///         Error{invalid} when the wanted address is in no subnet, Error{not_found}
model::Port create_port(store::WriteTx& tx, const PortRequest& request, TimeUs now_us);

/// The DHCP and metadata port of a host on a network: made when it is missing.
model::Port ensure_dhcp_port(store::WriteTx& tx, const std::string& network_id,
                             const std::string& host_id, TimeUs now_us);

/// Removes the DHCP ports of a host on networks where it has no other port any more.
void release_dhcp_ports(store::WriteTx& tx, const std::string& host_id);

/// The device id of a host's DHCP port on a network.
std::string dhcp_device(const std::string& network_id, const std::string& host_id);

}  // namespace virga::network
