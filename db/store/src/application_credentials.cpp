// SPDX-License-Identifier: Apache-2.0
#include "db/store/application_credentials.h"

namespace virga::store::application_credentials {
namespace {

model::ApplicationCredential read_row(const Rows& r) {
  return {r.text(0), r.text(1), r.text(2),    r.text(3), r.text(4),
          r.text(5), r.flag(6), r.integer(7), {},        {}};
}

void read_parts(ReadTx& tx, model::ApplicationCredential& credential) {
  Rows roles = tx.query(
      "SELECT role_id FROM application_credential_roles WHERE credential_id = $1 ORDER BY role_id",
      credential.id);
  while (roles.next()) credential.role_ids.push_back(roles.text(0));
  Rows rules = tx.query(
      "SELECT id, user_id, service, method, path FROM access_rules WHERE id IN"
      " (SELECT rule_id FROM application_credential_rules WHERE credential_id = $1) ORDER BY id",
      credential.id);
  while (rules.next())
    credential.access_rules.push_back(
        {rules.text(0), rules.text(1), rules.text(2), rules.text(3), rules.text(4)});
}

}  // namespace

std::optional<model::ApplicationCredential> find(ReadTx& tx, const std::string& id) {
  Rows rows = tx.query(
      "SELECT id, user_id, project_id, name, description, secret_hash, unrestricted, expires_us"
      " FROM application_credentials WHERE id = $1",
      id);
  if (!rows.next()) return std::nullopt;
  model::ApplicationCredential credential = read_row(rows);
  read_parts(tx, credential);
  return credential;
}

std::optional<model::ApplicationCredential> find_named(ReadTx& tx, const std::string& user_id,
                                                       const std::string& name) {
  Rows rows = tx.query(
      "SELECT id, user_id, project_id, name, description, secret_hash, unrestricted, expires_us"
      " FROM application_credentials WHERE user_id = $1 AND name = $2",
      user_id, name);
  if (!rows.next()) return std::nullopt;
  model::ApplicationCredential credential = read_row(rows);
  read_parts(tx, credential);
  return credential;
}

std::vector<model::ApplicationCredential> list(ReadTx& tx, const std::string& user_id) {
  std::vector<model::ApplicationCredential> credentials;
  Rows rows = tx.query(
      "SELECT id, user_id, project_id, name, description, secret_hash, unrestricted, expires_us"
      " FROM application_credentials WHERE user_id = $1 ORDER BY name",
      user_id);
  while (rows.next()) credentials.push_back(read_row(rows));
  for (auto& credential : credentials) read_parts(tx, credential);
  return credentials;
}

void insert(WriteTx& tx, const model::ApplicationCredential& c) {
  tx.exec(
      "INSERT INTO application_credentials (id, user_id, project_id, name, description,"
      " secret_hash, unrestricted, expires_us) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
      c.id, c.user_id, c.project_id, c.name, c.description, c.secret_hash, c.unrestricted,
      c.expires_us);
  for (const auto& role_id : c.role_ids)
    tx.exec(
        "INSERT INTO application_credential_roles (credential_id, role_id) VALUES ($1, $2)"
        " ON CONFLICT (credential_id, role_id) DO NOTHING",
        c.id, role_id);
  for (const auto& rule : c.access_rules)
    tx.exec(
        "INSERT INTO application_credential_rules (credential_id, rule_id) VALUES ($1, $2)"
        " ON CONFLICT (credential_id, rule_id) DO NOTHING",
        c.id, rule.id);
  tx.notify("identity", c.id);
}

bool erase(WriteTx& tx, const std::string& id) {
  const bool there = tx.exec("DELETE FROM application_credentials WHERE id = $1", id) > 0;
  if (there) tx.notify("identity", id);
  return there;
}

}  // namespace virga::store::application_credentials
