// SPDX-License-Identifier: Apache-2.0
#include "db/store/tokens.h"

namespace virga::store::tokens {

void insert(WriteTx& tx, const model::Token& t) {
  tx.exec(
      "INSERT INTO tokens (hash, audit_id, user_id, project_id, issued_us, expires_us, domain_id,"
      " is_system, methods, parent_audit_id, trust_id, application_credential_id, oauth_token_id)"
      " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
      t.hash, t.audit_id, t.user_id, t.project_id, t.issued_us, t.expires_us, t.domain_id,
      t.is_system, t.methods, t.parent_audit_id, t.trust_id, t.application_credential_id,
      t.oauth_token_id);
}

std::optional<model::Token> find(ReadTx& tx, const std::string& hash) {
  Rows rows = tx.query(
      "SELECT hash, audit_id, user_id, project_id, issued_us, expires_us, domain_id, is_system,"
      " methods, parent_audit_id, trust_id, application_credential_id, oauth_token_id FROM tokens"
      " WHERE hash = $1",
      hash);
  if (!rows.next()) return std::nullopt;
  return model::Token{rows.text(0),    rows.text(1),  rows.text(2), rows.text(3), rows.integer(4),
                      rows.integer(5), rows.text(6),  rows.flag(7), rows.text(8), rows.text(9),
                      rows.text(10),   rows.text(11), rows.text(12)};
}

bool erase(WriteTx& tx, const std::string& hash) {
  const bool there = tx.exec("DELETE FROM tokens WHERE hash = $1", hash) > 0;
  if (there) tx.notify("identity", hash);
  return there;
}

std::int64_t erase_expired(WriteTx& tx, TimeUs now_us) {
  return tx.exec("DELETE FROM tokens WHERE expires_us < $1", now_us);
}

}  // namespace virga::store::tokens
