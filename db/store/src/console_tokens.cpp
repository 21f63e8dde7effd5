// SPDX-License-Identifier: Apache-2.0
#include "db/store/console_tokens.h"

namespace virga::store::console_tokens {
namespace {

model::ConsoleToken read(const Rows& r) {
  return {r.text(0), r.text(1),   model::console_kind_named(r.text(2)), r.integer(3), r.text(4),
          r.text(5), r.integer(6)};
}

}  // namespace

void insert(WriteTx& tx, const model::ConsoleToken& t) {
  tx.exec(
      "DELETE FROM console_tokens WHERE instance_id = $1 AND hash NOT IN"
      " (SELECT hash FROM console_tokens WHERE instance_id = $2"
      "  ORDER BY expires_us DESC, hash LIMIT $3)",
      t.instance_id, t.instance_id, kMostOfInstance - 1);
  tx.exec(
      "INSERT INTO console_tokens (hash, instance_id, kind, run_epoch, user_id, project_id,"
      " expires_us) VALUES ($1, $2, $3, $4, $5, $6, $7)",
      t.hash, t.instance_id, std::string(model::name_of(t.kind)), t.run_epoch, t.user_id,
      t.project_id, t.expires_us);
}

std::optional<model::ConsoleToken> find(ReadTx& tx, const std::string& hash, TimeUs now_us) {
  Rows rows = tx.query(
      "SELECT hash, instance_id, kind, run_epoch, user_id, project_id, expires_us"
      " FROM console_tokens WHERE hash = $1 AND expires_us > $2",
      hash, now_us);
  if (!rows.next()) return std::nullopt;
  return read(rows);
}

std::optional<model::ConsoleToken> take(WriteTx& tx, const std::string& hash, TimeUs now_us) {
  Rows rows = tx.query(
      "DELETE FROM console_tokens WHERE hash = $1 AND expires_us > $2"
      " RETURNING hash, instance_id, kind, run_epoch, user_id, project_id, expires_us",
      hash, now_us);
  if (!rows.next()) return std::nullopt;
  return read(rows);
}

std::int64_t erase_expired(WriteTx& tx, TimeUs now_us) {
  return tx.exec("DELETE FROM console_tokens WHERE expires_us <= $1", now_us);
}

}  // namespace virga::store::console_tokens
