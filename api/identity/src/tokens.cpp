// SPDX-License-Identifier: Apache-2.0
// Tokens: issue by password or by another token, validate, revoke.
#include "api/identity/src/tokens.h"

#include "api/http/bind.h"
#include "api/identity/src/delegation.h"
#include "api/identity/src/oauth1.h"
#include "common/error.h"
#include "common/hash.h"
#include "common/json.h"
#include "common/log.h"
#include "common/random.h"
#include "db/store/domains.h"
#include "db/store/projects.h"
#include "db/store/tokens.h"
#include "db/store/users.h"

namespace virga::identity {
namespace {

using http::Request;
using http::Response;
using store::ReadTx;
using store::WriteTx;

[[noreturn]] void refuse_login() {
  throw Error(ErrorKind::unauthorized, "The request you have made requires authentication.");
}

/// The domain named by {"id": ..} or {"name": ..}; nullopt when there is none.
std::optional<model::Domain> find_domain(ReadTx& tx, const Fields& in) {
  if (in.present("id")) return store::domains::find(tx, in.string("id"));
  return store::domains::find_named(tx, in.string("name"));
}

std::optional<model::User> find_user(ReadTx& tx, const Fields& in) {
  if (in.present("id")) return store::users::find(tx, in.string("id"));
  const std::string name = in.string("name");
  const auto domain = find_domain(tx, in.object("domain"));
  if (!domain) return std::nullopt;
  return store::users::find_named(tx, domain->id, name);
}

std::optional<model::Project> find_project(ReadTx& tx, const Fields& in) {
  if (in.present("id")) return store::projects::find(tx, in.string("id"));
  const std::string name = in.string("name");
  const auto domain = find_domain(tx, in.object("domain"));
  if (!domain) return std::nullopt;
  return store::projects::find_named(tx, domain->id, name);
}

/// Who proved himself, and until when at most the new token may live.
struct Proof {
  std::string user_id;
  std::string method;
  std::string project_id;  ///< of the token used as proof
  TimeUs expires_us = 0;
  std::string oauth_token_id = {};  ///< of the method "oauth1"
};

Proof prove_password(IdentityDeps& deps, const Fields& method) {
  const Fields in = method.object("user");
  in.only({"id", "name", "domain", "password"});
  const std::string password = in.string("password", {0, 4096});
  const auto user = deps.db.read([&](ReadTx& tx) { return find_user(tx, in); });
  const bool right = deps.passwords.verify(user ? user->password_hash : "", password);
  if (!right || !user->enabled) refuse_login();
  return {user->id, "password", "", deps.clock.now_us() + deps.token_life_us};
}

Proof prove_token(IdentityDeps& deps, const Fields& method) {
  const auto caller = deps.authorizer.caller_of(method.string("id", {1, 512}));
  if (!caller) refuse_login();
  if (is_delegated(*caller))
    throw Error(ErrorKind::forbidden, "Using a delegated token to create another token.");
  return {caller->user_id, "token", caller->project_id, caller->expires_us};
}

Proof prove_oauth(IdentityDeps& deps, const Request& request) {
  const auto token = prove_oauth1(deps, request);
  return {token.user_id, "oauth1", token.project_id, deps.clock.now_us() + deps.token_life_us,
          token.id};
}

Proof prove(IdentityDeps& deps, const Request& request, const Fields& auth) {
  const Fields identity = auth.object("identity");
  const json::array& methods = identity.array("methods");
  if (methods.size() != 1 || !methods[0].is_string())
    throw Error(ErrorKind::unauthorized, "Exactly one authentication method must be named.");
  const json::string& method = methods[0].get_string();
  if (method == "password") return prove_password(deps, identity.object("password"));
  if (method == "token") return prove_token(deps, identity.object("token"));
  if (method == "oauth1") return prove_oauth(deps, request);
  throw Error(ErrorKind::unauthorized, "Attempted to authenticate with an unsupported method.");
}

/// The project that the request asks for; "" for an unscoped token.
std::string scope_of(IdentityDeps& deps, const Fields& auth, const Proof& proof) {
  if (!auth.present("scope")) return proof.method == "token" ? proof.project_id : "";
  if (auth.raw().at("scope") == "unscoped") return "";
  const Fields scope = auth.object("scope");
  if (scope.has("unscoped")) return "";
  scope.only({"project"});
  const auto project =
      deps.db.read([&](ReadTx& tx) { return find_project(tx, scope.object("project")); });
  if (!project || !project->enabled) refuse_login();
  return project->id;
}

json::object scoped_project(const http::Caller& c) {
  return {{"id", c.project_id},
          {"name", c.project_name},
          {"domain", {{"id", c.project_domain_id}, {"name", c.project_domain_name}}}};
}

json::object token_view(const IdentityDeps& deps, const http::Caller& c, const std::string& base,
                        bool with_catalog, json::array methods) {
  json::object token;
  token["methods"] = std::move(methods);
  token["user"] = json::object{{"id", c.user_id},
                               {"name", c.user_name},
                               {"domain", {{"id", c.user_domain_id}, {"name", c.user_domain_name}}},
                               {"password_expires_at", nullptr}};
  token["audit_ids"] = json::array{c.audit_id};
  token["issued_at"] = format_micros(c.issued_us);
  token["expires_at"] = format_micros(c.expires_us);
  if (!c.project_id.empty()) {
    token["project"] = scoped_project(c);
    token["is_domain"] = false;
    json::array roles;
    for (const auto& [id, name] : c.roles)
      roles.push_back(json::object{{"id", id}, {"name", name}});
    token["roles"] = std::move(roles);
    if (with_catalog) token["catalog"] = deps.catalog.services_for({base, c.project_id, c.user_id});
  }
  return token;
}

bool wants_catalog(const Request& request) {
  return !request.parameter("nocatalog");
}

/// POST /v3/auth/tokens
Response create(IdentityDeps& deps, const Request& request) {
  const json::value body = request.json();
  const Fields auth = envelope(body, "auth");
  auth.only({"identity", "scope"});
  const Proof proof = prove(deps, request, auth);
  model::Token wish;
  wish.user_id = proof.user_id;
  wish.project_id = proof.oauth_token_id.empty() ? scope_of(deps, auth, proof) : proof.project_id;
  wish.methods = proof.method == "token" ? "token,password" : proof.method;
  wish.expires_us = proof.expires_us;
  wish.oauth_token_id = proof.oauth_token_id;
  return issue_token(deps, request, std::move(wish));
}

/// The token named by X-Subject-Token.
std::shared_ptr<const http::Caller> subject(const IdentityDeps& deps, const Request& request) {
  const auto found = deps.authorizer.caller_of(request.header("x-subject-token"));
  if (!found) throw Error(ErrorKind::not_found, "Could not find token.");
  request.require({{"target.token.user_id", found->user_id}});
  return found;
}

/// GET and HEAD /v3/auth/tokens
Response show(IdentityDeps& deps, const Request& request) {
  const auto token = subject(deps, request);
  Response response = http::json_response(
      200, {{"token", token_view(deps, *token, request.base_url, wants_catalog(request),
                                 json::array{"password"})}});
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

/// GET /v3/auth/catalog
Response show_catalog(IdentityDeps& deps, const Request& request) {
  return http::json_response(
      200, {{"catalog", deps.catalog.services_for(
                            {request.base_url, request.who().project_id, request.who().user_id})},
            {"links", {{"self", request.base_url + request.path}}}});
}

/// GET /v3/auth/projects
Response list_projects(IdentityDeps& deps, const Request& request) {
  const auto projects = deps.db.read(
      [&](ReadTx& tx) { return store::projects::list_of_user(tx, request.who().user_id); });
  json::array views;
  for (const auto& p : projects)
    views.push_back(json::object{{"id", p.id},
                                 {"name", p.name},
                                 {"domain_id", p.domain_id},
                                 {"description", p.description},
                                 {"enabled", p.enabled},
                                 {"parent_id", p.domain_id},
                                 {"is_domain", false},
                                 {"options", json::object{}},
                                 {"tags", json::array{}}});
  return http::json_response(
      200,
      {{"projects", std::move(views)},
       {"links",
        {{"self", request.base_url + request.path}, {"next", nullptr}, {"previous", nullptr}}}});
}

}  // namespace

Response issue_token(IdentityDeps& deps, const Request& request, model::Token token) {
  const std::string secret = random_secret(32);
  token.hash = sha256_hex(secret);
  token.audit_id = random_secret(16);
  token.issued_us = deps.clock.now_us();
  const auto caller = deps.db.write([&](WriteTx& tx) {
    store::tokens::insert(tx, token);
    auto loaded = load_caller(tx, token.hash, token.issued_us);
    if (!loaded) refuse_login();  // no role on the project, or something is disabled
    return loaded;
  });
  log::info("token issued", {{"user", caller->user_id},
                             {"project", caller->project_id},
                             {"peer", request.peer},
                             {"audit_id", caller->audit_id}});
  json::array methods;
  for (const auto& method : caller->methods) methods.emplace_back(method);
  Response response =
      http::json_response(201, {{"token", token_view(deps, *caller, request.base_url,
                                                     wants_catalog(request), std::move(methods))}});
  response.headers.emplace_back("X-Subject-Token", secret);
  response.headers.emplace_back("Vary", "X-Auth-Token");
  return response;
}

void add_token_routes(http::Router& r, IdentityDeps& deps) {
  const auto bind = http::binder(deps);
  r.post("/identity/v3/auth/tokens", "public", bind(create));
  r.get("/identity/v3/auth/tokens", "identity:validate_token", bind(show));
  r.del("/identity/v3/auth/tokens", "identity:revoke_token", bind(revoke));
  r.get("/identity/v3/auth/catalog", "identity:get_auth_catalog", bind(show_catalog));
  r.get("/identity/v3/auth/projects", "identity:get_auth_projects", bind(list_projects));
}

}  // namespace virga::identity
