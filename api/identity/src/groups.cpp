// SPDX-License-Identifier: Apache-2.0
// Groups: made, shown, changed and removed, and who is in them.
#include "api/identity/src/groups.h"

#include "api/http/bind.h"
#include "api/identity/src/input.h"
#include "api/identity/src/list_filter.h"
#include "api/identity/src/project_tree.h"
#include "api/identity/src/user_lists.h"
#include "api/identity/src/views.h"
#include "common/error.h"
#include "common/random.h"
#include "db/store/groups.h"
#include "db/store/users.h"

namespace virga::identity {
namespace {

using http::Request;
using http::Response;
using store::ReadTx;
using store::WriteTx;

const std::initializer_list<std::string_view> kKnown{"name", "domain_id", "description"};

void read_attributes(const Input& in, model::Group& group) {
  if (const auto text = in.optional_text("description", kNullableText)) group.description = *text;
  group.extra = merged_extra(group.extra, in.members(), kKnown);
}

void require_free_name(ReadTx& tx, const model::Group& group) {
  const auto other = store::groups::find_named(tx, group.domain_id, group.name);
  if (other && other->id != group.id) throw_duplicate("group", group.name, group.domain_id);
}

Response answer(int status, const Request& request, const model::Group& group) {
  return written_answer(status, "group",
                        [&](JsonWriter& out) { write_members(out, request, group); });
}

/// POST /v3/groups
Response create(IdentityDeps& deps, const Request& request) {
  const Input in(request, "group", true);
  model::Group group;
  group.domain_id = domain_for(request, in);
  request.require(target_of(group));
  group.id = new_hex_id();
  group.name = in.name("name");
  read_attributes(in, group);
  deps.db.write([&](WriteTx& tx) {
    if (!find_domain(tx, group.domain_id)) throw_not_found("domain", group.domain_id);
    require_free_name(tx, group);
    store::groups::insert(tx, group);
  });
  record(request, "group created", group.id);
  return answer(201, request, group);
}

/// The group of the path, when the caller may do with it what he asks for.
model::Group require_group(ReadTx& tx, const Request& request) {
  const std::string& id = request.param("group_id");
  auto group = store::groups::find(tx, id);
  request.require(target_of(group));
  if (!group) throw_not_found("group", id);
  return std::move(*group);
}

/// GET /v3/groups
Response list(IdentityDeps& deps, const Request& request) {
  const std::string& scope = domain_scope(request);
  request.require({{"target.group.domain_id", scope}});
  const ListFilter filter(request, {"domain_id", "name"});
  Listing list(request, "groups");
  const std::string domain = scope.empty() ? filter.exact("domain_id") : scope;
  deps.db.read([&](ReadTx& tx) {
    store::groups::each(tx, {domain, filter.exact("name"), list.marker()},
                        [&](const model::Group& group) {
                          if (!filter.accepts_text("domain_id", group.domain_id)) return true;
                          if (!filter.accepts_text("name", group.name)) return true;
                          if (!list.admit(group.id)) return false;
                          list.out().begin_object();
                          write_members(list.out(), request, group);
                          list.out().end_object();
                          return true;
                        });
  });
  return list.finish();
}

/// GET /v3/groups/{group_id}
Response show(IdentityDeps& deps, const Request& request) {
  const auto group = deps.db.read([&](ReadTx& tx) { return require_group(tx, request); });
  return answer(200, request, group);
}

/// PATCH /v3/groups/{group_id}
Response update(IdentityDeps& deps, const Request& request) {
  const auto group = deps.db.write([&](WriteTx& tx) {
    model::Group current = require_group(tx, request);
    const Input in(request, "group");
    in.require_any();
    in.require_id(current.id);
    const auto domain = in.optional_text("domain_id", kId);
    if (domain && *domain != current.domain_id)
      throw Error(ErrorKind::invalid, "Cannot change Domain ID");
    if (const auto name = in.optional_name("name")) current.name = *name;
    read_attributes(in, current);
    require_free_name(tx, current);
    store::groups::update(tx, current);
    return current;
  });
  record(request, "group changed", group.id);
  return answer(200, request, group);
}

/// DELETE /v3/groups/{group_id}
Response remove(IdentityDeps& deps, const Request& request) {
  deps.db.write([&](WriteTx& tx) { store::groups::erase(tx, require_group(tx, request).id); });
  record(request, "group removed", request.param("group_id"));
  return http::empty_response(204);
}

/// Both ends of a membership exist, and the caller may do with them what he asks for.
void require_both(ReadTx& tx, const Request& request) {
  const std::string& group_id = request.param("group_id");
  const std::string& user_id = request.param("user_id");
  const auto group = store::groups::find(tx, group_id);
  const auto user = store::users::find(tx, user_id);
  request.require(target_of(user, target_of(group, {{"user_id", user_id}})));
  if (!group) throw_not_found("group", group_id);
  if (!user) throw_not_found("user", user_id);
}

[[noreturn]] void throw_no_member(const Request& request) {
  throw Error(ErrorKind::not_found, "User '" + request.param("user_id") + "' not found in group '" +
                                        request.param("group_id") + "'");
}

/// PUT /v3/groups/{group_id}/users/{user_id}
Response add_member(IdentityDeps& deps, const Request& request) {
  deps.db.write([&](WriteTx& tx) {
    require_both(tx, request);
    store::groups::add_member(tx, request.param("group_id"), request.param("user_id"));
  });
  record(request, "user added to group " + request.param("group_id"), request.param("user_id"));
  return http::empty_response(204);
}

/// GET and HEAD /v3/groups/{group_id}/users/{user_id}
Response check_member(IdentityDeps& deps, const Request& request) {
  deps.db.read([&](ReadTx& tx) {
    require_both(tx, request);
    if (!store::groups::has_member(tx, request.param("group_id"), request.param("user_id")))
      throw_no_member(request);
  });
  return http::empty_response(204);
}

/// DELETE /v3/groups/{group_id}/users/{user_id}. His roles are looked up with each request, so
/// those that the group gave him end at once; his tokens may go on with the others.
Response remove_member(IdentityDeps& deps, const Request& request) {
  deps.db.write([&](WriteTx& tx) {
    require_both(tx, request);
    if (!store::groups::remove_member(tx, request.param("group_id"), request.param("user_id")))
      throw_no_member(request);
  });
  record(request, "user removed from group " + request.param("group_id"), request.param("user_id"));
  return http::empty_response(204);
}

}  // namespace

void add_group_routes(http::Router& r, IdentityDeps& deps) {
  const auto bind = http::binder(deps);
  r.get("/identity/v3/groups", "identity:list_groups", bind(list), http::Run::pool);
  r.post("/identity/v3/groups", "identity:create_group", bind(create));
  r.get("/identity/v3/groups/{group_id}", "identity:get_group", bind(show));
  r.patch("/identity/v3/groups/{group_id}", "identity:update_group", bind(update));
  r.del("/identity/v3/groups/{group_id}", "identity:delete_group", bind(remove));
  r.get("/identity/v3/groups/{group_id}/users", "identity:list_users_in_group",
        bind(list_users_in_group), http::Run::pool);
  r.put("/identity/v3/groups/{group_id}/users/{user_id}", "identity:add_user_to_group",
        bind(add_member));
  r.get("/identity/v3/groups/{group_id}/users/{user_id}", "identity:check_user_in_group",
        bind(check_member));
  r.del("/identity/v3/groups/{group_id}/users/{user_id}", "identity:remove_user_from_group",
        bind(remove_member));
}

}  // namespace virga::identity
