// SPDX-License-Identifier: Apache-2.0
#include "db/store/doctor.h"

// What an instance holds of its host's disk, in GiB: the claim of the scheduler.
#define DISK_CLAIM "(i.disk_gib + i.ephemeral_gib + (i.swap_mib + 1023) / 1024)"

namespace virga::store::doctor {
namespace {

std::vector<Misfit> read_all(Rows& rows) {
  std::vector<Misfit> found;
  while (rows.next()) found.push_back({rows.text(0), rows.text(1), rows.text(2)});
  return found;
}

}  // namespace

std::vector<Misfit> allocations_without_instance(ReadTx& tx) {
  Rows rows = tx.query(
      "SELECT a.instance_id, a.host_id, '' FROM allocations a"
      " LEFT JOIN instances i ON i.id = a.instance_id AND i.deleted_us = 0"
      " WHERE i.id IS NULL ORDER BY a.instance_id");
  return read_all(rows);
}

std::vector<Misfit> instances_without_allocation(ReadTx& tx) {
  Rows rows = tx.query(
      "SELECT i.id, i.host_id, '' FROM instances i"
      " LEFT JOIN allocations a ON a.instance_id = i.id"
      " WHERE i.deleted_us = 0 AND i.host_id <> '' AND a.instance_id IS NULL ORDER BY i.id");
  return read_all(rows);
}

std::vector<Misfit> differing_allocations(ReadTx& tx) {
  Rows rows = tx.query(
      "SELECT i.id, i.host_id, a.vcpus || ' vcpus, ' || a.memory_mib || ' MiB, ' || a.disk_gib"
      " || ' GiB on ' || a.host_id FROM instances i JOIN allocations a ON a.instance_id = i.id"
      // While a resize may be reverted more is held, for both flavors.
      " WHERE i.deleted_us = 0 AND i.resizing <> 'resize'"
      " AND (a.host_id <> i.host_id OR a.vcpus <> i.vcpus"
      " OR a.memory_mib <> i.memory_mib OR a.disk_gib <> " DISK_CLAIM ") ORDER BY i.id");
  return read_all(rows);
}

std::vector<Misfit> ports_without_instance(ReadTx& tx) {
  Rows rows = tx.query(
      "SELECT p.id, p.device_id, '' FROM ports p"
      " LEFT JOIN instances i ON i.id = p.device_id AND i.deleted_us = 0"
      " WHERE p.device_owner LIKE 'compute:%' AND p.device_id <> '' AND i.id IS NULL"
      " ORDER BY p.id");
  return read_all(rows);
}

std::vector<Misfit> misbound_ports(ReadTx& tx) {
  Rows rows = tx.query(
      "SELECT p.id, i.id, p.host_id FROM ports p"
      " JOIN instances i ON i.id = p.device_id AND i.deleted_us = 0"
      " WHERE p.device_owner LIKE 'compute:%' AND p.host_id <> i.host_id ORDER BY p.id");
  return read_all(rows);
}

std::vector<Misfit> unneeded_dhcp_ports(ReadTx& tx) {
  Rows rows = tx.query(
      "SELECT d.id, d.host_id, d.network_id FROM ports d WHERE d.device_owner = 'network:dhcp'"
      " AND NOT EXISTS (SELECT 1 FROM ports p WHERE p.host_id = d.host_id"
      "  AND p.network_id = d.network_id AND p.device_owner <> 'network:dhcp') ORDER BY d.id");
  return read_all(rows);
}

std::vector<Misfit> double_addresses(ReadTx& tx) {
  Rows rows = tx.query(
      "SELECT s.network_id, a.address, COUNT(*) FROM ip_allocations a"
      " JOIN subnets s ON s.id = a.subnet_id GROUP BY s.network_id, a.address"
      " HAVING COUNT(*) > 1 ORDER BY s.network_id, a.address");
  return read_all(rows);
}

std::vector<Misfit> unreported_instances(ReadTx& tx, TimeUs alive_us, TimeUs old_us) {
  Rows rows = tx.query(
      "SELECT i.id, h.name, '' FROM instances i JOIN hosts h ON h.id = i.host_id"
      " WHERE i.deleted_us = 0 AND i.observed_generation < i.generation AND i.updated_us < $1"
      " AND h.last_seen_us > $2 ORDER BY i.id",
      old_us, alive_us);
  return read_all(rows);
}

std::vector<Misfit> strays(ReadTx& tx, TimeUs old_us) {
  Rows rows = tx.query(
      "SELECT s.instance_id, h.name, CASE WHEN i.id IS NULL THEN ''"
      " WHEN i.deleted_us > 0 THEN 'deleted' ELSE 'on another host' END"
      " FROM host_strays s JOIN hosts h ON h.id = s.host_id"
      " LEFT JOIN instances i ON i.id = s.instance_id"
      " WHERE s.since_us < $1 AND (i.id IS NULL OR i.deleted_us > 0 OR i.host_id <> s.host_id)"
      " ORDER BY s.instance_id, h.name",
      old_us);
  return read_all(rows);
}

std::vector<Misfit> silent_hosts(ReadTx& tx, TimeUs alive_us) {
  Rows rows = tx.query(
      "SELECT h.id, h.name, (SELECT COUNT(*) FROM instances i WHERE i.host_id = h.id"
      " AND i.deleted_us = 0) FROM hosts h WHERE h.last_seen_us <= $1 ORDER BY h.id",
      alive_us);
  return read_all(rows);
}

std::vector<Misfit> stored_images(ReadTx& tx) {
  Rows rows = tx.query(
      "SELECT i.id, i.digest, l.store_id FROM images i JOIN image_locations l"
      " ON l.image_id = i.id WHERE i.status = 'active' AND i.digest <> '' ORDER BY i.id, "
      "l.store_id");
  return read_all(rows);
}

void renew_allocation(WriteTx& tx, const std::string& instance_id) {
  tx.exec("DELETE FROM allocations WHERE instance_id = $1", instance_id);
  tx.exec(
      "INSERT INTO allocations (instance_id, host_id, vcpus, memory_mib, disk_gib)"
      " SELECT i.id, i.host_id, i.vcpus, i.memory_mib, " DISK_CLAIM
      " FROM instances i WHERE i.id = $1 AND i.deleted_us = 0 AND i.host_id <> ''",
      instance_id);
}

}  // namespace virga::store::doctor
