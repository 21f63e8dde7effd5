// SPDX-License-Identifier: Apache-2.0
// Users: made, shown, changed and removed; their passwords.
#include "api/identity/src/users.h"

#include <algorithm>

#include "api/http/bind.h"
#include "api/identity/src/input.h"
#include "api/identity/src/project_tree.h"
#include "api/identity/src/user_lists.h"
#include "api/identity/src/views.h"
#include "common/error.h"
#include "common/random.h"
#include "db/store/users.h"

namespace virga::identity {
namespace {

using http::Request;
using http::Response;
using store::ReadTx;
using store::WriteTx;

constexpr std::size_t kMostPassword = 4096;  // bytes: Keystone's max_password_length
const std::initializer_list<std::string_view> kKnown{"name",     "domain_id",
                                                     "enabled",  "default_project_id",
                                                     "password", "password_expires_at",
                                                     "options",  "federated",
                                                     "tenants",  "groups",
                                                     "domains"};

[[noreturn]] void refuse_login() {
  throw Error(ErrorKind::unauthorized, "The request you have made requires authentication.");
}

/// [["password", "totp"], ["password"]]: lists of texts; no list is empty or there twice.
void require_mfa_rules(const json::object& options) {
  const std::string field = "options/multi_factor_auth_rules";
  const json::value* const rules = options.if_contains("multi_factor_auth_rules");
  if (rules == nullptr || rules->is_null()) return;
  if (!rules->is_array()) Input::refuse(field, *rules, "is not of type 'array', 'null'");
  const auto require_unique = [&](const json::array& list) {
    for (auto it = list.begin(); it != list.end(); ++it)
      if (std::find(list.begin(), it, *it) != it)
        Input::refuse(field, list, "has non-unique elements");
  };
  require_unique(rules->get_array());
  for (const json::value& rule : rules->get_array()) {
    if (!rule.is_array()) Input::refuse(field, rule, "is not of type 'array'");
    if (rule.get_array().empty()) Input::refuse(field, rule, "is too short");
    require_unique(rule.get_array());
    for (const json::value& method : rule.get_array())
      if (!method.is_string()) Input::refuse(field, method, "is not of type 'string'");
  }
}

/// There are no identity providers that a user could come from.
void refuse_federated(const Input& in) {
  const json::value* const federated = in.members().if_contains("federated");
  if (federated == nullptr) return;
  if (!federated->is_array()) Input::refuse("federated", *federated, "is not of type 'array'");
  for (const json::value& one : federated->get_array()) {
    const json::value* const id =
        one.is_object() ? one.get_object().if_contains("idp_id") : nullptr;
    if (id == nullptr) Input::refuse("federated", one, "has no 'idp_id'");
    throw Error(ErrorKind::invalid, "Could not find Identity Provider: " +
                                        Input::checked("federated/idp_id", *id, kText));
  }
}

/// What a body says about the attributes but the password.
void read_attributes(const Input& in, model::User& user) {
  if (const auto enabled = in.flag("enabled")) user.enabled = *enabled;
  if (const auto project = in.optional_text("default_project_id", kNullableId))
    user.default_project_id = *project;
  in.optional_text("description", kNullableText);
  refuse_federated(in);
  const json::object* const options =
      in.options({"ignore_change_password_upon_first_use", "ignore_password_expiry",
                  "ignore_lockout_failure_attempts", "lock_password", "ignore_user_inactivity",
                  "multi_factor_auth_enabled"},
                 {"multi_factor_auth_rules"});
  if (options != nullptr) require_mfa_rules(*options);
  user.options = merged_options(user.options, options);
  user.extra = merged_extra(user.extra, in.members(), kKnown);
}

/// What the rows say against a user as he is to be.
void require_consistent(ReadTx& tx, const model::User& user) {
  const auto other = store::users::find_named(tx, user.domain_id, user.name);
  if (other && other->id != user.id) throw_duplicate("user", user.name, user.domain_id);
  if (!user.default_project_id.empty() && find_domain(tx, user.default_project_id))
    throw Error(ErrorKind::invalid,
                "User's default project ID cannot be a domain ID: " + user.default_project_id);
}

void require_short(const std::string& password) {
  if (password.size() > kMostPassword)
    throw Error(ErrorKind::forbidden,
                "The password length must be less than or equal to " +
                    std::to_string(kMostPassword) +
                    ". The server could not comply with the request because the password is"
                    " invalid.");
}

/// The hash of the body's password: nullopt when it names none, "" when it is null. Slow: never
/// within a transaction.
std::optional<std::string> hash_of(IdentityDeps& deps, const Input& in) {
  const auto password = in.optional_text("password", kNullableText);
  if (!password) return std::nullopt;
  if (in.members().at("password").is_null()) return "";
  require_short(*password);
  return deps.passwords.hash(*password);
}

Response answer(int status, const Request& request, const model::User& user,
                bool with_extra = false) {
  return written_answer(status, "user", [&](JsonWriter& out) {
    write_members(out, request, user);
    if (with_extra) {
      out.key("extra");
      out.raw(user.extra);
    }
  });
}

/// POST /v3/users
Response create(IdentityDeps& deps, const Request& request) {
  const Input in(request, "user", true);
  model::User user;
  user.domain_id = domain_for(request, in);
  request.require(target_of(user));
  user.id = new_hex_id();
  user.name = in.name("name");
  read_attributes(in, user);
  user.created_us = deps.clock.now_us();
  if (auto hash = hash_of(deps, in)) {
    user.password_hash = std::move(*hash);
    user.password_created_us = user.created_us;
  }
  deps.db.write([&](WriteTx& tx) {
    if (!find_domain(tx, user.domain_id)) throw_not_found("domain", user.domain_id);
    require_consistent(tx, user);
    store::users::insert(tx, user);
  });
  record(request, "user created", user.id);
  return answer(201, request, user);
}

/// The user of the path, when the caller may do with him what he asks for.
model::User require_user(ReadTx& tx, const Request& request) {
  const std::string& id = request.param("user_id");
  auto user = store::users::find(tx, id);
  request.require(target_of(user, {{"user_id", id}}));
  if (!user) throw_not_found("user", id);
  return std::move(*user);
}

/// GET /v3/users/{user_id}
Response show(IdentityDeps& deps, const Request& request) {
  const auto user = deps.db.read([&](ReadTx& tx) { return require_user(tx, request); });
  return answer(200, request, user);
}

/// PATCH /v3/users/{user_id}
Response update(IdentityDeps& deps, const Request& request) {
  deps.db.read([&](ReadTx& tx) { require_user(tx, request); });  // before any costly work
  const Input in(request, "user");
  in.require_any();
  in.require_id(request.param("user_id"));
  const auto name = in.optional_name("name");
  const auto domain = in.optional_text("domain_id", kId);
  model::User checked;
  read_attributes(in, checked);
  const auto hash = hash_of(deps, in);
  const auto user = deps.db.write([&](WriteTx& tx) {
    model::User current = require_user(tx, request);
    if (domain && *domain != current.domain_id)
      throw Error(ErrorKind::invalid, "Cannot change Domain ID");
    if (name) current.name = *name;
    read_attributes(in, current);
    require_consistent(tx, current);
    store::users::update(tx, current);
    if (hash) store::users::set_password_hash(tx, current.id, *hash, deps.clock.now_us());
    return current;
  });
  record(request, hash ? "user changed, with his password" : "user changed", user.id);
  return answer(200, request, user, true);
}

/// DELETE /v3/users/{user_id}
Response remove(IdentityDeps& deps, const Request& request) {
  deps.db.write([&](WriteTx& tx) { store::users::erase(tx, require_user(tx, request).id); });
  record(request, "user removed", request.param("user_id"));
  return http::empty_response(204);
}

bool has_option(const model::User& user, std::string_view name) {
  const json::value options = parse_json(user.options);
  const json::value* const option = options.as_object().if_contains(name);
  return option != nullptr && *option == true;
}

/// The user, when that is his password and neither he nor his domain is disabled, within the limits
/// on guessing that logins have.
/// @throws Error{unauthorized}: an unknown user, a disabled one and a wrong password look the same
/// and take the same time
model::User proved_user(IdentityDeps& deps, const Request& request, const std::string& password) {
  const std::string& id = request.param("user_id");
  bool open = false;
  const auto user = deps.db.read([&](ReadTx& tx) {
    auto found = store::users::find(tx, id);
    const auto domain = found ? find_domain(tx, found->domain_id) : std::nullopt;
    open = domain && domain->enabled && found->enabled;
    return found;
  });
  const bool never_locked = user && has_option(*user, "ignore_lockout_failure_attempts");
  const auto is_locked = [&] {
    return !never_locked && deps.lockout.is_locked(id, request.peer, deps.clock.now_us());
  };
  if (is_locked()) refuse_login();
  const bool right = deps.passwords.verify(user ? user->password_hash : "", password);
  if (right && open) {
    if (is_locked()) refuse_login();  // by guesses that ran at the same time
    deps.lockout.succeeded(id, request.peer);
    return *user;
  }
  if (never_locked)
    deps.lockout.failed_unlocked(request.peer, deps.clock.now_us());
  else
    deps.lockout.failed(id, request.peer, deps.clock.now_us());
  refuse_login();
}

/// POST /v3/users/{user_id}/password: needs no token, so that an expired password can be changed.
Response change_password(IdentityDeps& deps, const Request& request) {
  const std::string& id = request.param("user_id");
  const Input in(request, "user");
  for (const auto& member : in.members())
    if (member.key() != "original_password" && member.key() != "password")
      throw Error(ErrorKind::invalid, "Additional properties are not allowed ('" +
                                          std::string(member.key()).substr(0, 64) +
                                          "' was unexpected)");
  const std::string original = in.text("original_password", kText);
  const std::string wanted = in.text("password", kText);
  if (const int wait_s = deps.lockout.wait_s(request.peer, deps.clock.now_us()); wait_s > 0) {
    Response response = http::identity_error(429, "Too many failed logins. Try again later.");
    response.headers.emplace_back("Retry-After", std::to_string(wait_s));
    return response;
  }
  const model::User user = proved_user(deps, request, original);
  if (has_option(user, "lock_password"))
    throw Error(ErrorKind::invalid,
                "You cannot change your password at this time due to password policy disallowing"
                " password changes. Please contact your administrator to reset your password.");
  require_short(wanted);
  const std::string hash = deps.passwords.hash(wanted);
  deps.db.write([&](WriteTx& tx) {
    const auto current = store::users::find(tx, id);
    // Changed or disabled meanwhile: what was proved above is no proof any more.
    if (!current || !current->enabled || current->password_hash != user.password_hash)
      refuse_login();
    store::users::set_password_hash(tx, id, hash, deps.clock.now_us());
  });
  record(request, "password changed by its user", id);
  return http::empty_response(204);
}

}  // namespace

void add_user_routes(http::Router& r, IdentityDeps& deps) {
  const auto bind = http::binder(deps);
  r.get("/identity/v3/users", "identity:list_users", bind(list_users), http::Run::pool);
  r.post("/identity/v3/users", "identity:create_user", bind(create));
  r.get("/identity/v3/users/{user_id}", "identity:get_user", bind(show));
  r.patch("/identity/v3/users/{user_id}", "identity:update_user", bind(update));
  r.del("/identity/v3/users/{user_id}", "identity:delete_user", bind(remove));
  r.post("/identity/v3/users/{user_id}/password", "public", bind(change_password));
  r.get("/identity/v3/users/{user_id}/groups", "identity:list_groups_for_user",
        bind(list_groups_of_user));
  r.get("/identity/v3/users/{user_id}/projects", "identity:list_user_projects",
        bind(list_projects_of_user));
}

}  // namespace virga::identity
