// SPDX-License-Identifier: Apache-2.0
#include "db/store/oauth1.h"

#include "common/error.h"

namespace virga::store::oauth1 {
namespace {

model::OauthConsumer read_consumer(const Rows& rows) {
  model::OauthConsumer it;
  it.id = rows.text(0);
  it.description = rows.text(1);
  it.sealed_secret = rows.text(2);
  it.extra = rows.text(3);
  return it;
}

model::OauthRequestToken read_request_token(const Rows& rows) {
  model::OauthRequestToken it;
  it.id = rows.text(0);
  it.consumer_id = rows.text(1);
  it.project_id = rows.text(2);
  it.sealed_secret = rows.text(3);
  it.user_id = rows.text(4);
  it.verifier = rows.text(5);
  it.role_ids = rows.text(6);
  it.expires_us = rows.integer(7);
  return it;
}

model::OauthAccessToken read_access_token(const Rows& rows) {
  model::OauthAccessToken it;
  it.id = rows.text(0);
  it.consumer_id = rows.text(1);
  it.project_id = rows.text(2);
  it.sealed_secret = rows.text(3);
  it.user_id = rows.text(4);
  it.role_ids = rows.text(5);
  it.expires_us = rows.integer(6);
  return it;
}

void require_one(std::int64_t changed, const char* what) {
  if (changed == 0) throw Error(ErrorKind::not_found, std::string(what) + " not found");
}

}  // namespace

std::optional<model::OauthConsumer> find_consumer(ReadTx& tx, const std::string& id) {
  Rows rows = tx.query(
      "SELECT id, description, sealed_secret, extra FROM oauth_consumers WHERE id = $1", id);
  if (!rows.next()) return std::nullopt;
  return read_consumer(rows);
}

std::vector<model::OauthConsumer> list_consumers(ReadTx& tx) {
  Rows rows =
      tx.query("SELECT id, description, sealed_secret, extra FROM oauth_consumers ORDER BY id");
  std::vector<model::OauthConsumer> all;
  while (rows.next()) all.push_back(read_consumer(rows));
  return all;
}

void insert_consumer(WriteTx& tx, const model::OauthConsumer& it) {
  tx.exec(
      "INSERT INTO oauth_consumers (id, description, sealed_secret, extra) VALUES ($1, $2,"
      " $3, $4)",
      it.id, it.description, it.sealed_secret, it.extra);
}

void update_consumer(WriteTx& tx, const model::OauthConsumer& it) {
  const auto changed =
      tx.exec("UPDATE oauth_consumers SET description = $1, extra = $2 WHERE id = $3",
              it.description, it.extra, it.id);
  require_one(changed, "Consumer");
}

void erase_consumer(WriteTx& tx, const std::string& id) {
  require_one(tx.exec("DELETE FROM oauth_consumers WHERE id = $1", id), "Consumer");
  tx.notify("identity", id);  // the tokens made with its access tokens end
}

std::optional<model::OauthRequestToken> find_request_token(ReadTx& tx, const std::string& id) {
  Rows rows = tx.query(
      "SELECT id, consumer_id, project_id, sealed_secret, COALESCE(user_id, ''), verifier,"
      " role_ids, expires_us FROM oauth_request_tokens WHERE id = $1",
      id);
  if (!rows.next()) return std::nullopt;
  return read_request_token(rows);
}

void insert_request_token(WriteTx& tx, const model::OauthRequestToken& it, TimeUs now_us) {
  tx.exec("DELETE FROM oauth_request_tokens WHERE expires_us < $1", now_us);
  tx.exec(
      "INSERT INTO oauth_request_tokens (id, consumer_id, project_id, sealed_secret,"
      " user_id, verifier, role_ids, expires_us) VALUES ($1, $2, $3, $4, NULLIF($5, ''),"
      " $6, $7, $8)",
      it.id, it.consumer_id, it.project_id, it.sealed_secret, it.user_id, it.verifier, it.role_ids,
      it.expires_us);
}

void authorize_request_token(WriteTx& tx, const model::OauthRequestToken& it) {
  const auto changed = tx.exec(
      "UPDATE oauth_request_tokens SET user_id = NULLIF($1, ''), verifier = $2, role_ids ="
      " $3 WHERE id = $4",
      it.user_id, it.verifier, it.role_ids, it.id);
  require_one(changed, "Request token");
}

bool erase_request_token(WriteTx& tx, const std::string& id) {
  return tx.exec("DELETE FROM oauth_request_tokens WHERE id = $1", id) > 0;
}

std::optional<model::OauthAccessToken> find_access_token(ReadTx& tx, const std::string& id) {
  Rows rows = tx.query(
      "SELECT id, consumer_id, project_id, sealed_secret, user_id, role_ids, expires_us"
      " FROM oauth_access_tokens WHERE id = $1",
      id);
  if (!rows.next()) return std::nullopt;
  return read_access_token(rows);
}

std::vector<model::OauthAccessToken> list_access_tokens(ReadTx& tx, const std::string& user_id) {
  Rows rows = tx.query(
      "SELECT id, consumer_id, project_id, sealed_secret, user_id, role_ids, expires_us"
      " FROM oauth_access_tokens WHERE user_id = $1 ORDER BY id",
      user_id);
  std::vector<model::OauthAccessToken> all;
  while (rows.next()) all.push_back(read_access_token(rows));
  return all;
}

void insert_access_token(WriteTx& tx, const model::OauthAccessToken& it) {
  tx.exec(
      "INSERT INTO oauth_access_tokens (id, consumer_id, project_id, sealed_secret,"
      " user_id, role_ids, expires_us) VALUES ($1, $2, $3, $4, $5, $6, $7)",
      it.id, it.consumer_id, it.project_id, it.sealed_secret, it.user_id, it.role_ids,
      it.expires_us);
}

void erase_access_token(WriteTx& tx, const std::string& id) {
  require_one(tx.exec("DELETE FROM oauth_access_tokens WHERE id = $1", id), "Access token");
  tx.notify("identity", id);
}

}  // namespace virga::store::oauth1
