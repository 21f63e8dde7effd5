// SPDX-License-Identifier: Apache-2.0
#include "db/store/metadef_objects.h"

#define OBJECT_COLUMNS \
  "namespace_id, name, description, required, properties, created_us, updated_us"

namespace virga::store::metadef_objects {
namespace {

model::MetadefObject read(const Rows& r) {
  model::MetadefObject o;
  o.namespace_id = r.text(0);
  o.name = r.text(1);
  o.description = r.text(2);
  o.required = r.text(3);
  o.properties = r.text(4);
  o.created_us = r.integer(5);
  o.updated_us = r.integer(6);
  return o;
}

}  // namespace

bool insert(WriteTx& tx, const model::MetadefObject& o) {
  return tx.exec("INSERT INTO metadef_objects (" OBJECT_COLUMNS
                 ") VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
                 o.namespace_id, o.name, o.description, o.required, o.properties, o.created_us,
                 o.updated_us) > 0;
}

std::optional<model::MetadefObject> find(ReadTx& tx, const std::string& namespace_id,
                                         const std::string& name) {
  Rows rows = tx.query("SELECT " OBJECT_COLUMNS
                       " FROM metadef_objects WHERE namespace_id = $1 AND name = $2",
                       namespace_id, name);
  if (!rows.next()) return std::nullopt;
  return read(rows);
}

std::vector<model::MetadefObject> list(ReadTx& tx, const std::string& namespace_id) {
  Rows rows = tx.query("SELECT " OBJECT_COLUMNS
                       " FROM metadef_objects WHERE namespace_id = $1 ORDER BY name",
                       namespace_id);
  std::vector<model::MetadefObject> objects;
  while (rows.next()) objects.push_back(read(rows));
  return objects;
}

bool update(WriteTx& tx, const std::string& name, const model::MetadefObject& o) {
  if (o.name != name && find(tx, o.namespace_id, o.name)) return false;
  tx.exec(
      "UPDATE metadef_objects SET name = $1, description = $2, required = $3, properties = $4,"
      " updated_us = $5 WHERE namespace_id = $6 AND name = $7",
      o.name, o.description, o.required, o.properties, o.updated_us, o.namespace_id, name);
  return true;
}

void erase(WriteTx& tx, const std::string& namespace_id, const std::string& name) {
  tx.exec("DELETE FROM metadef_objects WHERE namespace_id = $1 AND name = $2", namespace_id, name);
}

void erase_all(WriteTx& tx, const std::string& namespace_id) {
  tx.exec("DELETE FROM metadef_objects WHERE namespace_id = $1", namespace_id);
}

}  // namespace virga::store::metadef_objects
