// SPDX-License-Identifier: Apache-2.0
#include "db/store/metadef_tags.h"

namespace virga::store::metadef_tags {
namespace {

model::MetadefTag read(const Rows& r) {
  return {r.text(0), r.text(1), r.integer(2), r.integer(3)};
}

}  // namespace

bool insert(WriteTx& tx, const model::MetadefTag& t) {
  return tx.exec(
             "INSERT INTO metadef_tags (namespace_id, name, number, created_us, updated_us)"
             " VALUES ($1, $2, (SELECT COALESCE(MAX(number), 0) + 1 FROM metadef_tags"
             " WHERE namespace_id = $3), $4, $5) ON CONFLICT DO NOTHING",
             t.namespace_id, t.name, t.namespace_id, t.created_us, t.updated_us) > 0;
}

std::optional<model::MetadefTag> find(ReadTx& tx, const std::string& namespace_id,
                                      const std::string& name) {
  Rows rows = tx.query(
      "SELECT namespace_id, name, created_us, updated_us FROM metadef_tags"
      " WHERE namespace_id = $1 AND name = $2",
      namespace_id, name);
  if (!rows.next()) return std::nullopt;
  return read(rows);
}

std::vector<model::MetadefTag> list(ReadTx& tx, const std::string& namespace_id) {
  Rows rows = tx.query(
      "SELECT namespace_id, name, created_us, updated_us FROM metadef_tags"
      " WHERE namespace_id = $1 ORDER BY number",
      namespace_id);
  std::vector<model::MetadefTag> tags;
  while (rows.next()) tags.push_back(read(rows));
  return tags;
}

bool update(WriteTx& tx, const std::string& name, const model::MetadefTag& t) {
  if (t.name != name && find(tx, t.namespace_id, t.name)) return false;
  tx.exec(
      "UPDATE metadef_tags SET name = $1, updated_us = $2 WHERE namespace_id = $3 AND name = $4",
      t.name, t.updated_us, t.namespace_id, name);
  return true;
}

void erase(WriteTx& tx, const std::string& namespace_id, const std::string& name) {
  tx.exec("DELETE FROM metadef_tags WHERE namespace_id = $1 AND name = $2", namespace_id, name);
}

void erase_all(WriteTx& tx, const std::string& namespace_id) {
  tx.exec("DELETE FROM metadef_tags WHERE namespace_id = $1", namespace_id);
}

}  // namespace virga::store::metadef_tags
