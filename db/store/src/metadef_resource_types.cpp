// SPDX-License-Identifier: Apache-2.0
#include "db/store/metadef_resource_types.h"

#define ASSOCIATION_COLUMNS \
  "namespace_id, resource_type, prefix, properties_target, created_us, updated_us"

namespace virga::store::metadef_resource_types {
namespace {

model::MetadefAssociation read(const Rows& r) {
  return {r.text(0), r.text(1), r.text(2), r.text(3), r.integer(4), r.integer(5)};
}

}  // namespace

std::vector<model::MetadefResourceType> list(ReadTx& tx) {
  Rows rows =
      tx.query("SELECT name, created_us, updated_us FROM metadef_resource_types ORDER BY name");
  std::vector<model::MetadefResourceType> types;
  while (rows.next()) types.push_back({rows.text(0), rows.integer(1), rows.integer(2)});
  return types;
}

bool exists(ReadTx& tx, const std::string& name) {
  Rows rows = tx.query("SELECT 1 FROM metadef_resource_types WHERE name = $1", name);
  return rows.next();
}

bool associate(WriteTx& tx, const model::MetadefAssociation& a) {
  tx.exec(
      "INSERT INTO metadef_resource_types (name, created_us, updated_us) VALUES ($1, $2, $3)"
      " ON CONFLICT DO NOTHING",
      a.resource_type, a.created_us, a.updated_us);
  return tx.exec("INSERT INTO metadef_associations (" ASSOCIATION_COLUMNS
                 ") VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
                 a.namespace_id, a.resource_type, a.prefix, a.properties_target, a.created_us,
                 a.updated_us) > 0;
}

std::optional<model::MetadefAssociation> find_association(ReadTx& tx,
                                                          const std::string& namespace_id,
                                                          const std::string& resource_type) {
  Rows rows = tx.query("SELECT " ASSOCIATION_COLUMNS
                       " FROM metadef_associations WHERE namespace_id = $1 AND resource_type = $2",
                       namespace_id, resource_type);
  if (!rows.next()) return std::nullopt;
  return read(rows);
}

std::vector<model::MetadefAssociation> list_associations(ReadTx& tx,
                                                         const std::string& namespace_id) {
  Rows rows = tx.query("SELECT " ASSOCIATION_COLUMNS
                       " FROM metadef_associations WHERE namespace_id = $1 ORDER BY resource_type",
                       namespace_id);
  std::vector<model::MetadefAssociation> associations;
  while (rows.next()) associations.push_back(read(rows));
  return associations;
}

void dissociate(WriteTx& tx, const std::string& namespace_id, const std::string& resource_type) {
  tx.exec("DELETE FROM metadef_associations WHERE namespace_id = $1 AND resource_type = $2",
          namespace_id, resource_type);
}

}  // namespace virga::store::metadef_resource_types
