// SPDX-License-Identifier: Apache-2.0
// Extra specs of flavors.
#include "api/compute/src/extra_spec_rules.h"
#include "api/compute/src/flavor_view.h"
#include "api/compute/src/routes.h"
#include "api/compute/src/schema.h"
#include "api/http/bind.h"
#include "common/error.h"
#include "db/store/flavors.h"

namespace virga::compute {
namespace {

using http::Request;
using http::Response;
using model::Flavor;
using store::ReadTx;
using store::WriteTx;

using Specs = std::vector<std::pair<std::string, std::string>>;

constexpr TextRule kValue{0, 255};

std::string read_value(std::string_view key, const json::value& value) {
  if (value.is_int64()) return std::to_string(value.get_int64());
  if (value.is_uint64()) return std::to_string(value.get_uint64());
  if (value.is_double()) return decimal(value.get_double());
  if (!value.is_string()) refuse_field(key, value, "is not of type 'string', 'number'");
  return read_text(key, value, kValue);
}

Specs read_specs(const Request& request, const json::object& in) {
  Specs specs;
  for (const auto& member : in) {
    const std::string key = member.key();
    if (!is_metadata_key(key))
      throw Error(ErrorKind::invalid, "Invalid input for field/attribute extra_specs. '" +
                                          key.substr(0, 64) +
                                          "' does not match any of the regexes: "
                                          "'^[a-zA-Z0-9-_:. ]{1,255}$'");
    specs.emplace_back(key, read_value(key, member.value()));
  }
  if (at_least(request, 86))
    for (const auto& [name, value] : specs) require_extra_spec(name, value);
  return specs;
}

Flavor wanted(ReadTx& tx, const Request& request) {
  return get_flavor(tx, request, request.param("id"));
}

[[noreturn]] void refuse_missing(const Flavor& flavor, const std::string& key) {
  throw Error(ErrorKind::not_found,
              "Flavor " + flavor.id + " has no extra specs with key " + key + ".");
}

void store_specs(ComputeDeps& deps, const Request& request, const Specs& specs) {
  deps.db.write([&](WriteTx& tx) {
    const Flavor flavor = wanted(tx, request);
    for (const auto& [name, value] : specs)
      store::flavors::set_extra_spec(tx, flavor.id, name, value);
  });
}

Response list(ComputeDeps& deps, const Request& request) {
  const Flavor flavor = deps.db.read([&](ReadTx& tx) { return wanted(tx, request); });
  json::object specs;
  for (const auto& [name, value] : flavor.extra_specs) specs[name] = value;
  return http::json_response(200, {{"extra_specs", std::move(specs)}});
}

Response show(ComputeDeps& deps, const Request& request) {
  const std::string& key = request.param("key");
  const Flavor flavor = deps.db.read([&](ReadTx& tx) { return wanted(tx, request); });
  const auto found = flavor.extra_specs.find(key);
  if (found == flavor.extra_specs.end()) refuse_missing(flavor, key);
  json::object view;
  view[key] = found->second;
  return http::object_response(200, view);
}

/// What was sent is sent back.
Response create(ComputeDeps& deps, const Request& request) {
  const json::value body = request.json();
  const Fields in = envelope(body, "extra_specs");
  store_specs(deps, request, read_specs(request, in.raw()));
  return http::json_response(200, body);
}

Response update(ComputeDeps& deps, const Request& request) {
  const json::value body = request.json();
  if (!body.is_object()) throw Error(ErrorKind::invalid, "The request body must be a JSON object.");
  const json::object& in = body.get_object();
  if (in.empty()) throw Error(ErrorKind::invalid, "{} does not have enough properties");
  if (in.size() > 1) throw Error(ErrorKind::invalid, "The body has too many properties");
  const Specs specs = read_specs(request, in);
  if (specs.front().first != request.param("key"))
    throw Error(ErrorKind::invalid, "Request body and URI mismatch");
  store_specs(deps, request, specs);
  return http::json_response(200, body);
}

Response remove(ComputeDeps& deps, const Request& request) {
  const std::string& key = request.param("key");
  deps.db.write([&](WriteTx& tx) {
    const Flavor flavor = wanted(tx, request);
    if (!store::flavors::erase_extra_spec(tx, flavor.id, key)) refuse_missing(flavor, key);
  });
  return http::empty_response(200);
}

}  // namespace

void add_flavor_extra_spec_routes(http::Router& r, ComputeDeps& deps) {
  const auto bind = http::binder(deps);
  const std::string path = "/compute/v2.1/flavors/{id}/os-extra_specs";
  const std::string one = path + "/{key}";
  r.get(path, "os_compute_api:os-flavor-extra-specs:index", bind(list));
  r.post(path, "os_compute_api:os-flavor-extra-specs:create", bind(create));
  r.get(one, "os_compute_api:os-flavor-extra-specs:show", bind(show));
  r.put(one, "os_compute_api:os-flavor-extra-specs:update", bind(update));
  r.del(one, "os_compute_api:os-flavor-extra-specs:delete", bind(remove));
}

}  // namespace virga::compute
