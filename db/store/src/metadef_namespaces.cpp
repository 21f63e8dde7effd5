// SPDX-License-Identifier: Apache-2.0
#include "db/store/metadef_namespaces.h"

#include "common/error.h"

#define NAMESPACE_COLUMNS \
  "id, name, display_name, description, is_public, is_protected, owner, created_us, updated_us"

// Each row with what it is sorted by ($1, $2: the key): a word, or a number for times and flags.
#define KEYED_NAMESPACES                                                                       \
  "WITH keyed AS (SELECT " NAMESPACE_COLUMNS                                                   \
  ", CASE $1 WHEN 'namespace' THEN name WHEN 'display_name' THEN display_name"                 \
  " WHEN 'description' THEN description WHEN 'owner' THEN owner WHEN 'id' THEN id ELSE '' END" \
  " AS word, CASE $2 WHEN 'visibility' THEN is_public WHEN 'protected' THEN is_protected"      \
  " WHEN 'updated_at' THEN updated_us ELSE 0 END AS number FROM metadef_namespaces)"           \
  " SELECT " NAMESPACE_COLUMNS                                                                 \
  " FROM keyed WHERE ($3 = '' OR owner = $4 OR is_public = 1)"                                 \
  " AND ($5 = '' OR is_public = CASE $6 WHEN 'public' THEN 1 ELSE 0 END)"

// The types are given as ",one,two,".
#define HAS_TYPE                                                        \
  " AND ($7 = '' OR EXISTS (SELECT 1 FROM metadef_associations a WHERE" \
  " a.namespace_id = keyed.id AND REPLACE($8, ',' || a.resource_type || ',', '') <> $9))"

namespace virga::store::metadef_namespaces {
namespace {

model::MetadefNamespace read(const Rows& r) {
  model::MetadefNamespace n;
  n.id = r.text(0);
  n.name = r.text(1);
  n.display_name = r.text(2);
  n.description = r.text(3);
  n.is_public = r.flag(4);
  n.is_protected = r.flag(5);
  n.owner = r.text(6);
  n.created_us = r.integer(7);
  n.updated_us = r.integer(8);
  return n;
}

}  // namespace

void insert(WriteTx& tx, const model::MetadefNamespace& n) {
  if (tx.exec("INSERT INTO metadef_namespaces (" NAMESPACE_COLUMNS
              ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (name) DO NOTHING",
              n.id, n.name, n.display_name, n.description, n.is_public, n.is_protected, n.owner,
              n.created_us, n.updated_us) == 0)
    throw Error(ErrorKind::conflict,
                "The metadata definition namespace=" + n.name + " already exists.");
}

std::optional<model::MetadefNamespace> find(ReadTx& tx, const std::string& name) {
  Rows rows =
      tx.query("SELECT " NAMESPACE_COLUMNS " FROM metadef_namespaces WHERE name = $1", name);
  if (!rows.next()) return std::nullopt;
  return read(rows);
}

std::vector<model::MetadefNamespace> list(ReadTx& tx, const Query& q) {
  const std::string types = q.resource_types.empty() ? "" : "," + q.resource_types + ",";
  const auto run = [&](std::string_view sql) {
    return tx.query(sql, q.sort_key, q.sort_key, q.viewer, q.viewer, q.visibility, q.visibility,
                    types, types, types, q.marker, q.marker, q.limit);
  };
  Rows rows = q.ascending
                  ? run(KEYED_NAMESPACES HAS_TYPE
                        " AND ($10 = '' OR (word, number, created_us, id) >"
                        " (SELECT word, number, created_us, id FROM keyed k WHERE k.id = $11))"
                        " ORDER BY word, number, created_us, id LIMIT $12")
                  : run(KEYED_NAMESPACES HAS_TYPE
                        " AND ($10 = '' OR (word, number, created_us, id) <"
                        " (SELECT word, number, created_us, id FROM keyed k WHERE k.id = $11))"
                        " ORDER BY word DESC, number DESC, created_us DESC, id DESC LIMIT $12");
  std::vector<model::MetadefNamespace> spaces;
  while (rows.next()) spaces.push_back(read(rows));
  return spaces;
}

const std::vector<std::string_view>& sort_keys() {
  static const std::vector<std::string_view> keys = {"created_at", "updated_at",   "id",
                                                     "namespace",  "display_name", "description",
                                                     "owner",      "visibility",   "protected"};
  return keys;
}

void update(WriteTx& tx, const model::MetadefNamespace& n) {
  const auto other = find(tx, n.name);
  if (other && other->id != n.id)
    throw Error(ErrorKind::conflict,
                "Invalid update. It would result in a duplicate metadata definition namespace "
                "with the same name of " +
                    n.name);
  tx.exec(
      "UPDATE metadef_namespaces SET name = $1, display_name = $2, description = $3,"
      " is_public = $4, is_protected = $5, owner = $6, updated_us = $7 WHERE id = $8",
      n.name, n.display_name, n.description, n.is_public, n.is_protected, n.owner, n.updated_us,
      n.id);
}

void erase(WriteTx& tx, const std::string& id) {
  tx.exec("DELETE FROM metadef_namespaces WHERE id = $1", id);
}

}  // namespace virga::store::metadef_namespaces
