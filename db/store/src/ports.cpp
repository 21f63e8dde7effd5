// SPDX-License-Identifier: Apache-2.0
#include "db/store/ports.h"

#include "common/error.h"

#define PORT_COLUMNS                                                                         \
  "id, network_id, project_id, name, mac, device_id, device_owner, host_id, admin_state_up," \
  " position, created_us, updated_us"

namespace virga::store::ports {
namespace {

model::Port read(const Rows& r) {
  model::Port p;
  p.id = r.text(0);
  p.network_id = r.text(1);
  p.project_id = r.text(2);
  p.name = r.text(3);
  p.mac = r.text(4);
  p.device_id = r.text(5);
  p.device_owner = r.text(6);
  p.host_id = r.text(7);
  p.admin_state_up = r.flag(8);
  p.position = r.integer(9);
  p.created_us = r.integer(10);
  p.updated_us = r.integer(11);
  return p;
}

void read_addresses(ReadTx& tx, model::Port& port) {
  Rows rows = tx.query(
      "SELECT subnet_id, address FROM ip_allocations WHERE port_id = $1 ORDER BY subnet_id, "
      "address",
      port.id);
  while (rows.next()) port.fixed_ips.push_back({rows.text(0), rows.text(1)});
}

std::vector<model::Port> read_all(ReadTx& tx, Rows& rows) {
  std::vector<model::Port> ports;
  while (rows.next()) ports.push_back(read(rows));
  for (auto& port : ports) read_addresses(tx, port);
  return ports;
}

}  // namespace

void insert(WriteTx& tx, const model::Port& p) {
  tx.exec("INSERT INTO ports (" PORT_COLUMNS
          ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
          p.id, p.network_id, p.project_id, p.name, p.mac, p.device_id, p.device_owner, p.host_id,
          p.admin_state_up, p.position, p.created_us, p.updated_us);
  for (const auto& ip : p.fixed_ips) {
    const auto changed = tx.exec(
        "INSERT INTO ip_allocations (subnet_id, address, port_id) VALUES ($1, $2, $3)"
        " ON CONFLICT (subnet_id, address) DO NOTHING",
        ip.subnet_id, ip.address, p.id);
    if (changed == 0)
      throw Error(ErrorKind::conflict, "Unable to complete operation for network " + p.network_id +
                                           ". The IP address " + ip.address + " is in use.");
  }
}

std::optional<model::Port> find(ReadTx& tx, const std::string& id) {
  std::optional<model::Port> port;
  {
    Rows rows = tx.query("SELECT " PORT_COLUMNS " FROM ports WHERE id = $1", id);
    if (!rows.next()) return std::nullopt;
    port = read(rows);
  }
  read_addresses(tx, *port);
  return port;
}

std::vector<model::Port> list(ReadTx& tx, const std::string& project_id) {
  Rows rows =
      tx.query("SELECT " PORT_COLUMNS " FROM ports WHERE $1 = '' OR project_id = $2 ORDER BY id",
               project_id, project_id);
  return read_all(tx, rows);
}

std::vector<model::Port> list_of_device(ReadTx& tx, const std::string& device_id) {
  Rows rows = tx.query(
      "SELECT " PORT_COLUMNS " FROM ports WHERE device_id = $1 ORDER BY position, id", device_id);
  return read_all(tx, rows);
}

std::vector<model::Port> list_of_network(ReadTx& tx, const std::string& network_id) {
  Rows rows =
      tx.query("SELECT " PORT_COLUMNS " FROM ports WHERE network_id = $1 ORDER BY id", network_id);
  return read_all(tx, rows);
}

bool has_mac(ReadTx& tx, const std::string& network_id, const std::string& mac) {
  Rows rows = tx.query("SELECT 1 FROM ports WHERE network_id = $1 AND mac = $2", network_id, mac);
  return rows.next();
}

std::vector<std::string> list_addresses(ReadTx& tx, const std::string& subnet_id) {
  Rows rows = tx.query("SELECT address FROM ip_allocations WHERE subnet_id = $1", subnet_id);
  std::vector<std::string> addresses;
  while (rows.next()) addresses.push_back(rows.text(0));
  return addresses;
}

std::vector<InstanceAddress> list_instance_addresses(ReadTx& tx, const std::string& instance_id) {
  Rows rows = tx.query(
      "SELECT networks.name, address, mac FROM ports"
      " JOIN networks ON networks.id = network_id"
      " JOIN ip_allocations ON port_id = ports.id"
      " WHERE device_id = $1 ORDER BY position, ports.id, address",
      instance_id);
  std::vector<InstanceAddress> addresses;
  while (rows.next()) addresses.push_back({rows.text(0), rows.text(1), rows.text(2)});
  return addresses;
}

void bind_device(WriteTx& tx, const std::string& device_id, const std::string& host_id,
                 TimeUs now_us) {
  tx.exec("UPDATE ports SET host_id = $1, updated_us = $2 WHERE device_id = $3", host_id, now_us,
          device_id);
}

std::int64_t erase_of_device(WriteTx& tx, const std::string& device_id) {
  return tx.exec("DELETE FROM ports WHERE device_id = $1", device_id);
}

void erase_unused_dhcp(WriteTx& tx, const std::string& host_id) {
  tx.exec(
      "DELETE FROM ports WHERE host_id = $1 AND device_owner = 'network:dhcp' AND network_id NOT IN"
      " (SELECT network_id FROM ports WHERE host_id = $2 AND device_owner <> 'network:dhcp')",
      host_id, host_id);
}

bool erase(WriteTx& tx, const std::string& id) {
  return tx.exec("DELETE FROM ports WHERE id = $1", id) > 0;
}

}  // namespace virga::store::ports
