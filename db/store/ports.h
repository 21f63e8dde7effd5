// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "db/model/network.h"
#include "db/store/database.h"

/// Ports and their addresses.
namespace virga::store::ports {

/// Inserts the port and hands out its addresses.
/// @throws Error{conflict} when the MAC or an address is taken
void insert(WriteTx& tx, const model::Port& port);
std::optional<model::Port> find(ReadTx& tx, const std::string& id);
/// Ordered by id; only of `project_id` unless it is empty.
std::vector<model::Port> list(ReadTx& tx, const std::string& project_id);
/// The ports of an instance or of a host's DHCP server, in order.
std::vector<model::Port> list_of_device(ReadTx& tx, const std::string& device_id);
/// The ports of a network.
std::vector<model::Port> list_of_network(ReadTx& tx, const std::string& network_id);
/// True when a port of the network has that MAC.
bool has_mac(ReadTx& tx, const std::string& network_id, const std::string& mac);
/// Addresses handed out in a subnet, in no order.
std::vector<std::string> list_addresses(ReadTx& tx, const std::string& subnet_id);
/// An address of an instance with the name of its network.
struct InstanceAddress {
  std::string network_name;
  std::string address;
  std::string mac;
};
/// The addresses of an instance in the order of its ports.
std::vector<InstanceAddress> list_instance_addresses(ReadTx& tx, const std::string& instance_id);
/// Binds the ports of a device to a host; empty: to none.
void bind_device(WriteTx& tx, const std::string& device_id, const std::string& host_id,
                 TimeUs now_us);
/// Removes the ports of a device and gives their addresses back.  @return how many
std::int64_t erase_of_device(WriteTx& tx, const std::string& device_id);
/// Removes the DHCP ports of a host on networks where it has no other port.
void erase_unused_dhcp(WriteTx& tx, const std::string& host_id);
/// @return false when there was none
bool erase(WriteTx& tx, const std::string& id);

}  // namespace virga::store::ports
