// SPDX-License-Identifier: Apache-2.0
#include "db/store/domains.h"

#include "common/error.h"

namespace virga::store::domains {
namespace {

model::Domain read_row(const Rows& r) {
  return {r.text(0), r.text(1), r.text(2), r.flag(3), r.text(4), r.text(5)};
}

}  // namespace

std::optional<model::Domain> find(ReadTx& tx, const std::string& id) {
  Rows rows = tx.query(
      "SELECT id, name, description, enabled, options, extra FROM domains WHERE id = $1", id);
  if (!rows.next()) return std::nullopt;
  return read_row(rows);
}

std::optional<model::Domain> find_named(ReadTx& tx, const std::string& name) {
  Rows rows = tx.query(
      "SELECT id, name, description, enabled, options, extra FROM domains WHERE name = $1", name);
  if (!rows.next()) return std::nullopt;
  return read_row(rows);
}

void insert(WriteTx& tx, const model::Domain& d) {
  tx.exec(
      "INSERT INTO domains (id, name, description, enabled, options, extra)"
      " VALUES ($1, $2, $3, $4, $5, $6)",
      d.id, d.name, d.description, d.enabled, d.options, d.extra);
  tx.notify("identity", d.id);
}

}  // namespace virga::store::domains
