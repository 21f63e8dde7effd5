// SPDX-License-Identifier: Apache-2.0
#include "db/store/doctor.h"

#include "db/store/allocations.h"

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
      "SELECT c.id, min(a.provider_id), '' FROM consumers c"
      " JOIN allocations a ON a.consumer_id = c.id JOIN hosts h ON h.id = a.provider_id"
      " LEFT JOIN instances i ON i.id = c.id AND i.deleted_us = 0"
      " WHERE c.type = 'INSTANCE' AND i.id IS NULL GROUP BY c.id ORDER BY c.id");
  return read_all(rows);
}

std::vector<Misfit> instances_without_allocation(ReadTx& tx) {
  Rows rows = tx.query(
      "SELECT i.id, i.host_id, '' FROM instances i WHERE i.deleted_us = 0 AND i.host_id <> ''"
      " AND NOT EXISTS (SELECT 1 FROM allocations a WHERE a.consumer_id = i.id) ORDER BY i.id");
  return read_all(rows);
}

std::vector<Misfit> differing_allocations(ReadTx& tx) {
  Rows rows = tx.query(
      "SELECT i.id, i.host_id, a.vcpus || ' vcpus, ' || a.memory_mib || ' MiB, ' || a.disk_gib"
      " || ' GiB on ' || a.host_id FROM instances i JOIN (SELECT consumer_id,"
      " min(provider_id) AS host_id, max(provider_id) AS other_id,"
      " sum(CASE resource_class WHEN 'VCPU' THEN used ELSE 0 END) AS vcpus,"
      " sum(CASE resource_class WHEN 'MEMORY_MB' THEN used ELSE 0 END) AS memory_mib,"
      " sum(CASE resource_class WHEN 'DISK_GB' THEN used ELSE 0 END) AS disk_gib"
      " FROM allocations GROUP BY consumer_id) a ON a.consumer_id = i.id"
      // While a resize may be reverted more is held, for both flavors.
      " WHERE i.deleted_us = 0 AND i.resizing <> 'resize' AND (a.host_id <> i.host_id OR "
      "a.other_id <> i.host_id"
      " OR a.vcpus <> i.vcpus OR a.memory_mib <> i.memory_mib OR a.disk_gib <> " DISK_CLAIM
      ") ORDER BY i.id");
  return read_all(rows);
}

std::vector<Misfit> differing_usages(ReadTx& tx) {
  Rows rows = tx.query(
      "SELECT i.provider_id, i.resource_class, i.used FROM inventories i WHERE i.used <>"
      " (SELECT coalesce(sum(a.used), 0) FROM allocations a WHERE a.provider_id = i.provider_id"
      " AND a.resource_class = i.resource_class) ORDER BY i.provider_id, i.resource_class");
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

void renew_usage(WriteTx& tx, const std::string& provider_id) {
  tx.exec(
      "UPDATE inventories SET used = (SELECT coalesce(sum(a.used), 0) FROM allocations a"
      " WHERE a.provider_id = inventories.provider_id"
      " AND a.resource_class = inventories.resource_class) WHERE provider_id = $1",
      provider_id);
}

void renew_allocation(WriteTx& tx, const std::string& instance_id) {
  allocations::erase(tx, instance_id);
  std::string host_id;
  allocations::Amount amount;
  {
    Rows rows = tx.query("SELECT i.host_id, i.vcpus, i.memory_mib, " DISK_CLAIM
                         " FROM instances i"
                         " WHERE i.id = $1 AND i.deleted_us = 0 AND i.host_id <> ''",
                         instance_id);
    if (!rows.next()) return;
    host_id = rows.text(0);
    amount = {rows.integer(1), rows.integer(2), rows.integer(3), 1};
  }
  allocations::insert(tx, instance_id, host_id, amount);
  renew_usage(tx, host_id);
}

}  // namespace virga::store::doctor
