// SPDX-License-Identifier: Apache-2.0
#include "api/identity/src/user_lists.h"

#include "api/identity/src/list_filter.h"
#include "api/identity/src/project_tree.h"
#include "api/identity/src/user_filter.h"
#include "api/identity/src/views.h"
#include "db/store/groups.h"
#include "db/store/projects.h"
#include "db/store/users.h"

namespace virga::identity {

using http::Request;
using http::Response;
using store::ReadTx;

namespace {

/// Writes one resource as an item of a list.  @return false when the list is full
template <class Resource, class... More>
bool write_item(Listing& list, const Request& request, const Resource& resource,
                const More&... more) {
  if (!list.admit(resource.id)) return false;
  list.out().begin_object();
  write_members(list.out(), request, resource, more...);
  list.out().end_object();
  return true;
}

}  // namespace

Response list_users(IdentityDeps& deps, const Request& request) {
  request.require({{"target.domain_id", domain_scope(request)}});
  const UserFilter filter(request);
  Listing list(request, "users");
  deps.db.read([&](ReadTx& tx) {
    store::users::each(tx, filter.query(list.marker()), [&](const model::User& user) {
      return !filter.accepts(user) || write_item(list, request, user);
    });
  });
  return list.finish();
}

Response list_users_in_group(IdentityDeps& deps, const Request& request) {
  const std::string& id = request.param("group_id");
  Listing list(request, "users");
  deps.db.read([&](ReadTx& tx) {
    const auto group = store::groups::find(tx, id);
    request.require(target_of(group));
    if (!group) throw_not_found("group", id);
    const UserFilter filter(request);
    store::users::each_in_group(tx, id, list.marker(), [&](const model::User& user) {
      return !filter.accepts(user) || write_item(list, request, user);
    });
  });
  return list.finish();
}

Response list_groups_of_user(IdentityDeps& deps, const Request& request) {
  const std::string& id = request.param("user_id");
  const ListFilter filter(request, {"name"});
  Listing list(request, "groups");
  deps.db.read([&](ReadTx& tx) {
    const auto user = store::users::find(tx, id);
    request.require(target_of(user, {{"user_id", id}}));
    if (!user) throw_not_found("user", id);
    for (const model::Group& group : store::groups::list_of_user(tx, id)) {
      const std::string& scope = domain_scope(request);
      if (!scope.empty() && group.domain_id != scope) continue;
      if (!filter.accepts_text("name", group.name)) continue;
      list.out().begin_object();
      write_members(list.out(), request, group);
      list.out().member("membership_expires_at", nullptr);
      list.out().end_object();
    }
  });
  return list.finish();
}

Response list_projects_of_user(IdentityDeps& deps, const Request& request) {
  const std::string& id = request.param("user_id");
  const ListFilter filter(request, {"domain_id", "enabled", "name"});
  Listing list(request, "projects");
  deps.db.read([&](ReadTx& tx) {
    const auto user = store::users::find(tx, id);
    request.require(target_of(user, {{"user_id", id}}));
    for (const model::Project& project : store::projects::list_held(tx, id)) {
      if (!filter.accepts_text("domain_id", project.domain_id)) continue;
      if (!filter.accepts_text("name", project.name)) continue;
      if (!filter.accepts_flag("enabled", project.enabled)) continue;
      list.out().begin_object();
      write_members(list.out(), request, project, tags_of(tx, project));
      list.out().end_object();
    }
  });
  return list.finish();
}

}  // namespace virga::identity
