// SPDX-License-Identifier: Apache-2.0
#include "db/store/inventories.h"

#include <charconv>

#include "db/store/settings.h"

#define INVENTORY_COLUMNS "total, reserved, min_unit, max_unit, step_size, ratio, used, updated_us"

namespace virga::store::inventories {
namespace {

constexpr const char* kCpuRatio = "inventory/cpu-ratio-percent";
constexpr const char* kMemoryReserve = "inventory/memory-reserve-mib";
constexpr std::int64_t kPartsOfPercent = 10'000;  // a percent in millionths

model::Inventory read(const Rows& r, int from) {
  return {r.integer(from),     r.integer(from + 1), r.integer(from + 2), r.integer(from + 3),
          r.integer(from + 4), r.integer(from + 5), r.integer(from + 6), r.integer(from + 7)};
}

std::int64_t setting(ReadTx& tx, const char* name, std::int64_t fallback) {
  const auto text = settings::find(tx, name);
  std::int64_t value = fallback;
  if (text) std::from_chars(text->data(), text->data() + text->size(), value);
  return value;
}

/// A new inventory of a host, as the configuration has it.
void insert(WriteTx& tx, const std::string& host_id, const char* resource_class, std::int64_t total,
            TimeUs now_us) {
  const std::string name = resource_class;
  const Defaults usual;
  const std::int64_t percent =
      name == "VCPU" ? setting(tx, kCpuRatio, usual.cpu_ratio_percent) : 100;
  const std::int64_t reserved =
      name == "MEMORY_MB" ? setting(tx, kMemoryReserve, usual.memory_reserve_mib) : 0;
  tx.exec(
      "INSERT INTO inventories (provider_id, resource_class, total, reserved, min_unit, max_unit,"
      " step_size, ratio, used, administered, updated_us)"
      " VALUES ($1, $2, $3, $4, 1, $3, 1, $5, 0, 0, $6)",
      host_id, name, total, reserved, percent * kPartsOfPercent, now_us);
}

}  // namespace

model::Inventories of_provider(ReadTx& tx, const std::string& provider_id) {
  Rows rows = tx.query("SELECT resource_class, " INVENTORY_COLUMNS
                       " FROM inventories WHERE provider_id = $1",
                       provider_id);
  model::Inventories all;
  while (rows.next()) all.emplace(rows.text(0), read(rows, 1));
  return all;
}

std::optional<model::Inventory> find(ReadTx& tx, const std::string& provider_id,
                                     const std::string& resource_class) {
  Rows rows = tx.query("SELECT " INVENTORY_COLUMNS
                       " FROM inventories WHERE provider_id = $1 AND resource_class = $2",
                       provider_id, resource_class);
  if (!rows.next()) return std::nullopt;
  return read(rows, 0);
}

void each(ReadTx& tx, const Visitor& f) {
  Rows rows =
      tx.query("SELECT provider_id, resource_class, " INVENTORY_COLUMNS " FROM inventories");
  while (rows.next()) f(rows.view(0), rows.view(1), read(rows, 2));
}

void put(WriteTx& tx, const std::string& provider_id, const std::string& resource_class,
         const model::Inventory& i, TimeUs now_us) {
  tx.exec(
      "INSERT INTO inventories (provider_id, resource_class, total, reserved, min_unit, max_unit,"
      " step_size, ratio, used, administered, updated_us)"
      " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, 1, $9)"
      " ON CONFLICT (provider_id, resource_class) DO UPDATE SET total = excluded.total,"
      " reserved = excluded.reserved, min_unit = excluded.min_unit, max_unit = excluded.max_unit,"
      " step_size = excluded.step_size, ratio = excluded.ratio, administered = 1,"
      " updated_us = excluded.updated_us",
      provider_id, resource_class, i.total, i.reserved, i.min_unit, i.max_unit, i.step_size,
      i.ratio, now_us);
}

bool erase(WriteTx& tx, const std::string& provider_id, const std::string& resource_class) {
  return tx.exec("DELETE FROM inventories WHERE provider_id = $1 AND resource_class = $2",
                 provider_id, resource_class) > 0;
}

bool any_of_class(ReadTx& tx, const std::string& resource_class) {
  Rows rows =
      tx.query("SELECT 1 FROM inventories WHERE resource_class = $1 LIMIT 1", resource_class);
  return rows.next();
}

void set_defaults(WriteTx& tx, const Defaults& defaults) {
  settings::set(tx, kCpuRatio, std::to_string(defaults.cpu_ratio_percent));
  settings::set(tx, kMemoryReserve, std::to_string(defaults.memory_reserve_mib));
  tx.exec(
      "UPDATE inventories SET ratio = $1 WHERE resource_class = 'VCPU' AND administered = 0"
      " AND ratio <> $1 AND provider_id IN (SELECT id FROM hosts)",
      defaults.cpu_ratio_percent * kPartsOfPercent);
  tx.exec(
      "UPDATE inventories SET reserved = $1 WHERE resource_class = 'MEMORY_MB'"
      " AND administered = 0 AND reserved <> $1 AND provider_id IN (SELECT id FROM hosts)",
      defaults.memory_reserve_mib);
}

bool keep(WriteTx& tx, const std::string& host_id, const Totals& totals, TimeUs now_us) {
  const model::Inventories before = of_provider(tx, host_id);
  const std::pair<const char*, std::int64_t> wanted[] = {
      {"VCPU", totals.vcpus}, {"MEMORY_MB", totals.memory_mib}, {"DISK_GB", totals.disk_gib}};
  bool changed = false;
  for (const auto& [name, total] : wanted) {
    const auto known = before.find(name);
    if (total <= 0 || (known != before.end() && known->second.total == total)) continue;
    changed = true;
    if (known == before.end())
      insert(tx, host_id, name, total, now_us);
    else
      tx.exec(
          "UPDATE inventories SET total = $1, max_unit = $1, updated_us = $2"
          " WHERE provider_id = $3 AND resource_class = $4",
          total, now_us, host_id, name);
  }
  return changed;
}

}  // namespace virga::store::inventories
