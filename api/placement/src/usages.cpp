// SPDX-License-Identifier: Apache-2.0
// What is used: of a provider, and by the consumers of a project.
#include "api/placement/src/answers.h"
#include "api/placement/src/bodies.h"
#include "api/placement/src/provider_filter.h"
#include "api/placement/src/routes.h"
#include "db/store/allocations.h"
#include "db/store/inventories.h"

namespace virga::placement {
namespace {

using http::Request;
using http::Response;
using store::ReadTx;
using Usages = std::map<std::string, store::allocations::TypeUsage>;

constexpr http::ApiVersion kTotals{1, 9};
constexpr http::ApiVersion kTypes{1, 38};
constexpr const char* kUnknown = "unknown";
constexpr const char* kAll = "all";

Response of_provider(PlacementDeps& deps, const Request& request) {
  return deps.db.read([&](ReadTx& tx) {
    const auto provider = get_provider(tx, request.param("uuid"));
    json::object usages;
    for (const auto& [name, inventory] : store::inventories::of_provider(tx, provider.id))
      usages[name] = inventory.used;
    return document(
        request,
        {{"resource_provider_generation", provider.generation}, {"usages", std::move(usages)}},
        deps.clock.now_us());
  });
}

store::allocations::TypeUsage summed(const Usages& usages) {
  store::allocations::TypeUsage sum;
  for (const auto& [type, usage] : usages) {
    sum.consumers += usage.consumers;
    for (const auto& [name, amount] : usage.used) sum.used[name] += amount;
  }
  return sum;
}

json::object view(const store::allocations::TypeUsage& usage) {
  json::object v;
  for (const auto& [name, amount] : usage.used) v[name] = amount;
  return v;
}

json::object view_by_type(const Usages& usages, const std::optional<std::string>& wanted) {
  json::object views;
  const auto add = [&](const std::string& type, const store::allocations::TypeUsage& usage) {
    if (usage.consumers == 0) return;
    json::object v = view(usage);
    v["consumer_count"] = usage.consumers;
    views[type] = std::move(v);
  };
  if (wanted == kAll) {
    add(kAll, summed(usages));
    return views;
  }
  for (const auto& [type, usage] : usages) {
    const std::string name = type.empty() ? kUnknown : type;
    if (!wanted || *wanted == name) add(name, usage);
  }
  return views;
}

std::string text_parameter(const Request& request, const char* name) {
  const auto value = last_parameter(request, name);
  if (value && (value->empty() || value->size() > 255))
    refuse_query(std::string(name) + " must have 1 to 255 characters");
  return value.value_or("");
}

Response of_project(PlacementDeps& deps, const Request& request) {
  request.require({{"project_id", last_parameter(request, "project_id").value_or("")}});
  const bool types = request.version >= kTypes;
  if (types)
    only_parameters(request, {"project_id", "user_id", "consumer_type"});
  else
    only_parameters(request, {"project_id", "user_id"});
  const std::string project = text_parameter(request, "project_id");
  const std::string user = text_parameter(request, "user_id");
  if (project.empty()) refuse_query("'project_id' is a required property");
  const auto type = last_parameter(request, "consumer_type");
  if (type && *type != kUnknown && !type->starts_with(kAll) && !is_symbol(*type))
    refuse_query("'" + type->substr(0, 80) + "' does not match '^[A-Z0-9_]+$|^all|^unknown$'");
  const Usages usages =
      deps.db.read([&](ReadTx& tx) { return store::allocations::of_project(tx, project, user); });
  return document(request, {{"usages", types ? view_by_type(usages, type) : view(summed(usages))}},
                  deps.clock.now_us());
}

}  // namespace

void add_usage_routes(http::Router& r, PlacementDeps& deps) {
  r.get("/placement/resource_providers/{uuid}/usages", "placement:resource_providers:usages",
        handler(deps, of_provider));
  r.get("/placement/usages", "placement:usages", handler(deps, of_project), http::since(kTotals));
}

}  // namespace virga::placement
