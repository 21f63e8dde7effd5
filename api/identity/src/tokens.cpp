// SPDX-License-Identifier: Apache-2.0
// /v3/auth/tokens: issue, show, revoke.  Source: Identity API v3, "Authentication and token
// management".
#include "api/identity/src/tokens.h"

#include <algorithm>

#include "api/http/bind.h"
#include "api/identity/src/auth_receipt.h"
#include "api/identity/src/auth_scope.h"
#include "api/identity/src/list_filter.h"
#include "api/identity/src/token_view.h"
#include "common/error.h"
#include "common/hash.h"
#include "common/log.h"
#include "common/random.h"
#include "db/store/tokens.h"
#include "db/store/trusts.h"

namespace virga::identity {
namespace {

using http::Request;
using http::Response;
using store::ReadTx;
using store::WriteTx;

constexpr std::size_t kMaxMethods = 8;

/// Proofs by several methods must be of one user.
void merge(AuthProof& into, AuthProof&& proof, const std::string& method) {
  const bool other = (!into.user_id.empty() && into.user_id != proof.user_id) ||
                     (!into.project_id.empty() && into.project_id != proof.project_id);
  if (other) refuse_login();
  into.user_id = proof.user_id;
  into.methods.insert(into.methods.begin(), method);
  for (auto& earlier : proof.methods)
    if (std::find(into.methods.begin(), into.methods.end(), earlier) == into.methods.end())
      into.methods.push_back(std::move(earlier));
  into.expires_us = std::min(into.expires_us, proof.expires_us);
  if (!proof.parent_audit_id.empty()) into.parent_audit_id = proof.parent_audit_id;
  if (!proof.application_credential_id.empty())
    into.application_credential_id = proof.application_credential_id;
  if (!proof.oauth_token_id.empty()) into.oauth_token_id = proof.oauth_token_id;
  if (!proof.project_id.empty()) into.project_id = proof.project_id;
}

AuthProof prove(const AuthAttempt& attempt) {
  const AuthRequest& wanted = attempt.wanted;
  for (const auto& method : wanted.methods)
    if (!wanted.identity.has(method)) throw_expecting(method, "identity");
  for (const auto& method : wanted.methods)
    if (auth_method(method) == nullptr || wanted.methods.size() > kMaxMethods)
      throw Error(ErrorKind::unauthorized, "Attempted to authenticate with an unsupported method.");
  AuthProof proof;
  for (const auto& method : wanted.methods)
    merge(proof, auth_method(method)(attempt, wanted.identity.needed(method, "identity")), method);
  if (proof.user_id.empty()) refuse_login();
  return proof;
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : ",") + word;
  return text;
}

Response too_many(int wait_s) {
  Response response = http::identity_error(429, "Too many failed logins. Try again later.");
  response.headers.emplace_back("Retry-After", std::to_string(wait_s));
  return response;
}

/// POST /v3/auth/tokens
Response create(IdentityDeps& deps, const Request& request) {
  const json::value body = request.json();
  const AuthRequest wanted = read_auth_request(body);
  const AuthAttempt attempt{deps, request, wanted};
  if (const int wait_s = deps.lockout.wait_s(request.peer, deps.clock.now_us()); wait_s > 0)
    return too_many(wait_s);
  AuthProof proof = prove(attempt);
  add_receipt_methods(attempt, proof.user_id, proof.methods);
  if (auto answer = missing_methods(attempt, proof.user_id, proof.methods))
    return std::move(*answer);
  model::Token wish;
  wish.user_id = proof.user_id;
  wish.expires_us = std::min(proof.expires_us, deps.clock.now_us() + deps.token_life_us);
  wish.methods = joined(proof.methods);
  wish.parent_audit_id = proof.parent_audit_id;
  wish.application_credential_id = proof.application_credential_id;
  wish.oauth_token_id = proof.oauth_token_id;
  set_scope(attempt, proof, wish);
  return issue_token(deps, request, std::move(wish));
}

/// The token named by X-Subject-Token.
std::shared_ptr<const http::Caller> subject(const IdentityDeps& deps, const Request& request) {
  const std::string_view secret = request.header("x-subject-token");
  auto found = deps.authorizer.caller_of(secret);
  const auto allow_expired = request.parameter("allow_expired");
  if (!found && allow_expired && means_true(*allow_expired))
    found = deps.db.read([&](ReadTx& tx) {
      return load_caller(tx, sha256_hex(secret), deps.clock.now_us(), kExpiredWindowUs);
    });
  if (!found) throw Error(ErrorKind::not_found, "Could not find token.");
  request.require({{"target.token.user_id", found->user_id}});
  return found;
}

/// GET and HEAD /v3/auth/tokens
Response show(IdentityDeps& deps, const Request& request) {
  const auto token = subject(deps, request);
  // Who does not say that he understands access rules would let the token do anything.
  const bool has_rules = token->delegation && !token->delegation->access_rules.empty();
  if (has_rules && request.header("openstack-identity-access-rules").empty())
    throw Error(ErrorKind::not_found, "Could not find token.");
  Response response;
  response.body = token_body(deps, *token, request);
  response.headers.emplace_back("X-Subject-Token", std::string(request.header("x-subject-token")));
  return response;
}

/// DELETE /v3/auth/tokens
Response revoke(IdentityDeps& deps, const Request& request) {
  const auto token = subject(deps, request);
  deps.db.write([&](WriteTx& tx) { store::tokens::erase(tx, token->token_hash); });
  log::info("token revoked", {{"audit_id", token->audit_id}, {"by", request.who().user_id}});
  return http::empty_response(204);
}

}  // namespace

Response issue_token(IdentityDeps& deps, const Request& request, model::Token wish) {
  const std::string secret = random_secret(32);
  wish.hash = sha256_hex(secret);
  wish.audit_id = random_secret(16);
  wish.issued_us = deps.clock.now_us();
  const auto caller = deps.db.write([&](WriteTx& tx) {
    if (!wish.trust_id.empty() && !store::trusts::consume_use(tx, wish.trust_id)) refuse_login();
    store::tokens::insert(tx, wish);
    auto loaded = load_caller(tx, wish.hash, wish.issued_us);
    if (!loaded && !wish.trust_id.empty())
      throw Error(ErrorKind::forbidden, "You are not authorized to perform the requested action.");
    if (!loaded) refuse_login();  // no role there, or something is disabled
    return loaded;
  });
  log::info("token issued", {{"user", caller->user_id},
                             {"project", caller->project_id},
                             {"peer", request.peer},
                             {"audit_id", caller->audit_id}});
  Response response;
  response.status = 201;
  response.body = token_body(deps, *caller, request);
  response.headers.emplace_back("X-Subject-Token", secret);
  return response;
}

void add_token_routes(http::Router& r, IdentityDeps& deps) {
  const auto bind = http::binder(deps);
  const std::string path = "/identity/v3/auth/tokens";
  r.post(path, "public", bind(create));
  r.get(path, "identity:validate_token", bind(show));
  r.head(path, "identity:check_token", bind(show));
  r.del(path, "identity:revoke_token", bind(revoke));
}

}  // namespace virga::identity
