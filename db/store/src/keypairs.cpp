// SPDX-License-Identifier: Apache-2.0
#include "db/store/keypairs.h"

#include "common/error.h"

namespace virga::store::keypairs {
namespace {

model::KeyPair read(const Rows& r) {
  return {r.text(0), r.text(1), r.text(2), r.text(3), r.text(4), r.integer(5)};
}

}  // namespace

void insert(WriteTx& tx, const model::KeyPair& k) {
  const auto changed = tx.exec(
      "INSERT INTO keypairs (user_id, name, type, public_key, fingerprint, created_us)"
      " VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (user_id, name) DO NOTHING",
      k.user_id, k.name, k.type, k.public_key, k.fingerprint, k.created_us);
  if (changed == 0) throw Error(ErrorKind::conflict, "Key pair '" + k.name + "' already exists.");
}

std::optional<model::KeyPair> find(ReadTx& tx, const std::string& user_id,
                                   const std::string& name) {
  Rows rows = tx.query(
      "SELECT user_id, name, type, public_key, fingerprint, created_us FROM keypairs"
      " WHERE user_id = $1 AND name = $2",
      user_id, name);
  if (!rows.next()) return std::nullopt;
  return read(rows);
}

std::vector<model::KeyPair> list(ReadTx& tx, const std::string& user_id) {
  Rows rows = tx.query(
      "SELECT user_id, name, type, public_key, fingerprint, created_us FROM keypairs"
      " WHERE user_id = $1 ORDER BY name",
      user_id);
  std::vector<model::KeyPair> keypairs;
  while (rows.next()) keypairs.push_back(read(rows));
  return keypairs;
}

bool erase(WriteTx& tx, const std::string& user_id, const std::string& name) {
  return tx.exec("DELETE FROM keypairs WHERE user_id = $1 AND name = $2", user_id, name) > 0;
}

}  // namespace virga::store::keypairs
