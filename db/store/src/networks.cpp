// SPDX-License-Identifier: Apache-2.0
#include "db/store/networks.h"

#include "common/error.h"

#define NETWORK_COLUMNS                                                                     \
  "id, project_id, name, description, network_type, physical_network, mtu, admin_state_up," \
  " shared, external, created_us, updated_us"
#define SUBNET_COLUMNS                                                                        \
  "id, network_id, project_id, name, description, cidr, gateway_ip, enable_dhcp, created_us," \
  " updated_us"

namespace virga::store::networks {
namespace {

model::Network read(const Rows& r) {
  return {r.text(0),    r.text(1), r.text(2), r.text(3), r.text(4),     r.text(5),
          r.integer(6), r.flag(7), r.flag(8), r.flag(9), r.integer(10), r.integer(11)};
}

model::Subnet read_subnet(const Rows& r) {
  model::Subnet s;
  s.id = r.text(0);
  s.network_id = r.text(1);
  s.project_id = r.text(2);
  s.name = r.text(3);
  s.description = r.text(4);
  s.cidr = r.text(5);
  s.gateway_ip = r.text(6);
  s.enable_dhcp = r.flag(7);
  s.created_us = r.integer(8);
  s.updated_us = r.integer(9);
  return s;
}

void read_children(ReadTx& tx, model::Subnet& subnet) {
  Rows servers =
      tx.query("SELECT address FROM subnet_dns_nameservers WHERE subnet_id = $1 ORDER BY position",
               subnet.id);
  while (servers.next()) subnet.dns_nameservers.push_back(servers.text(0));
  Rows pools = tx.query(
      "SELECT start_address, end_address FROM allocation_pools WHERE subnet_id = $1"
      " ORDER BY position",
      subnet.id);
  while (pools.next()) subnet.pools.push_back({pools.text(0), pools.text(1)});
}

std::vector<model::Subnet> read_all(ReadTx& tx, Rows& rows) {
  std::vector<model::Subnet> subnets;
  while (rows.next()) subnets.push_back(read_subnet(rows));
  for (auto& subnet : subnets) read_children(tx, subnet);
  return subnets;
}

}  // namespace

void insert(WriteTx& tx, const model::Network& n) {
  tx.exec("INSERT INTO networks (" NETWORK_COLUMNS
          ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
          n.id, n.project_id, n.name, n.description, n.network_type, n.physical_network, n.mtu,
          n.admin_state_up, n.shared, n.external, n.created_us, n.updated_us);
}

void insert(WriteTx& tx, const model::Subnet& s) {
  tx.exec("INSERT INTO subnets (" SUBNET_COLUMNS
          ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
          s.id, s.network_id, s.project_id, s.name, s.description, s.cidr, s.gateway_ip,
          s.enable_dhcp, s.created_us, s.updated_us);
  std::int64_t position = 0;
  for (const auto& address : s.dns_nameservers)
    tx.exec("INSERT INTO subnet_dns_nameservers (subnet_id, position, address) VALUES ($1, $2, $3)",
            s.id, position++, address);
  position = 0;
  for (const auto& pool : s.pools)
    tx.exec(
        "INSERT INTO allocation_pools (subnet_id, position, start_address, end_address)"
        " VALUES ($1, $2, $3, $4)",
        s.id, position++, pool.start, pool.end);
}

std::optional<model::Network> find(ReadTx& tx, const std::string& id) {
  Rows rows = tx.query("SELECT " NETWORK_COLUMNS " FROM networks WHERE id = $1", id);
  if (!rows.next()) return std::nullopt;
  return read(rows);
}

std::vector<model::Network> list(ReadTx& tx) {
  Rows rows = tx.query("SELECT " NETWORK_COLUMNS " FROM networks ORDER BY id");
  std::vector<model::Network> networks;
  while (rows.next()) networks.push_back(read(rows));
  return networks;
}

std::optional<model::Network> find_flat(ReadTx& tx, const std::string& physical_network) {
  Rows rows = tx.query("SELECT " NETWORK_COLUMNS
                       " FROM networks WHERE network_type = 'flat' AND physical_network = $1",
                       physical_network);
  if (!rows.next()) return std::nullopt;
  return read(rows);
}

std::optional<model::Subnet> find_subnet(ReadTx& tx, const std::string& id) {
  std::optional<model::Subnet> subnet;
  {
    Rows rows = tx.query("SELECT " SUBNET_COLUMNS " FROM subnets WHERE id = $1", id);
    if (!rows.next()) return std::nullopt;
    subnet = read_subnet(rows);
  }
  read_children(tx, *subnet);
  return subnet;
}

std::vector<model::Subnet> list_subnets(ReadTx& tx) {
  Rows rows = tx.query("SELECT " SUBNET_COLUMNS " FROM subnets ORDER BY id");
  return read_all(tx, rows);
}

std::vector<model::Subnet> list_subnets_of(ReadTx& tx, const std::string& network_id) {
  Rows rows = tx.query("SELECT " SUBNET_COLUMNS
                       " FROM subnets WHERE network_id = $1 ORDER BY created_us, id",
                       network_id);
  return read_all(tx, rows);
}

bool erase(WriteTx& tx, const std::string& id) {
  return tx.exec("DELETE FROM networks WHERE id = $1", id) > 0;
}

bool erase_subnet(WriteTx& tx, const std::string& id) {
  return tx.exec("DELETE FROM subnets WHERE id = $1", id) > 0;
}

}  // namespace virga::store::networks
