// SPDX-License-Identifier: Apache-2.0
#include "db/store/resource_providers.h"

#include "common/error.h"
#include "db/store/inventories.h"

#define PROVIDER_COLUMNS "id, name, generation, root_id, parent_id, created_us, updated_us"

namespace virga::store::resource_providers {
namespace {

model::ResourceProvider read(const Rows& r) {
  return {r.text(0), r.text(1), r.integer(2), r.text(3), r.text(4), r.integer(5), r.integer(6)};
}

std::set<std::string> read_set(Rows rows) {
  std::set<std::string> values;
  while (rows.next()) values.insert(rows.text(0));
  return values;
}

}  // namespace

void insert(WriteTx& tx, const model::ResourceProvider& p) {
  if (tx.exec("INSERT INTO resource_providers (" PROVIDER_COLUMNS
              ") VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
              p.id, p.name, p.generation, p.root_id, p.parent_id, p.created_us, p.updated_us) == 0)
    throw Error(ErrorKind::conflict, "Resource provider '" + p.name + "' already exists.");
}

std::optional<model::ResourceProvider> find(ReadTx& tx, const std::string& id) {
  Rows rows = tx.query("SELECT " PROVIDER_COLUMNS " FROM resource_providers WHERE id = $1", id);
  if (!rows.next()) return std::nullopt;
  return read(rows);
}

std::optional<model::ResourceProvider> find_named(ReadTx& tx, const std::string& name) {
  Rows rows = tx.query("SELECT " PROVIDER_COLUMNS " FROM resource_providers WHERE name = $1", name);
  if (!rows.next()) return std::nullopt;
  return read(rows);
}

std::vector<model::ResourceProvider> list(ReadTx& tx) {
  Rows rows =
      tx.query("SELECT " PROVIDER_COLUMNS " FROM resource_providers ORDER BY created_us, id");
  std::vector<model::ResourceProvider> all;
  while (rows.next()) all.push_back(read(rows));
  return all;
}

std::vector<model::WholeProvider> list_whole(ReadTx& tx) {
  std::vector<model::WholeProvider> all;
  std::map<std::string, std::size_t, std::less<>> at;
  for (auto& provider : list(tx)) {
    at.emplace(provider.id, all.size());
    all.push_back({std::move(provider), {}, {}, {}});
  }
  inventories::each(
      tx, [&](std::string_view id, std::string_view name, const model::Inventory& inventory) {
        all[at.find(id)->second].inventories.emplace(name, inventory);
      });
  Rows traits = tx.query("SELECT provider_id, trait FROM provider_traits");
  while (traits.next()) all[at.find(traits.view(0))->second].traits.insert(traits.text(1));
  Rows aggregates = tx.query("SELECT provider_id, aggregate_id FROM provider_aggregates");
  while (aggregates.next())
    all[at.find(aggregates.view(0))->second].aggregates.insert(aggregates.text(1));
  return all;
}

void update(WriteTx& tx, const model::ResourceProvider& p, TimeUs now_us) {
  tx.exec(
      "UPDATE resource_providers SET name = $1, root_id = $2, parent_id = $3, updated_us = $4"
      " WHERE id = $5",
      p.name, p.root_id, p.parent_id, now_us, p.id);
}

std::vector<model::ResourceProvider> list_subtree(ReadTx& tx, const std::string& id) {
  Rows rows = tx.query(
      "WITH RECURSIVE below (id) AS (SELECT id FROM resource_providers WHERE id = $1 UNION"
      " SELECT p.id FROM resource_providers p JOIN below b ON p.parent_id = b.id)"
      " SELECT p.id, p.name, p.generation, p.root_id, p.parent_id, p.created_us, p.updated_us"
      " FROM resource_providers p JOIN below b ON b.id = p.id",
      id);
  std::vector<model::ResourceProvider> all;
  while (rows.next()) all.push_back(read(rows));
  return all;
}

bool has_children(ReadTx& tx, const std::string& id) {
  Rows rows = tx.query("SELECT 1 FROM resource_providers WHERE parent_id = $1 LIMIT 1", id);
  return rows.next();
}

bool has_allocations(ReadTx& tx, const std::string& id) {
  Rows rows = tx.query("SELECT 1 FROM allocations WHERE provider_id = $1 LIMIT 1", id);
  return rows.next();
}

void erase(WriteTx& tx, const std::string& id) {
  tx.exec("DELETE FROM resource_providers WHERE id = $1", id);
}

void touch(WriteTx& tx, const std::string& id) {
  tx.exec("UPDATE resource_providers SET generation = generation + 1 WHERE id = $1", id);
}

bool guard(WriteTx& tx, const std::string& id, std::int64_t generation) {
  return tx.exec(
             "UPDATE resource_providers SET generation = generation + 1"
             " WHERE id = $1 AND generation = $2",
             id, generation) > 0;
}

std::set<std::string> traits_of(ReadTx& tx, const std::string& id) {
  return read_set(tx.query("SELECT trait FROM provider_traits WHERE provider_id = $1", id));
}

void set_traits(WriteTx& tx, const std::string& id, const std::set<std::string>& traits) {
  tx.exec("DELETE FROM provider_traits WHERE provider_id = $1", id);
  for (const auto& trait : traits) add_trait(tx, id, trait);
}

void add_trait(WriteTx& tx, const std::string& id, const std::string& trait) {
  tx.exec(
      "INSERT INTO provider_traits (provider_id, trait) VALUES ($1, $2)"
      " ON CONFLICT (provider_id, trait) DO NOTHING",
      id, trait);
}

void remove_trait(WriteTx& tx, const std::string& id, const std::string& trait) {
  tx.exec("DELETE FROM provider_traits WHERE provider_id = $1 AND trait = $2", id, trait);
}

std::set<std::string> aggregates_of(ReadTx& tx, const std::string& id) {
  return read_set(
      tx.query("SELECT aggregate_id FROM provider_aggregates WHERE provider_id = $1", id));
}

void set_aggregates(WriteTx& tx, const std::string& id, const std::set<std::string>& aggregates) {
  tx.exec("DELETE FROM provider_aggregates WHERE provider_id = $1", id);
  for (const auto& aggregate : aggregates) add_aggregate(tx, id, aggregate);
}

void add_aggregate(WriteTx& tx, const std::string& id, const std::string& aggregate_id) {
  tx.exec(
      "INSERT INTO provider_aggregates (provider_id, aggregate_id) VALUES ($1, $2)"
      " ON CONFLICT (provider_id, aggregate_id) DO NOTHING",
      id, aggregate_id);
}

void remove_aggregate(WriteTx& tx, const std::string& id, const std::string& aggregate_id) {
  tx.exec("DELETE FROM provider_aggregates WHERE provider_id = $1 AND aggregate_id = $2", id,
          aggregate_id);
}

}  // namespace virga::store::resource_providers
