// SPDX-License-Identifier: Apache-2.0
#include "db/store/aggregates.h"

#include "common/error.h"
#include "db/store/resource_providers.h"

namespace virga::store::aggregates {
namespace {

model::Aggregate read(const Rows& r) {
  model::Aggregate a;
  a.number = r.integer(0);
  a.id = r.text(1);
  a.name = r.text(2);
  a.created_us = r.integer(3);
  a.updated_us = r.integer(4);
  return a;
}

void read_parts(ReadTx& tx, model::Aggregate& a) {
  Rows hosts = tx.query(
      "SELECT h.name FROM aggregate_hosts ah JOIN hosts h ON h.id = ah.host_id"
      " WHERE ah.aggregate_number = $1 ORDER BY h.number",
      a.number);
  while (hosts.next()) a.hosts.push_back(hosts.text(0));
  Rows metadata =
      tx.query("SELECT name, value FROM aggregate_metadata WHERE aggregate_number = $1", a.number);
  while (metadata.next()) a.metadata[metadata.text(0)] = metadata.text(1);
}

void set_value(WriteTx& tx, std::int64_t number, const std::string& name,
               const std::string& value) {
  tx.exec(
      "INSERT INTO aggregate_metadata (aggregate_number, name, value) VALUES ($1, $2, $3)"
      " ON CONFLICT (aggregate_number, name) DO UPDATE SET value = excluded.value",
      number, name, value);
}

void touch(WriteTx& tx, std::int64_t number, TimeUs now_us) {
  tx.exec("UPDATE aggregates SET updated_us = $1 WHERE number = $2", now_us, number);
}

void notify_hosts(WriteTx& tx, std::int64_t number) {
  std::vector<std::string> ids;
  {
    Rows rows = tx.query("SELECT host_id FROM aggregate_hosts WHERE aggregate_number = $1", number);
    while (rows.next()) ids.push_back(rows.text(0));
  }
  for (auto& id : ids) tx.notify("host", std::move(id));
}

void require_free(ReadTx& tx, const std::string& name, std::int64_t but_number) {
  Rows rows =
      tx.query("SELECT 1 FROM aggregates WHERE name = $1 AND number <> $2", name, but_number);
  if (rows.next()) throw Error(ErrorKind::conflict, "Aggregate " + name + " already exists.");
}

}  // namespace

void insert(WriteTx& tx, const model::Aggregate& a) {
  require_free(tx, a.name, 0);
  tx.exec(
      "INSERT INTO aggregates (number, id, name, created_us, updated_us)"
      " VALUES ($1, $2, $3, $4, $5)",
      a.number, a.id, a.name, a.created_us, a.updated_us);
  for (const auto& [name, value] : a.metadata) set_value(tx, a.number, name, value);
}

std::optional<model::Aggregate> find(ReadTx& tx, std::int64_t number) {
  std::optional<model::Aggregate> found;
  {
    Rows rows = tx.query(
        "SELECT number, id, name, created_us, updated_us FROM aggregates WHERE number = $1",
        number);
    if (rows.next()) found = read(rows);
  }
  if (found) read_parts(tx, *found);
  return found;
}

std::vector<model::Aggregate> list(ReadTx& tx) {
  std::vector<model::Aggregate> all;
  {
    Rows rows =
        tx.query("SELECT number, id, name, created_us, updated_us FROM aggregates ORDER BY number");
    while (rows.next()) all.push_back(read(rows));
  }
  for (auto& a : all) read_parts(tx, a);
  return all;
}

void rename(WriteTx& tx, std::int64_t number, const std::string& name, TimeUs now_us) {
  require_free(tx, name, number);
  tx.exec("UPDATE aggregates SET name = $1, updated_us = $2 WHERE number = $3", name, now_us,
          number);
}

void change_metadata(WriteTx& tx, const model::Aggregate& aggregate,
                     const std::map<std::string, std::optional<std::string>>& changes,
                     TimeUs now_us) {
  for (const auto& [name, value] : changes) {
    if (value)
      set_value(tx, aggregate.number, name, *value);
    else
      tx.exec("DELETE FROM aggregate_metadata WHERE aggregate_number = $1 AND name = $2",
              aggregate.number, name);
  }
  touch(tx, aggregate.number, now_us);
  if (changes.contains(model::kZoneKey)) notify_hosts(tx, aggregate.number);
}

bool add_host(WriteTx& tx, const model::Aggregate& aggregate, const std::string& host_id,
              TimeUs now_us) {
  if (tx.exec("INSERT INTO aggregate_hosts (aggregate_number, host_id) VALUES ($1, $2)"
              " ON CONFLICT (aggregate_number, host_id) DO NOTHING",
              aggregate.number, host_id) == 0)
    return false;
  resource_providers::add_aggregate(tx, host_id, aggregate.id);
  touch(tx, aggregate.number, now_us);
  if (!aggregate.zone().empty()) tx.notify("host", host_id);
  return true;
}

bool remove_host(WriteTx& tx, const model::Aggregate& aggregate, const std::string& host_id,
                 TimeUs now_us) {
  if (tx.exec("DELETE FROM aggregate_hosts WHERE aggregate_number = $1 AND host_id = $2",
              aggregate.number, host_id) == 0)
    return false;
  resource_providers::remove_aggregate(tx, host_id, aggregate.id);
  touch(tx, aggregate.number, now_us);
  if (!aggregate.zone().empty()) tx.notify("host", host_id);
  return true;
}

void erase(WriteTx& tx, std::int64_t number) {
  tx.exec("DELETE FROM aggregates WHERE number = $1", number);
}

std::string zone_of(ReadTx& tx, const std::string& host_id) {
  Rows rows = tx.query(
      "SELECT m.value FROM aggregate_hosts ah"
      " JOIN aggregate_metadata m ON m.aggregate_number = ah.aggregate_number"
      " WHERE ah.host_id = $1 AND m.name = 'availability_zone' ORDER BY ah.aggregate_number",
      host_id);
  return rows.next() ? rows.text(0) : "";
}

std::map<std::string, std::string> zones(ReadTx& tx) {
  Rows rows = tx.query(
      "SELECT ah.host_id, m.value FROM aggregate_hosts ah"
      " JOIN aggregate_metadata m ON m.aggregate_number = ah.aggregate_number"
      " WHERE m.name = 'availability_zone' ORDER BY ah.aggregate_number");
  std::map<std::string, std::string> zones;
  while (rows.next()) zones.emplace(rows.text(0), rows.text(1));
  return zones;
}

std::vector<std::string> other_zones(ReadTx& tx, std::int64_t number, const std::string& host_id) {
  Rows rows = tx.query(
      "SELECT DISTINCT m.value FROM aggregate_hosts ah"
      " JOIN aggregate_metadata m ON m.aggregate_number = ah.aggregate_number"
      " WHERE m.name = 'availability_zone' AND ah.aggregate_number <> $1 AND (ah.host_id = $2"
      " OR ($2 = '' AND ah.host_id IN"
      " (SELECT host_id FROM aggregate_hosts WHERE aggregate_number = $1))) ORDER BY m.value",
      number, host_id);
  std::vector<std::string> zones;
  while (rows.next()) zones.push_back(rows.text(0));
  return zones;
}

bool has_instances(ReadTx& tx, std::int64_t number) {
  Rows rows = tx.query(
      "SELECT 1 FROM aggregate_hosts ah"
      " JOIN instances i ON i.host_id = ah.host_id AND i.deleted_us = 0"
      " WHERE ah.aggregate_number = $1 LIMIT 1",
      number);
  return rows.next();
}

}  // namespace virga::store::aggregates
