// SPDX-License-Identifier: Apache-2.0
// /os-quota-sets: limits of projects and their users.
#include <algorithm>

#include "api/compute/src/projects.h"
#include "api/compute/src/quotas.h"
#include "api/compute/src/routes.h"
#include "api/compute/src/schema.h"
#include "api/http/bind.h"
#include "common/error.h"

namespace virga::compute {
namespace {

using http::Request;
using http::Response;
using store::ReadTx;
using store::WriteTx;

bool is_shown(const Request& request, const QuotaResource& resource) {
  return !at_least(request, resource.last_minor + 1);
}

/// The project {id}, about which the caller must be allowed to ask.
const std::string& wanted_project(const Request& request) {
  const std::string& id = request.param("id");
  request.require({{"project_id", id}});
  return id;
}

std::string wanted_user(const Request& request) {
  require_parameters(request, {"user_id"});
  return request.parameter("user_id").value_or("");
}

/// {"quota_set": {...}} with what `value_of` has for each resource of the microversion.
template <class ValueOf>
Response answer(const Request& request, const std::string& id, ValueOf value_of) {
  json::object set;
  if (!id.empty()) set["id"] = id;
  for (const auto& resource : kQuotaResources)
    if (is_shown(request, resource)) set[resource.name] = value_of(std::string(resource.name));
  return http::json_response(200, {{"quota_set", std::move(set)}});
}

Response limits_answer(const Request& request, const std::string& id, const Limits& limits) {
  return answer(request, id, [&](const std::string& name) { return limits.at(name); });
}

Response show(ComputeDeps& deps, const Request& request) {
  const std::string& id = wanted_project(request);
  const std::string user = wanted_user(request);
  return limits_answer(request, id, deps.db.read([&](ReadTx& tx) {
    require_project(tx, request, id);
    return limits_of(tx, id, user);
  }));
}

Response defaults(ComputeDeps& deps, const Request& request) {
  const std::string& id = wanted_project(request);
  return limits_answer(request, id, deps.db.read([&](ReadTx& tx) {
    require_project(tx, request, id);
    return default_limits(tx);
  }));
}

Response detail(ComputeDeps& deps, const Request& request) {
  const std::string& id = wanted_project(request);
  const std::string user = wanted_user(request);
  return deps.db.read([&](ReadTx& tx) {
    require_project(tx, request, id);
    const Limits limits = limits_of(tx, id, user);
    const Limits used = usage_of(tx, id, user);
    return answer(request, id, [&](const std::string& name) {
      return json::object{{"in_use", used.at(name)}, {"limit", limits.at(name)}, {"reserved", 0}};
    });
  });
}

/// The checked body of an update.
struct Wanted {
  Limits limits;
  bool force = false;
};

Wanted read_body(const Request& request, const json::value& body) {
  const Fields in = envelope(body, "quota_set");
  Wanted wanted;
  for (const auto& member : in.raw()) {
    const std::string key = member.key();
    if (key == "force") {
      wanted.force = boolean_or(in, key, false);
      continue;
    }
    const auto* const known =
        std::find_if(kQuotaResources.begin(), kQuotaResources.end(),
                     [&](const QuotaResource& r) { return r.name == key && is_shown(request, r); });
    const bool networks = key == "networks" && !at_least(request, 36);
    if (known == kQuotaResources.end() && !networks)
      throw Error(ErrorKind::invalid,
                  "Invalid input for field/attribute quota_set. Additional properties are not "
                  "allowed ('" +
                      key.substr(0, 64) + "' was unexpected)");
    wanted.limits[key] = read_integer(key, member.value(), -1);
  }
  if (wanted.limits.contains("networks"))
    throw Error(ErrorKind::invalid, "The networks quota has been removed");
  return wanted;
}

bool is_above(std::int64_t limit, std::int64_t other) {
  return other >= 0 && (limit < 0 || limit > other);
}

/// What limits may lie between. -1 stands for "no end".
struct Bounds {
  std::int64_t least = 0;
  std::int64_t most = -1;
};

/// Below a project's limit stand those of its users, which must fit into it.
Bounds bounds_of(const Limits& project, const Limits& given, const Limits& used, const Limits& own,
                 const std::string& user, const std::string& resource) {
  const auto value = [&](const Limits& in) {
    const auto it = in.find(resource);
    return it == in.end() ? 0 : it->second;
  };
  const std::int64_t limit = project.at(resource);
  const std::int64_t remains = limit - value(given);
  if (user.empty()) {
    const bool unlimited = limit < 0 || remains < 0;
    return {std::max(unlimited ? -1 : limit - remains, used.at(resource)), -1};
  }
  const bool unlimited = remains < 0 || value(own) < 0;
  return {used.at(resource), unlimited ? -1 : remains + value(own)};
}

void require_bounds(const std::string& resource, std::int64_t limit, const Bounds& bounds) {
  if (is_above(bounds.least, limit))
    throw Error(ErrorKind::invalid, "Quota limit " + std::to_string(limit) + " for " + resource +
                                        " must be greater than or equal to already used and "
                                        "reserved " +
                                        std::to_string(bounds.least) + ".");
  if (is_above(limit, bounds.most))
    throw Error(ErrorKind::invalid, "Quota limit " + std::to_string(limit) + " for " + resource +
                                        " must be less than or equal to " +
                                        std::to_string(bounds.most) + ".");
}

void require_possible(ReadTx& tx, const std::string& id, const std::string& user,
                      const Limits& wanted) {
  const Limits project = limits_of(tx, id);
  const Limits given = store::quotas::sum_of_users(tx, id);
  const Limits used = usage_of(tx, id, user);
  const Limits own = user.empty() ? Limits{} : store::quotas::list(tx, id, user);
  for (const auto& [resource, limit] : wanted)
    require_bounds(resource, limit, bounds_of(project, given, used, own, user, resource));
}

bool is_of_project_only(const std::string& name) {
  return std::any_of(kQuotaResources.begin(), kQuotaResources.end(),
                     [&](const QuotaResource& r) { return r.name == name && r.of_project_only; });
}

/// All of the limits or none.
Response update(ComputeDeps& deps, const Request& request) {
  const std::string& id = wanted_project(request);
  const std::string user = wanted_user(request);
  const json::value body = request.json();
  const Wanted wanted = read_body(request, body);
  return limits_answer(request, "", deps.db.write([&](WriteTx& tx) {
    require_project(tx, request, id);
    if (!wanted.force) require_possible(tx, id, user, wanted.limits);
    for (const auto& [resource, limit] : wanted.limits)
      store::quotas::set(tx, id, is_of_project_only(resource) ? "" : user, resource, limit);
    return limits_of(tx, id, user);
  }));
}

Response remove(ComputeDeps& deps, const Request& request) {
  const std::string& id = wanted_project(request);
  const std::string user = wanted_user(request);
  deps.db.write([&](WriteTx& tx) { store::quotas::erase(tx, id, user); });
  return http::empty_response(202);
}

}  // namespace

void add_quota_set_routes(http::Router& r, ComputeDeps& deps) {
  const auto bind = http::binder(deps);
  const std::string path = "/compute/v2.1/os-quota-sets/{id}";
  r.get(path, "os_compute_api:os-quota-sets:show", bind(show));
  r.get(path + "/detail", "os_compute_api:os-quota-sets:detail", bind(detail));
  r.get(path + "/defaults", "os_compute_api:os-quota-sets:defaults", bind(defaults));
  r.put(path, "os_compute_api:os-quota-sets:update", bind(update));
  r.del(path, "os_compute_api:os-quota-sets:delete", bind(remove));
}

}  // namespace virga::compute
