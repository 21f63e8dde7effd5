// SPDX-License-Identifier: Apache-2.0
#include "db/store/metadef_properties.h"

namespace virga::store::metadef_properties {
namespace {

model::MetadefProperty read(const Rows& r) {
  return {r.text(0), r.text(1), r.text(2)};
}

}  // namespace

bool insert(WriteTx& tx, const model::MetadefProperty& p) {
  return tx.exec(
             "INSERT INTO metadef_properties (namespace_id, name, definition) VALUES ($1, $2, $3)"
             " ON CONFLICT DO NOTHING",
             p.namespace_id, p.name, p.definition) > 0;
}

std::optional<model::MetadefProperty> find(ReadTx& tx, const std::string& namespace_id,
                                           const std::string& name) {
  Rows rows = tx.query(
      "SELECT namespace_id, name, definition FROM metadef_properties"
      " WHERE namespace_id = $1 AND name = $2",
      namespace_id, name);
  if (!rows.next()) return std::nullopt;
  return read(rows);
}

std::vector<model::MetadefProperty> list(ReadTx& tx, const std::string& namespace_id) {
  Rows rows = tx.query(
      "SELECT namespace_id, name, definition FROM metadef_properties"
      " WHERE namespace_id = $1 ORDER BY name",
      namespace_id);
  std::vector<model::MetadefProperty> properties;
  while (rows.next()) properties.push_back(read(rows));
  return properties;
}

bool update(WriteTx& tx, const std::string& name, const model::MetadefProperty& p) {
  if (p.name != name && find(tx, p.namespace_id, p.name)) return false;
  tx.exec(
      "UPDATE metadef_properties SET name = $1, definition = $2"
      " WHERE namespace_id = $3 AND name = $4",
      p.name, p.definition, p.namespace_id, name);
  return true;
}

void erase(WriteTx& tx, const std::string& namespace_id, const std::string& name) {
  tx.exec("DELETE FROM metadef_properties WHERE namespace_id = $1 AND name = $2", namespace_id,
          name);
}

void erase_all(WriteTx& tx, const std::string& namespace_id) {
  tx.exec("DELETE FROM metadef_properties WHERE namespace_id = $1", namespace_id);
}

}  // namespace virga::store::metadef_properties
