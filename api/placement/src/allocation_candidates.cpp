// SPDX-License-Identifier: Apache-2.0
// The list of allocation candidates and how each version shows it.
#include "api/placement/src/answers.h"
#include "api/placement/src/candidate_query.h"
#include "api/placement/src/routes.h"
#include "db/store/resource_providers.h"

namespace virga::placement {
namespace {

using http::Request;
using http::Response;
using store::ReadTx;

constexpr http::ApiVersion kFirst{1, 10};
constexpr http::ApiVersion kObjects{1, 12};
constexpr http::ApiVersion kTraits{1, 17};
constexpr http::ApiVersion kAllResources{1, 27};
constexpr http::ApiVersion kTrees{1, 29};
constexpr http::ApiVersion kMappings{1, 34};

json::object view(const model::Resources& resources) {
  json::object v;
  for (const auto& [name, amount] : resources) v[name] = amount;
  return v;
}

json::object view(const Request& request, const Candidate& candidate) {
  if (request.version < kObjects) {
    json::array list;
    for (const auto& [id, resources] : candidate.allocations)
      list.push_back(json::object{{"resource_provider", json::object{{"uuid", id}}},
                                  {"resources", view(resources)}});
    return {{"allocations", std::move(list)}};
  }
  json::object allocations;
  for (const auto& [id, resources] : candidate.allocations)
    allocations[id] = json::object{{"resources", view(resources)}};
  json::object v{{"allocations", std::move(allocations)}};
  if (request.version < kMappings) return v;
  json::object mappings;
  for (const auto& [suffix, ids] : candidate.mappings) {
    json::array list;
    for (const auto& id : ids) list.emplace_back(id);
    mappings[suffix] = std::move(list);
  }
  v["mappings"] = std::move(mappings);
  return v;
}

json::object summary(const Request& request, const std::set<std::string>& asked,
                     const model::WholeProvider& p) {
  json::object resources;
  for (const auto& [name, inventory] : p.inventories)
    if (request.version >= kAllResources || asked.contains(name))
      resources[name] = json::object{{"capacity", inventory.capacity()}, {"used", inventory.used}};
  json::object v{{"resources", std::move(resources)}};
  if (request.version >= kTraits) {
    json::array traits;
    for (const auto& name : p.traits) traits.emplace_back(name);
    v["traits"] = std::move(traits);
  }
  if (request.version >= kTrees) {
    const auto& parent = p.provider.parent_id;
    v["parent_provider_uuid"] = parent.empty() ? json::value(nullptr) : json::value(parent);
    v["root_provider_uuid"] = p.provider.root_id;
  }
  return v;
}

Response list(PlacementDeps& deps, const Request& request) {
  const CandidateRequest wanted = read_candidate_request(request);
  const auto all = deps.db.read([&](ReadTx& tx) {
    require_known_names(tx, wanted);
    return store::resource_providers::list_whole(tx);
  });
  const Landscape landscape(all);
  const Candidates found = find_candidates(landscape, wanted);
  std::set<std::string> asked;
  for (const auto& [suffix, group] : wanted.groups)
    for (const auto& [name, amount] : group.resources) asked.insert(name);
  json::array candidates;
  for (const auto& candidate : found.candidates) candidates.push_back(view(request, candidate));
  json::object summaries;
  for (const auto* p : found.providers) summaries[p->provider.id] = summary(request, asked, *p);
  return document(request,
                  {{"allocation_requests", std::move(candidates)},
                   {"provider_summaries", std::move(summaries)}},
                  deps.clock.now_us());
}

}  // namespace

void add_allocation_candidate_routes(http::Router& r, PlacementDeps& deps) {
  r.add("GET", "/placement/allocation_candidates",
        {"placement:allocation_candidates:list",
         http::Run::pool,
         handler(deps, list),
         {},
         {},
         http::since(kFirst)});
}

}  // namespace virga::placement
