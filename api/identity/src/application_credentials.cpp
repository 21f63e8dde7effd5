// SPDX-License-Identifier: Apache-2.0
// Application credentials: logins of programs with some roles of a user on one project.
// Source: Identity API v3, "Application Credentials".
#include <algorithm>

#include "api/http/bind.h"
#include "api/identity/src/application_secret.h"
#include "api/identity/src/delegated_roles.h"
#include "api/identity/src/delegation.h"
#include "api/identity/src/expiry.h"
#include "api/identity/src/list_filter.h"
#include "api/identity/src/resource.h"
#include "api/identity/src/role_view.h"
#include "api/identity/src/routes.h"
#include "common/error.h"
#include "common/log.h"
#include "common/random.h"
#include "db/store/access_rules.h"
#include "db/store/application_credentials.h"
#include "db/store/roles.h"

namespace virga::identity {
namespace {

using http::Request;
using http::Response;
using model::ApplicationCredential;
using store::ReadTx;
using store::WriteTx;

constexpr std::size_t kSecretBytes = 64;
constexpr std::size_t kMaxRules = 100;

http::Target owner(const Request& request) {
  const std::string& user_id = request.param("user_id");
  return {{"user_id", user_id}, {"target.user.id", user_id}};
}

/// These times alone are shown without their "Z".
std::string without_zone(std::string time) {
  if (time.ends_with('Z')) time.pop_back();
  return time;
}

json::object view_of(ReadTx& tx, const Request& request, const ApplicationCredential& c) {
  json::array roles;
  for (const auto& id : c.role_ids)
    if (const auto role = store::roles::find(tx, id)) roles.push_back(role_view(*role));
  json::object view{
      {"id", c.id},
      {"name", c.name},
      {"description", c.description.empty() ? json::value() : json::value(c.description)},
      {"user_id", c.user_id},
      {"project_id", c.project_id},
      {"system", nullptr},
      {"unrestricted", c.unrestricted},
      {"expires_at",
       c.expires_us == 0 ? json::value() : json::value(without_zone(format_micros(c.expires_us)))},
      {"roles", std::move(roles)},
      {"links",
       {{"self", link(request, "users/" + c.user_id + "/application_credentials/" + c.id)}}}};
  if (c.access_rules.empty()) return view;
  json::array rules;
  for (const auto& rule : c.access_rules)
    rules.push_back(json::object{
        {"id", rule.id}, {"service", rule.service}, {"path", rule.path}, {"method", rule.method}});
  view["access_rules"] = std::move(rules);
  return view;
}

ApplicationCredential wanted(ReadTx& tx, const Request& request) {
  request.require(owner(request));
  const std::string& id = request.param("application_credential_id");
  auto credential = store::application_credentials::find(tx, id);
  if (!credential || credential->user_id != request.param("user_id"))
    throw_not_found("Application Credential", id);
  return std::move(*credential);
}

model::AccessRule read_rule(const json::value& item, const std::string& place) {
  if (!item.is_object()) Input::refuse(place, item, "is not of type 'object'");
  model::AccessRule rule;
  for (const auto& member : item.get_object()) {
    const std::string key(member.key());
    const std::string at = place + "/" + key;
    if (key == "id") {
      rule.id = Input::checked(at, member.value(), kId);
    } else if (key == "service") {
      rule.service = Input::checked(at, member.value(), kId);
    } else if (key == "method") {
      rule.method = Input::checked(at, member.value(), kText);
      static constexpr std::string_view kMethods[] = {"POST",  "GET", "HEAD",
                                                      "PATCH", "PUT", "DELETE"};
      if (std::find(std::begin(kMethods), std::end(kMethods), rule.method) == std::end(kMethods))
        Input::refuse(at, member.value(), "does not match '^(POST|GET|HEAD|PATCH|PUT|DELETE)$'");
    } else if (key == "path") {
      rule.path = Input::checked(at, member.value(), {0, 225});
      if (!rule.path.starts_with('/'))
        Input::refuse(at, member.value(), "does not match '^\\\\/.*'");
    } else {
      throw Error(ErrorKind::invalid, "Invalid input for field '" + place +
                                          "': Additional properties are not allowed ('" +
                                          key.substr(0, 64) + "' was unexpected)");
    }
  }
  const bool complete = !rule.service.empty() && !rule.method.empty() && !rule.path.empty();
  if (rule.id.empty() && !complete)
    Input::refuse(place, item, "must have service, method and path, or the id of a rule");
  return rule;
}

std::vector<model::AccessRule> read_rules(const Input& in) {
  const json::value* const list = in.members().if_contains("access_rules");
  if (list == nullptr) return {};
  if (!list->is_array()) Input::refuse("access_rules", *list, "is not of type 'array'");
  if (list->get_array().size() > kMaxRules) Input::refuse("access_rules", *list, "is too long");
  std::vector<model::AccessRule> rules;
  for (const json::value& item : list->get_array())
    rules.push_back(read_rule(item, "access_rules/" + std::to_string(rules.size())));
  return rules;
}

/// The user's rule that says so: by id, else one that is there, else a new one.
void resolve_rule(WriteTx& tx, model::AccessRule& rule, const std::string& user_id) {
  rule.user_id = user_id;
  if (!rule.id.empty()) {
    const auto known = store::access_rules::find(tx, rule.id);
    if (known && known->user_id == user_id) {
      rule = *known;
      return;
    }
    if (known || rule.service.empty() || rule.method.empty() || rule.path.empty())
      throw_not_found("Access Rule", rule.id);
  } else if (const auto same = store::access_rules::find_same(tx, rule)) {
    rule = *same;
    return;
  } else {
    rule.id = new_hex_id();
  }
  store::access_rules::insert(tx, rule);
}

/// The roles asked for, or all of the caller's: never one that his token does not have.
std::vector<std::string> roles_for(ReadTx& tx, const Request& request,
                                   const std::vector<RoleName>& names) {
  std::vector<std::string> ids;
  for (const auto& [id, name] : request.who().roles) ids.push_back(id);
  if (names.empty()) return ids;
  auto asked = resolve_roles(tx, names);
  for (const auto& id : asked)
    if (std::find(ids.begin(), ids.end(), id) == ids.end())
      throw Error(ErrorKind::invalid,
                  "Invalid application credential: Cannot create an application credential with"
                  " unassigned role");
  return asked;
}

ApplicationCredential read_credential(IdentityDeps& deps, const Input& in) {
  ApplicationCredential c;
  c.id = new_hex_id();
  c.name = in.name("name");
  c.description = in.optional_text("description", kNullableText).value_or("");
  c.unrestricted = in.flag("unrestricted").value_or(false);
  c.expires_us = read_expiry(in, deps.clock.now_us());
  c.access_rules = read_rules(in);
  return c;
}

/// POST /v3/users/{user_id}/application_credentials
Response create(IdentityDeps& deps, const Request& request) {
  request.require(owner(request));
  const Input in(request, "application_credential", true);
  ApplicationCredential c = read_credential(deps, in);
  const auto names = read_role_names(in);
  std::string secret = in.optional_text("secret", kNullableText).value_or("");
  refuse_foreign_delegation(request);
  refuse_restricted_credential(request);
  c.user_id = request.param("user_id");
  c.project_id = request.who().project_id;
  if (request.who().user_id != c.user_id)
    refuse_action("Cannot create an application credential for another user");
  if (c.project_id.empty())
    throw Error(ErrorKind::invalid,
                "Invalid application credential: a project-scoped token is required");
  if (secret.empty()) {
    secret = random_secret(kSecretBytes);
    c.secret_hash = hash_of_generated(secret);
  } else {
    c.secret_hash = deps.passwords.hash(secret);
  }
  json::object view = deps.db.write([&](WriteTx& tx) {
    c.role_ids = roles_for(tx, request, names);
    if (store::application_credentials::find_named(tx, c.user_id, c.name))
      throw_duplicate("application_credential", c.name, "");
    for (auto& rule : c.access_rules) resolve_rule(tx, rule, c.user_id);
    store::application_credentials::insert(tx, c);
    return view_of(tx, request, c);
  });
  view["secret"] = secret;
  log::info("application credential created", {{"credential", c.id}, {"user", c.user_id}});
  return http::json_response(201, {{"application_credential", std::move(view)}});
}

/// GET /v3/users/{user_id}/application_credentials
Response list(IdentityDeps& deps, const Request& request) {
  request.require(owner(request));
  refuse_foreign_delegation(request);
  const ListFilter filter(request, {"name"});
  json::array views;
  deps.db.read([&](ReadTx& tx) {
    for (const auto& c : store::application_credentials::list(tx, request.param("user_id")))
      if (filter.accepts_text("name", c.name)) views.push_back(view_of(tx, request, c));
  });
  return collection_answer(request, "application_credentials", std::move(views));
}

/// GET /v3/users/{user_id}/application_credentials/{application_credential_id}
Response show(IdentityDeps& deps, const Request& request) {
  refuse_foreign_delegation(request);
  const json::object view =
      deps.db.read([&](ReadTx& tx) { return view_of(tx, request, wanted(tx, request)); });
  return http::json_response(200, {{"application_credential", view}});
}

/// DELETE of the same
Response remove(IdentityDeps& deps, const Request& request) {
  refuse_foreign_delegation(request);
  refuse_restricted_credential(request);
  deps.db.write(
      [&](WriteTx& tx) { store::application_credentials::erase(tx, wanted(tx, request).id); });
  log::info(
      "application credential ended",
      {{"credential", request.param("application_credential_id")}, {"by", request.who().user_id}});
  return http::empty_response(204);
}

}  // namespace

void add_application_credential_routes(http::Router& r, IdentityDeps& deps) {
  const auto bind = http::binder(deps);
  const std::string all = "/identity/v3/users/{user_id}/application_credentials";
  const std::string one = all + "/{application_credential_id}";
  r.post(all, "identity:create_application_credential", bind(create));
  r.get(all, "identity:list_application_credentials", bind(list));
  r.get(one, "identity:get_application_credential", bind(show));
  r.del(one, "identity:delete_application_credential", bind(remove));
}

}  // namespace virga::identity
