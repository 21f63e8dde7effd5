// SPDX-License-Identifier: Apache-2.0
// /os-quota-class-sets: limits under a name. Those of the class "default" hold for all projects.
#include <algorithm>

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

/// Server groups came to these documents with 2.50, when what the network has went away.
bool is_shown(const Request& request, const QuotaResource& resource) {
  if (resource.name.starts_with("server_group")) return at_least(request, 50);
  const int last = resource.last_minor == 35 ? 49 : resource.last_minor;
  return !at_least(request, last + 1);
}

/// The same resources may be set, and server groups always.
bool is_settable(const Request& request, const QuotaResource& resource) {
  return resource.name.starts_with("server_group") || is_shown(request, resource);
}

Response answer(const Request& request, const std::string& id, const Limits& limits) {
  json::object set;
  if (!id.empty()) set["id"] = id;
  for (const auto& resource : kQuotaResources)
    if (is_shown(request, resource)) set[resource.name] = limits.at(std::string(resource.name));
  return http::json_response(200, {{"quota_class_set", std::move(set)}});
}

Response show(ComputeDeps& deps, const Request& request) {
  const std::string& id = request.param("id");
  return answer(request, id, deps.db.read([&](ReadTx& tx) { return class_limits(tx, id); }));
}

Limits read_body(const Request& request, const json::value& body) {
  const Fields in = envelope(body, "quota_class_set");
  Limits limits;
  for (const auto& member : in.raw()) {
    const std::string key = member.key();
    const bool known = std::any_of(
        kQuotaResources.begin(), kQuotaResources.end(),
        [&](const QuotaResource& r) { return r.name == key && is_settable(request, r); });
    const bool networks = key == "networks" && !at_least(request, 50);
    if (!known && !networks)
      throw Error(ErrorKind::invalid,
                  "Invalid input for field/attribute quota_class_set. Additional properties are "
                  "not allowed ('" +
                      key.substr(0, 64) + "' was unexpected)");
    const std::int64_t limit = read_integer(key, member.value(), -1);
    if (known) limits[key] = limit;  // nothing has counted networks for long
  }
  return limits;
}

Response update(ComputeDeps& deps, const Request& request) {
  const std::string& id = request.param("id");
  if (id.size() > 255)
    throw Error(ErrorKind::invalid, "quota_class_name has more than 255 characters.");
  const json::value body = request.json();
  const Limits wanted = read_body(request, body);
  return answer(request, "", deps.db.write([&](WriteTx& tx) {
    for (const auto& [resource, limit] : wanted) store::quotas::set_class(tx, id, resource, limit);
    return class_limits(tx, id);
  }));
}

}  // namespace

void add_quota_class_routes(http::Router& r, ComputeDeps& deps) {
  const auto bind = http::binder(deps);
  const char* const path = "/compute/v2.1/os-quota-class-sets/{id}";
  r.get(path, "os_compute_api:os-quota-class-sets:show", bind(show));
  r.put(path, "os_compute_api:os-quota-class-sets:update", bind(update));
}

}  // namespace virga::compute
