// SPDX-License-Identifier: Apache-2.0
#include "db/store/receipts.h"

namespace virga::store::receipts {

std::optional<model::AuthReceipt> find(ReadTx& tx, const std::string& hash) {
  Rows rows = tx.query(
      "SELECT hash, user_id, methods, expires_us FROM auth_receipts WHERE hash = $1", hash);
  if (!rows.next()) return std::nullopt;
  return model::AuthReceipt{rows.text(0), rows.text(1), rows.text(2), rows.integer(3)};
}

void insert(WriteTx& tx, const model::AuthReceipt& r) {
  tx.exec("INSERT INTO auth_receipts (hash, user_id, methods, expires_us) VALUES ($1, $2, $3, $4)",
          r.hash, r.user_id, r.methods, r.expires_us);
}

std::int64_t erase_expired(WriteTx& tx, TimeUs now_us) {
  return tx.exec("DELETE FROM auth_receipts WHERE expires_us < $1", now_us);
}

}  // namespace virga::store::receipts
