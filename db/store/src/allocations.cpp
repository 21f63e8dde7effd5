// SPDX-License-Identifier: Apache-2.0
#include "db/store/allocations.h"

#include <algorithm>

#include "common/error.h"

namespace virga::store::allocations {
namespace {

std::int64_t* member_of(Amount& amount, std::string_view resource_class) {
  if (resource_class == "VCPU") return &amount.vcpus;
  if (resource_class == "MEMORY_MB") return &amount.memory_mib;
  if (resource_class == "DISK_GB") return &amount.disk_gib;
  return nullptr;
}

/// Gives a consumer that has nothing an amount of a host.
void give(WriteTx& tx, const std::string& instance_id, const std::string& host_id,
          const Amount& a) {
  const std::int64_t wanted = (a.vcpus > 0) + (a.memory_mib > 0) + (a.disk_gib > 0);
  const std::int64_t made = tx.exec(
      "INSERT INTO allocations (consumer_id, provider_id, resource_class, used)"
      " SELECT $1, provider_id, resource_class, CASE resource_class WHEN 'VCPU' THEN $2"
      " WHEN 'MEMORY_MB' THEN $3 ELSE $4 END FROM inventories WHERE provider_id = $5"
      " AND ((resource_class = 'VCPU' AND $2 > 0) OR (resource_class = 'MEMORY_MB' AND $3 > 0)"
      " OR (resource_class = 'DISK_GB' AND $4 > 0))",
      instance_id, a.vcpus, a.memory_mib, a.disk_gib, host_id);
  const std::int64_t changed = tx.exec(
      "UPDATE inventories SET used = used + CASE resource_class WHEN 'VCPU' THEN $1"
      " WHEN 'MEMORY_MB' THEN $2 ELSE $3 END"
      " WHERE provider_id = $4 AND resource_class IN ('VCPU', 'MEMORY_MB', 'DISK_GB')",
      a.vcpus, a.memory_mib, a.disk_gib, host_id);
  if (made != wanted || changed == 0)
    throw Error(ErrorKind::conflict, "Host " + host_id + " has not said what it has.");
}

}  // namespace

void insert(WriteTx& tx, const std::string& instance_id, const std::string& host_id,
            const Amount& amount) {
  if (tx.exec("INSERT INTO consumers (id, generation, project_id, user_id, type, created_us)"
              " SELECT id, 1, project_id, user_id, 'INSTANCE', created_us FROM instances"
              " WHERE id = $1 ON CONFLICT (id) DO NOTHING",
              instance_id) > 0)
    give(tx, instance_id, host_id, amount);
}

void update(WriteTx& tx, const std::string& instance_id, const Amount& amount) {
  std::string host_id;
  {
    Rows rows = tx.query(
        "SELECT a.provider_id FROM allocations a JOIN hosts h ON h.id = a.provider_id"
        " WHERE a.consumer_id = $1",
        instance_id);
    if (!rows.next()) return;
    host_id = rows.text(0);
  }
  clear(tx, instance_id);
  give(tx, instance_id, host_id, amount);
  tx.exec("UPDATE consumers SET generation = generation + 1 WHERE id = $1", instance_id);
}

bool erase(WriteTx& tx, const std::string& consumer_id) {
  clear(tx, consumer_id);
  return tx.exec("DELETE FROM consumers WHERE id = $1", consumer_id) > 0;
}

std::map<std::string, Amount> used_by_host(ReadTx& tx) {
  std::map<std::string, Amount> used;
  {
    Rows rows = tx.query(
        "SELECT i.provider_id, i.resource_class, i.used FROM inventories i"
        " JOIN hosts h ON h.id = i.provider_id WHERE i.used > 0");
    while (rows.next())
      if (auto* member = member_of(used[rows.text(0)], rows.view(1))) *member = rows.integer(2);
  }
  Rows rows = tx.query(
      "SELECT a.provider_id, count(DISTINCT a.consumer_id) FROM allocations a"
      " JOIN consumers c ON c.id = a.consumer_id AND c.type = 'INSTANCE'"
      " JOIN hosts h ON h.id = a.provider_id GROUP BY a.provider_id");
  while (rows.next()) used[rows.text(0)].instances = rows.integer(1);
  return used;
}

std::map<std::string, Capacity> capacities(ReadTx& tx) {
  Rows rows = tx.query(
      "SELECT i.provider_id, i.resource_class, i.total, i.reserved, i.ratio, i.used"
      " FROM inventories i JOIN hosts h ON h.id = i.provider_id"
      " WHERE i.resource_class IN ('VCPU', 'MEMORY_MB', 'DISK_GB')");
  std::map<std::string, Capacity> all;
  while (rows.next()) {
    Capacity& capacity = all[rows.text(0)];
    const model::Inventory inventory{
        .total = rows.integer(2), .reserved = rows.integer(3), .ratio = rows.integer(4)};
    *member_of(capacity.total, rows.view(1)) = std::max<std::int64_t>(0, inventory.capacity());
    *member_of(capacity.used, rows.view(1)) = rows.integer(5);
  }
  return all;
}

std::optional<model::Consumer> find_consumer(ReadTx& tx, const std::string& id) {
  Rows rows =
      tx.query("SELECT id, generation, project_id, user_id, type FROM consumers WHERE id = $1", id);
  if (!rows.next()) return std::nullopt;
  return model::Consumer{rows.text(0), rows.integer(1), rows.text(2), rows.text(3), rows.text(4)};
}

void put_consumer(WriteTx& tx, const model::Consumer& c, TimeUs now_us) {
  tx.exec(
      "INSERT INTO consumers (id, generation, project_id, user_id, type, created_us)"
      " VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (id) DO UPDATE SET"
      " generation = excluded.generation, project_id = excluded.project_id,"
      " user_id = excluded.user_id, type = excluded.type",
      c.id, c.generation, c.project_id, c.user_id, c.type, now_us);
}

model::Allocations of_consumer(ReadTx& tx, const std::string& consumer_id) {
  Rows rows =
      tx.query("SELECT provider_id, resource_class, used FROM allocations WHERE consumer_id = $1",
               consumer_id);
  model::Allocations all;
  while (rows.next()) all[rows.text(0)][rows.text(1)] = rows.integer(2);
  return all;
}

std::vector<std::pair<model::Consumer, model::Resources>> of_provider(
    ReadTx& tx, const std::string& provider_id) {
  Rows rows = tx.query(
      "SELECT c.id, c.generation, c.project_id, c.user_id, c.type, a.resource_class, a.used"
      " FROM allocations a JOIN consumers c ON c.id = a.consumer_id WHERE a.provider_id = $1"
      " ORDER BY c.id",
      provider_id);
  std::vector<std::pair<model::Consumer, model::Resources>> all;
  while (rows.next()) {
    if (all.empty() || all.back().first.id != rows.view(0))
      all.push_back(
          {{rows.text(0), rows.integer(1), rows.text(2), rows.text(3), rows.text(4)}, {}});
    all.back().second[rows.text(5)] = rows.integer(6);
  }
  return all;
}

void clear(WriteTx& tx, const std::string& consumer_id) {
  tx.exec(
      "UPDATE inventories SET used = used - (SELECT a.used FROM allocations a"
      " WHERE a.consumer_id = $1 AND a.provider_id = inventories.provider_id"
      " AND a.resource_class = inventories.resource_class)"
      " WHERE (provider_id, resource_class) IN"
      " (SELECT provider_id, resource_class FROM allocations WHERE consumer_id = $1)",
      consumer_id);
  tx.exec("DELETE FROM allocations WHERE consumer_id = $1", consumer_id);
}

void add(WriteTx& tx, const std::string& consumer_id, const std::string& provider_id,
         const std::string& resource_class, std::int64_t amount) {
  if (tx.exec("UPDATE inventories SET used = used + $1 WHERE provider_id = $2"
              " AND resource_class = $3",
              amount, provider_id, resource_class) == 0)
    throw Error(ErrorKind::conflict, "Resource provider " + provider_id + " has no inventory of " +
                                         resource_class + ".");
  tx.exec(
      "INSERT INTO allocations (consumer_id, provider_id, resource_class, used)"
      " VALUES ($1, $2, $3, $4)",
      consumer_id, provider_id, resource_class, amount);
}

void erase_consumer(WriteTx& tx, const std::string& consumer_id) {
  tx.exec("DELETE FROM consumers WHERE id = $1", consumer_id);
}

std::map<std::string, TypeUsage> of_project(ReadTx& tx, const std::string& project_id,
                                            const std::string& user_id) {
  std::map<std::string, TypeUsage> all;
  {
    Rows rows = tx.query(
        "SELECT c.type, a.resource_class, sum(a.used) FROM consumers c"
        " JOIN allocations a ON a.consumer_id = c.id"
        " WHERE c.project_id = $1 AND (c.user_id = $2 OR $2 = '')"
        " GROUP BY c.type, a.resource_class",
        project_id, user_id);
    while (rows.next()) all[rows.text(0)].used[rows.text(1)] = rows.integer(2);
  }
  Rows rows = tx.query(
      "SELECT c.type, count(*) FROM consumers c WHERE c.project_id = $1"
      " AND (c.user_id = $2 OR $2 = '')"
      " AND EXISTS (SELECT 1 FROM allocations a WHERE a.consumer_id = c.id) GROUP BY c.type",
      project_id, user_id);
  while (rows.next()) all[rows.text(0)].consumers = rows.integer(1);
  return all;
}

}  // namespace virga::store::allocations
