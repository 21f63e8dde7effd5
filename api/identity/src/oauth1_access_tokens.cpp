// SPDX-License-Identifier: Apache-2.0
// /v3/users/{user_id}/OS-OAUTH1/access_tokens: what a user let consumers do.
#include <algorithm>

#include "api/http/bind.h"
#include "api/identity/src/bodies.h"
#include "api/identity/src/catalog_routes.h"
#include "api/identity/src/delegation.h"
#include "api/identity/src/oauth1.h"
#include "common/error.h"
#include "db/store/oauth1.h"
#include "db/store/roles.h"

namespace virga::identity {
namespace {

using http::Request;
using http::Response;
using store::ReadTx;
using store::WriteTx;

json::object view(const Request& request, const model::OauthAccessToken& t) {
  const std::string self =
      api_root(request) + "/users/" + t.user_id + "/OS-OAUTH1/access_tokens/" + t.id;
  return {{"id", t.id},
          {"consumer_id", t.consumer_id},
          {"project_id", t.project_id},
          {"authorizing_user_id", t.user_id},
          {"expires_at", format_micros(t.expires_us)},
          {"links", {{"self", self}, {"roles", self + "/roles"}}}};
}

void require_not_delegated(const Request& request) {
  if (is_delegated(request.who()))
    throw Error(ErrorKind::forbidden,
                "Cannot manage OAuth access tokens with a token issued via delegation.");
}

/// The token of the path, which must be of the path's user.
model::OauthAccessToken named(ReadTx& tx, const Request& request) {
  auto token = get_access_token(tx, request.param("access_token_id"));
  if (token.user_id != request.param("user_id"))
    throw Error(ErrorKind::not_found, "Access token not found");
  return token;
}

Response list(IdentityDeps& deps, const Request& request) {
  require_not_delegated(request);
  json::array views;
  for (const auto& t : deps.db.read([&](ReadTx& tx) {
         return store::oauth1::list_access_tokens(tx, request.param("user_id"));
       }))
    views.push_back(view(request, t));
  return collection(request, "access_tokens", std::move(views));
}

Response show(IdentityDeps& deps, const Request& request) {
  require_not_delegated(request);
  const auto token = deps.db.read([&](ReadTx& tx) { return named(tx, request); });
  return http::json_response(200, {{"access_token", view(request, token)}});
}

Response remove(IdentityDeps& deps, const Request& request) {
  require_not_delegated(request);
  deps.db.write([&](WriteTx& tx) { store::oauth1::erase_access_token(tx, named(tx, request).id); });
  return http::empty_response(204);
}

/// The roles of the path's token that still are.
std::vector<model::Role> roles_of(ReadTx& tx, const model::OauthAccessToken& token) {
  std::vector<model::Role> roles;
  const json::value ids = parse_json(token.role_ids);
  for (const json::value& id : ids.get_array())
    if (auto role = store::roles::find(tx, std::string(id.as_string())))
      roles.push_back(std::move(*role));
  return roles;
}

json::object role_view(const Request& request, const model::Role& role) {
  return linked(request,
                {{"id", role.id}, {"name", role.name}, {"domain_id", or_null(role.domain_id)}},
                "/roles");
}

Response list_roles(IdentityDeps& deps, const Request& request) {
  json::array views;
  for (const auto& role :
       deps.db.read([&](ReadTx& tx) { return roles_of(tx, named(tx, request)); }))
    views.push_back(role_view(request, role));
  return collection(request, "roles", std::move(views));
}

Response show_role(IdentityDeps& deps, const Request& request) {
  const std::string& id = request.param("role_id");
  const auto roles = deps.db.read([&](ReadTx& tx) { return roles_of(tx, named(tx, request)); });
  const auto it =
      std::find_if(roles.begin(), roles.end(), [&](const auto& role) { return role.id == id; });
  if (it == roles.end()) refuse_missing("role", id);
  return http::json_response(200, {{"role", role_view(request, *it)}});
}

}  // namespace

model::OauthAccessToken get_access_token(ReadTx& tx, const std::string& id) {
  auto token = store::oauth1::find_access_token(tx, id);
  if (!token) throw Error(ErrorKind::not_found, "Access token not found");
  return std::move(*token);
}

void add_oauth_access_token_routes(http::Router& r, IdentityDeps& deps) {
  const auto bind = http::binder(deps);
  const std::string all = "/identity/v3/users/{user_id}/OS-OAUTH1/access_tokens";
  const std::string one = all + "/{access_token_id}";
  r.get(all, "identity:list_access_tokens", bind(list));
  r.get(one, "identity:get_access_token", bind(show));
  r.del(one, "identity:delete_access_token", bind(remove));
  r.get(one + "/roles", "identity:list_access_token_roles", bind(list_roles));
  r.get(one + "/roles/{role_id}", "identity:get_access_token_role", bind(show_role));
}

}  // namespace virga::identity
