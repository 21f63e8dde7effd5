// SPDX-License-Identifier: Apache-2.0
// Trusts: a user lets another one act with some of his roles.  Source: Identity API v3, OS-TRUST.
#include <algorithm>

#include "api/http/bind.h"
#include "api/identity/src/delegated_roles.h"
#include "api/identity/src/delegation.h"
#include "api/identity/src/expiry.h"
#include "api/identity/src/live_trust.h"
#include "api/identity/src/resource.h"
#include "api/identity/src/role_view.h"
#include "api/identity/src/routes.h"
#include "common/error.h"
#include "common/log.h"
#include "common/random.h"
#include "db/store/grants.h"
#include "db/store/projects.h"
#include "db/store/roles.h"
#include "db/store/trusts.h"
#include "db/store/users.h"

namespace virga::identity {
namespace {

using http::Request;
using http::Response;
using store::ReadTx;
using store::WriteTx;

/// Only a user himself, or by a trust, deals with trusts: other delegations were made for less.
void refuse_other_delegations(const Request& request) {
  const http::Caller& who = request.who();
  if (is_delegated(who) && who.trust_id.empty())
    refuse_action("Delegated tokens cannot manage trusts");
}

http::Target facts_of(const model::Trust& trust) {
  return {{"target.trust.trustor_user_id", trust.trustor_user_id},
          {"target.trust.trustee_user_id", trust.trustee_user_id},
          {"target.trust.project_id", trust.project_id}};
}

json::value text_or_null(const std::string& text) {
  return text.empty() ? json::value() : json::value(text);
}

/// Without roles, as in lists.
json::object short_view(const Request& request, const model::Trust& t) {
  json::object view{
      {"id", t.id},
      {"trustor_user_id", t.trustor_user_id},
      {"trustee_user_id", t.trustee_user_id},
      {"project_id", text_or_null(t.project_id)},
      {"impersonation", t.impersonation},
      {"expires_at", t.expires_us == 0 ? json::value() : json::value(format_micros(t.expires_us))},
      {"remaining_uses", t.remaining_uses < 0 ? json::value() : json::value(t.remaining_uses)},
      {"deleted_at", nullptr},
      {"redelegated_trust_id", text_or_null(t.redelegated_trust_id)},
      {"redelegation_count", t.redelegation_count},
      {"links", {{"self", link(request, "OS-TRUST/trusts/" + t.id)}}}};
  add_extra(view, t.extra);
  return view;
}

json::object full_view(ReadTx& tx, const Request& request, const model::Trust& trust) {
  json::object view = short_view(request, trust);
  json::array roles;
  for (const auto& id : trust.role_ids) {
    const auto role = store::roles::find(tx, id);
    if (!role) continue;
    json::object one = role_view(*role);
    one["links"] = json::object{{"self", link(request, "roles/" + id)}};
    roles.push_back(std::move(one));
  }
  view["roles"] = std::move(roles);
  view["roles_links"] =
      json::object{{"self", link(request, "OS-TRUST/trusts/" + trust.id + "/roles")},
                   {"next", nullptr},
                   {"previous", nullptr}};
  return view;
}

/// The trust of the path while it is in force: a trust that is not there is said to be so first.
model::Trust wanted(ReadTx& tx, IdentityDeps& deps, const Request& request) {
  const std::string& id = request.param("trust_id");
  auto trust = live_trust(tx, id, deps.clock.now_us());
  if (!trust || trust->remaining_uses == 0) throw_not_found("trust", id);
  request.require(facts_of(*trust));
  refuse_other_delegations(request);
  return std::move(*trust);
}

std::optional<std::int64_t> read_count(const Input& in, std::string_view key, std::int64_t least) {
  const json::value* const value = in.members().if_contains(key);
  if (value == nullptr || value->is_null()) return std::nullopt;
  if (!value->is_int64()) Input::refuse(key, *value, "is not of type 'integer', 'null'");
  if (value->get_int64() < least)
    Input::refuse(key, *value, "is less than the minimum of " + std::to_string(least));
  return value->get_int64();
}

bool read_allow_redelegation(const Input& in) {
  const json::value* const value = in.members().if_contains("allow_redelegation");
  if (value == nullptr || value->is_null()) return false;
  if (!value->is_bool())
    Input::refuse("allow_redelegation", *value, "is not of type 'boolean', 'null'");
  return value->get_bool();
}

/// A trust as the body asks for it; `asked_count`: "redelegation_count".
struct TrustWish {
  model::Trust trust;
  std::vector<RoleName> roles;
  bool may_redelegate = false;
  std::optional<std::int64_t> asked_count;
};

constexpr TextRule kUserId{1, 64};

TrustWish read_wish(const Input& in, TimeUs now_us) {
  TrustWish wish;
  model::Trust& t = wish.trust;
  t.id = new_hex_id();
  t.trustor_user_id = in.text("trustor_user_id", kUserId);
  t.trustee_user_id = in.text("trustee_user_id", kUserId);
  in.require("impersonation");
  t.impersonation = *in.flag("impersonation");
  t.project_id = in.optional_text("project_id", kNullableId).value_or("");
  t.remaining_uses = read_count(in, "remaining_uses", 1).value_or(-1);
  wish.asked_count = read_count(in, "redelegation_count", 0);
  wish.may_redelegate = read_allow_redelegation(in) && wish.asked_count != 0;
  wish.roles = read_role_names(in);
  t.expires_us = read_expiry(in, now_us);
  t.extra = merged_extra("{}", in.members(),
                         {"trustor_user_id", "trustee_user_id", "impersonation", "project_id",
                          "remaining_uses", "redelegation_count", "allow_redelegation", "roles",
                          "expires_at", "deleted_at", "redelegated_trust_id"});
  return wish;
}

void set_redelegation(TrustWish& wish) {
  if (!wish.may_redelegate) return;
  if (wish.asked_count && *wish.asked_count > kMaxRedelegations)
    throw Error(ErrorKind::forbidden,
                "You are not authorized to perform the requested action: Requested redelegation"
                " depth of " +
                    std::to_string(*wish.asked_count) + " is greater than allowed " +
                    std::to_string(kMaxRedelegations) + ".");
  if (wish.trust.remaining_uses >= 0)
    throw Error(ErrorKind::invalid, "remaining_uses must not be set if redelegation is allowed");
  wish.trust.redelegation_count = wish.asked_count.value_or(kMaxRedelegations);
}

/// What a trust that is made with a token of another one takes over from it.
void hand_on(TrustWish& wish, const model::Trust& source) {
  model::Trust& t = wish.trust;
  t.redelegated_trust_id = source.id;
  const std::int64_t left = source.redelegation_count - 1;
  if (wish.may_redelegate && wish.asked_count && *wish.asked_count != left)
    refuse_action(
        "Modifying \"redelegation_count\" upon redelegation is forbidden. Omitting this"
        " parameter is advised");
  if (wish.may_redelegate) t.redelegation_count = left;
  if (t.remaining_uses >= 0)
    refuse_action("remaining_uses must not be set in order to redelegate a trust");
  if (t.expires_us == 0) t.expires_us = source.expires_us;
  const std::string fault = redelegation_fault(source, t);
  if (!fault.empty()) refuse_action(fault);
}

void require_roles_held(ReadTx& tx, const model::Trust& trust) {
  if (trust.project_id.empty()) {
    if (!trust.role_ids.empty()) throw_not_found("role", trust.role_ids.front());
    return;
  }
  if (!store::projects::find(tx, trust.project_id)) throw_not_found("project", trust.project_id);
  const auto held =
      store::grants::list_roles(tx, source_user(tx, trust), model::TargetKind::project,
                                trust.project_id, store::grants::Strip::none);
  for (const auto& id : trust.role_ids)
    if (std::none_of(held.begin(), held.end(), [&](const auto& role) { return role.id == id; }))
      throw_not_found("role", id);
}

/// POST /v3/OS-TRUST/trusts
Response create(IdentityDeps& deps, const Request& request) {
  const Input in(request, "trust");
  TrustWish wish = read_wish(in, deps.clock.now_us());
  request.require(facts_of(wish.trust));
  refuse_other_delegations(request);
  if (!wish.trust.project_id.empty() && wish.roles.empty())
    refuse_action("At least one role should be specified");
  if (request.who().user_id != wish.trust.trustor_user_id)
    refuse_action("The authenticated user should match the trustor");
  set_redelegation(wish);
  const json::object view = deps.db.write([&](WriteTx& tx) {
    if (!store::users::find(tx, wish.trust.trustee_user_id))
      throw_not_found("user", wish.trust.trustee_user_id);
    wish.trust.role_ids = resolve_roles(tx, wish.roles);
    if (!request.who().trust_id.empty()) {
      const auto source = live_trust(tx, request.who().trust_id, deps.clock.now_us());
      if (!source) throw_not_found("trust", request.who().trust_id);
      hand_on(wish, *source);
    }
    require_roles_held(tx, wish.trust);
    store::trusts::insert(tx, wish.trust);
    return full_view(tx, request, wish.trust);
  });
  log::info("trust created", {{"trust", wish.trust.id},
                              {"trustor", wish.trust.trustor_user_id},
                              {"trustee", wish.trust.trustee_user_id}});
  return http::json_response(201, {{"trust", view}});
}

/// GET /v3/OS-TRUST/trusts
Response list(IdentityDeps& deps, const Request& request) {
  const std::string trustor = request.parameter("trustor_user_id").value_or("");
  const std::string trustee = request.parameter("trustee_user_id").value_or("");
  const http::Target facts{{"target.trust.trustor_user_id", trustor},
                           {"target.trust.trustee_user_id", trustee}};
  if (!trustor.empty()) {
    request.require(facts);
  } else {  // each filter has its own policy
    const char* const policy =
        trustee.empty() ? "identity:list_trusts" : "identity:list_trusts_for_trustee";
    if (!request.allows(policy, facts)) refuse_action(policy);
    request.settled = true;
  }
  refuse_other_delegations(request);
  json::array views;
  for (const auto& trust :
       deps.db.read([&](ReadTx& tx) { return store::trusts::list(tx, trustor, trustee); }))
    views.push_back(short_view(request, trust));
  return collection_answer(request, "trusts", std::move(views));
}

/// GET /v3/OS-TRUST/trusts/{trust_id}
Response show(IdentityDeps& deps, const Request& request) {
  return http::json_response(200, {{"trust", deps.db.read([&](ReadTx& tx) {
                                      return full_view(tx, request, wanted(tx, deps, request));
                                    })}});
}

/// DELETE /v3/OS-TRUST/trusts/{trust_id}: also one that no longer holds.
Response remove(IdentityDeps& deps, const Request& request) {
  const std::string& id = request.param("trust_id");
  deps.db.write([&](WriteTx& tx) {
    const auto trust = store::trusts::find(tx, id);
    if (!trust) throw_not_found("trust", id);
    request.require(facts_of(*trust));
    refuse_other_delegations(request);
    store::trusts::erase(tx, id);
  });
  log::info("trust ended", {{"trust", id}, {"by", request.who().user_id}});
  return http::empty_response(204);
}

/// GET /v3/OS-TRUST/trusts/{trust_id}/roles
Response list_roles(IdentityDeps& deps, const Request& request) {
  std::vector<model::Role> roles;
  deps.db.read([&](ReadTx& tx) {
    for (const auto& id : wanted(tx, deps, request).role_ids)
      if (auto role = store::roles::find(tx, id)) roles.push_back(std::move(*role));
  });
  return role_list(request, roles);
}

/// GET and HEAD /v3/OS-TRUST/trusts/{trust_id}/roles/{role_id}
Response show_role(IdentityDeps& deps, const Request& request) {
  const std::string& id = request.param("role_id");
  const auto role = deps.db.read([&](ReadTx& tx) {
    const model::Trust trust = wanted(tx, deps, request);
    const bool named =
        std::find(trust.role_ids.begin(), trust.role_ids.end(), id) != trust.role_ids.end();
    return named ? store::roles::find(tx, id) : std::nullopt;
  });
  if (!role) throw_not_found("role", id);
  return resource_answer(200, request, "role", role_view(*role));
}

}  // namespace

void add_trust_routes(http::Router& r, IdentityDeps& deps) {
  const auto bind = http::binder(deps);
  const std::string all = "/identity/v3/OS-TRUST/trusts";
  const std::string one = all + "/{trust_id}";
  r.post(all, "identity:create_trust", bind(create));
  r.get(all, "identity:list_trusts_for_trustor", bind(list));
  r.get(one, "identity:get_trust", bind(show));
  r.del(one, "identity:delete_trust", bind(remove));
  r.get(one + "/roles", "identity:list_roles_for_trust", bind(list_roles));
  r.get(one + "/roles/{role_id}", "identity:get_role_for_trust", bind(show_role));
}

}  // namespace virga::identity
