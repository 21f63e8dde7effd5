// SPDX-License-Identifier: Apache-2.0
#include "db/store/keypairs.h"

#include "common/error.h"

#define KEYPAIR_COLUMNS "user_id, name, type, public_key, fingerprint, created_us, number"

namespace virga::store::keypairs {
namespace {

model::KeyPair read(const Rows& r) {
  return {r.text(0), r.text(1), r.text(2), r.text(3), r.text(4), r.integer(5), r.integer(6)};
}

}  // namespace

void insert(WriteTx& tx, const model::KeyPair& k) {
  const auto changed = tx.exec(
      "INSERT INTO keypairs (" KEYPAIR_COLUMNS
      ") VALUES ($1, $2, $3, $4, $5, $6, (SELECT coalesce(max(number), 0) + 1 FROM keypairs))"
      " ON CONFLICT (user_id, name) DO NOTHING",
      k.user_id, k.name, k.type, k.public_key, k.fingerprint, k.created_us);
  if (changed == 0) throw Error(ErrorKind::conflict, "Key pair '" + k.name + "' already exists.");
}

std::optional<model::KeyPair> find(ReadTx& tx, const std::string& user_id,
                                   const std::string& name) {
  Rows rows = tx.query("SELECT " KEYPAIR_COLUMNS " FROM keypairs WHERE user_id = $1 AND name = $2",
                       user_id, name);
  if (!rows.next()) return std::nullopt;
  return read(rows);
}

std::vector<model::KeyPair> list(ReadTx& tx, const std::string& user_id) {
  Rows rows = tx.query("SELECT " KEYPAIR_COLUMNS " FROM keypairs WHERE user_id = $1 ORDER BY name",
                       user_id);
  std::vector<model::KeyPair> keypairs;
  while (rows.next()) keypairs.push_back(read(rows));
  return keypairs;
}

std::vector<model::KeyPair> list_page(ReadTx& tx, const std::string& user_id,
                                      const std::string& after, std::int64_t limit) {
  Rows rows = tx.query("SELECT " KEYPAIR_COLUMNS
                       " FROM keypairs WHERE user_id = $1 AND name > $2 ORDER BY name LIMIT $3",
                       user_id, after, limit);
  std::vector<model::KeyPair> keypairs;
  while (rows.next()) keypairs.push_back(read(rows));
  return keypairs;
}

std::int64_t count(ReadTx& tx, const std::string& user_id) {
  Rows rows = tx.query("SELECT count(*) FROM keypairs WHERE user_id = $1", user_id);
  rows.next();
  return rows.integer(0);
}

bool erase(WriteTx& tx, const std::string& user_id, const std::string& name) {
  return tx.exec("DELETE FROM keypairs WHERE user_id = $1 AND name = $2", user_id, name) > 0;
}

}  // namespace virga::store::keypairs
