// SPDX-License-Identifier: Apache-2.0
// Resource providers and their trees.
#include "db/store/resource_providers.h"

#include <algorithm>

#include "api/placement/src/answers.h"
#include "api/placement/src/bodies.h"
#include "api/placement/src/provider_filter.h"
#include "api/placement/src/routes.h"
#include "common/random.h"
#include "db/store/hosts.h"

namespace virga::placement {
namespace {

namespace providers = store::resource_providers;
using http::Request;
using http::Response;
using model::ResourceProvider;
using store::ReadTx;
using store::WriteTx;

constexpr http::ApiVersion kShowsAggregates{1, 1};
constexpr http::ApiVersion kShowsTraits{1, 6};
constexpr http::ApiVersion kShowsAllocations{1, 11};
constexpr http::ApiVersion kTrees{1, 14};
constexpr http::ApiVersion kShowsCreated{1, 20};
constexpr http::ApiVersion kReparents{1, 37};

std::string path_of(const std::string& id) {
  return "/placement/resource_providers/" + id;
}

json::object view(const Request& request, const ResourceProvider& p) {
  const std::string path = path_of(p.id);
  json::array links{json::object{{"rel", "self"}, {"href", path}}};
  const auto add = [&](const char* rel, http::ApiVersion since) {
    if (request.version >= since)
      links.push_back(json::object{{"rel", rel}, {"href", path + "/" + rel}});
  };
  add("inventories", {1, 0});
  add("usages", {1, 0});
  add("aggregates", kShowsAggregates);
  add("traits", kShowsTraits);
  add("allocations", kShowsAllocations);
  json::object v{
      {"uuid", p.id}, {"name", p.name}, {"generation", p.generation}, {"links", std::move(links)}};
  if (request.version >= kTrees) {
    v["parent_provider_uuid"] =
        p.parent_id.empty() ? json::value(nullptr) : json::value(p.parent_id);
    v["root_provider_uuid"] = p.root_id;
  }
  return v;
}

Response list(PlacementDeps& deps, const Request& request) {
  const auto found = deps.db.read([&](ReadTx& tx) {
    const ProviderFilter filter = read_filter(tx, request);
    return filtered(providers::list_whole(tx), filter);
  });
  json::array views;
  TimeUs changed = 0;
  for (const auto& p : found) {
    changed = std::max(changed, p.updated_us);
    views.push_back(view(request, p));
  }
  return document(request, {{"resource_providers", std::move(views)}},
                  changed == 0 ? deps.clock.now_us() : changed);
}

Response show(PlacementDeps& deps, const Request& request) {
  const auto p = deps.db.read([&](ReadTx& tx) { return get_provider(tx, request.param("uuid")); });
  return document(request, view(request, p), p.updated_us);
}

/// The members of a body that say what a provider is to be.
struct Wanted {
  std::string name;
  std::string id;           ///< of a new one; empty: any
  bool has_parent = false;  ///< the body says one
  std::string parent_id;    ///< empty: none
};

Wanted read_body(const Request& request, bool is_new) {
  const json::value body = body_of(request);
  const Fields in = object_of(body);
  const bool trees = request.version >= kTrees;
  if (is_new && trees)
    in.only({"name", "uuid", "parent_provider_uuid"});
  else if (is_new)
    in.only({"name", "uuid"});
  else if (trees)
    in.only({"name", "parent_provider_uuid"});
  else
    in.only({"name"});
  Wanted w;
  w.name = in.string("name", {0, 200});
  if (in.has("uuid")) w.id = uuid_member(in, "uuid");
  w.has_parent = in.has("parent_provider_uuid");
  if (in.present("parent_provider_uuid")) w.parent_id = uuid_member(in, "parent_provider_uuid");
  return w;
}

[[noreturn]] void refuse_create(const ResourceProvider& p, const std::string& why) {
  throw Error(ErrorKind::invalid, "Unable to create resource provider \"" + p.name + "\", " + p.id +
                                      ": Object action create failed because: " + why);
}

void insert(WriteTx& tx, ResourceProvider& p) {
  if (p.name.empty()) refuse_create(p, "name is required");
  if (p.parent_id == p.id)
    refuse_create(p,
                  "parent provider UUID cannot be same as UUID. Please set parent provider UUID to "
                  "None if there is no parent.");
  p.root_id = p.id;
  if (!p.parent_id.empty()) {
    const auto parent = providers::find(tx, p.parent_id);
    if (!parent) refuse_create(p, "parent provider UUID does not exist.");
    p.root_id = parent->root_id;
  }
  const bool twin = providers::find(tx, p.id).has_value();
  if (twin || providers::find_named(tx, p.name))
    throw Refusal(ErrorKind::conflict,
                  "Conflicting resource provider " + (twin ? "uuid: " + p.id : "name: " + p.name) +
                      " already exists.",
                  kDuplicateName);
  providers::insert(tx, p);
}

Response create(PlacementDeps& deps, const Request& request) {
  const Wanted wanted = read_body(request, true);
  const TimeUs now = deps.clock.now_us();
  ResourceProvider p;
  p.id = wanted.id.empty() ? new_uuid() : wanted.id;
  p.name = wanted.name;
  p.parent_id = wanted.parent_id;
  p.created_us = p.updated_us = now;
  deps.db.write([&](WriteTx& tx) { insert(tx, p); });
  Response response = request.version >= kShowsCreated ? document(request, view(request, p), now)
                                                       : http::empty_response(201);
  response.headers.emplace_back("Location", request.base_url + path_of(p.id));
  return response;
}

[[noreturn]] void refuse_update(const std::string& id, const char* action, const std::string& why) {
  throw Error(ErrorKind::invalid, "Unable to save resource provider " + id + ": Object action " +
                                      action + " failed because: " + why);
}

/// Moves a provider with all below it under another one, or makes it a root.
void set_parent(WriteTx& tx, const Request& request, ResourceProvider& p,
                const std::string& parent_id, TimeUs now) {
  const bool may_move = request.version >= kReparents;
  if (parent_id.empty() && p.parent_id.empty()) return;
  if (parent_id.empty() && !may_move)
    refuse_update(p.id, "update", "un-parenting a provider is not currently allowed.");
  std::string root = p.id;
  auto subtree = providers::list_subtree(tx, p.id);
  if (!parent_id.empty()) {
    const auto parent = providers::find(tx, parent_id);
    if (!parent) refuse_update(p.id, "create", "parent provider UUID does not exist.");
    if (!p.parent_id.empty() && p.parent_id != parent_id && !may_move)
      refuse_update(p.id, "update", "re-parenting a provider is not currently allowed.");
    if (std::any_of(subtree.begin(), subtree.end(),
                    [&](const ResourceProvider& below) { return below.id == parent_id; }))
      refuse_update(p.id, "update", "creating loop in the provider tree is not allowed.");
    root = parent->root_id;
  }
  p.parent_id = parent_id;
  p.root_id = root;
  for (auto& below : subtree) {
    if (below.id == p.id || below.root_id == root) continue;
    below.root_id = root;
    providers::update(tx, below, now);
  }
}

Response update(PlacementDeps& deps, const Request& request) {
  const Wanted wanted = read_body(request, false);
  const TimeUs now = deps.clock.now_us();
  const auto changed = deps.db.write([&](WriteTx& tx) {
    ResourceProvider p = get_provider(tx, request.param("uuid"));
    const auto twin = providers::find_named(tx, wanted.name);
    if (twin && twin->id != p.id)
      throw Refusal(ErrorKind::conflict,
                    "Conflicting resource provider " + wanted.name + " already exists.",
                    kDuplicateName);
    p.name = wanted.name;
    if (wanted.has_parent) set_parent(tx, request, p, wanted.parent_id, now);
    providers::update(tx, p, now);
    p.updated_us = now;
    return p;
  });
  return document(request, view(request, changed), now);
}

Response remove(PlacementDeps& deps, const Request& request) {
  const std::string& id = request.param("uuid");
  deps.db.write([&](WriteTx& tx) {
    if (!providers::find(tx, id))
      throw Error(ErrorKind::not_found,
                  "No resource provider with uuid " + id + " found for delete");
    if (providers::has_children(tx, id))
      throw Refusal(
          ErrorKind::conflict,
          "Unable to delete parent resource provider " + id + ": It has child resource providers.",
          kCannotDeleteParent);
    const std::string in_use = "Unable to delete resource provider " + id + ": ";
    if (providers::has_allocations(tx, id))
      throw Refusal(ErrorKind::conflict, in_use + "Resource provider has allocations.",
                    kProviderInUse);
    if (store::hosts::find(tx, id))
      throw Refusal(ErrorKind::conflict,
                    in_use + "It is a host. Delete its service by the Compute API.",
                    kProviderInUse);
    providers::erase(tx, id);
  });
  return http::empty_response(204);
}

}  // namespace

void add_resource_provider_routes(http::Router& r, PlacementDeps& deps) {
  const std::string all = "/placement/resource_providers";
  const std::string one = all + "/{uuid}";
  r.get(all, "placement:resource_providers:list", handler(deps, list));
  r.post(all, "placement:resource_providers:create", handler(deps, create));
  r.get(one, "placement:resource_providers:show", handler(deps, show));
  r.put(one, "placement:resource_providers:update", handler(deps, update));
  r.del(one, "placement:resource_providers:delete", handler(deps, remove));
}

}  // namespace virga::placement
