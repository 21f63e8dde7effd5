// SPDX-License-Identifier: Apache-2.0
#include "db/store/credentials.h"

#include "common/error.h"

namespace virga::store::credentials {
namespace {

model::Credential read(const Rows& rows) {
  model::Credential it;
  it.id = rows.text(0);
  it.user_id = rows.text(1);
  it.project_id = rows.text(2);
  it.type = rows.text(3);
  it.sealed_blob = rows.text(4);
  it.extra = rows.text(5);
  return it;
}

void require_one(std::int64_t changed, const std::string& id) {
  if (changed == 0) throw Error(ErrorKind::not_found, "Could not find credential: " + id + ".");
}

}  // namespace

std::optional<model::Credential> find(ReadTx& tx, const std::string& id) {
  Rows rows = tx.query(
      "SELECT id, user_id, COALESCE(project_id, ''), type, sealed_blob, extra FROM"
      " credentials WHERE id = $1",
      id);
  if (!rows.next()) return std::nullopt;
  return read(rows);
}

std::vector<model::Credential> list(ReadTx& tx, const std::string& user_id,
                                    const std::string& type) {
  Rows rows = tx.query(
      "SELECT id, user_id, COALESCE(project_id, ''), type, sealed_blob, extra FROM"
      " credentials WHERE ($1 = '' OR user_id = $1) AND ($2 = '' OR type = $2) ORDER BY id",
      user_id, type);
  std::vector<model::Credential> all;
  while (rows.next()) all.push_back(read(rows));
  return all;
}

void insert(WriteTx& tx, const model::Credential& it) {
  tx.exec(
      "INSERT INTO credentials (id, user_id, project_id, type, sealed_blob, extra) VALUES"
      " ($1, $2, NULLIF($3, ''), $4, $5, $6)",
      it.id, it.user_id, it.project_id, it.type, it.sealed_blob, it.extra);
}

void set_sealed_blob(WriteTx& tx, const std::string& id, const std::string& sealed_blob) {
  const auto changed =
      tx.exec("UPDATE credentials SET sealed_blob = $1 WHERE id = $2", sealed_blob, id);
  require_one(changed, id);
}

void erase(WriteTx& tx, const std::string& id) {
  require_one(tx.exec("DELETE FROM credentials WHERE id = $1", id), id);
}

bool any_sealed(ReadTx& tx) {
  Rows rows = tx.query(
      "SELECT 1 WHERE EXISTS (SELECT 1 FROM credentials)"
      " OR EXISTS (SELECT 1 FROM oauth_consumers)"
      " OR EXISTS (SELECT 1 FROM domain_config WHERE sensitive = 1)");
  return rows.next();
}

}  // namespace virga::store::credentials
