// SPDX-License-Identifier: Apache-2.0
#include "db/store/flavors.h"
#include "api/compute/src/routes.h"
#include "api/http/bind.h"
#include "common/json.h"
#include "common/random.h"

namespace virga::compute {
namespace {

using http::Request;
using http::Response;
using store::ReadTx;
using store::WriteTx;

constexpr std::int64_t kMaxInt = 2'147'483'647;

json::array links(const Request& request, const std::string& id) {
  return json::array{
      json::object{{"rel", "self"}, {"href", compute_url(request) + "/flavors/" + id}},
      json::object{{"rel", "bookmark"}, {"href", request.base_url + "/compute/flavors/" + id}}};
}

json::object view(const Request& request, const model::Flavor& f) {
  json::object flavor;
  flavor["id"] = f.id;
  flavor["name"] = f.name;
  flavor["ram"] = f.memory_mib;
  flavor["disk"] = f.disk_gib;
  if (f.swap_mib == 0)
    flavor["swap"] = "";
  else
    flavor["swap"] = f.swap_mib;
  flavor["OS-FLV-EXT-DATA:ephemeral"] = f.ephemeral_gib;
  flavor["OS-FLV-DISABLED:disabled"] = false;
  flavor["vcpus"] = f.vcpus;
  flavor["os-flavor-access:is_public"] = f.is_public;
  flavor["rxtx_factor"] = 1.0;
  flavor["links"] = links(request, f.id);
  return flavor;
}

/// Flavors that the caller may see: private ones are shown to administrators only.
std::vector<model::Flavor> visible(ComputeDeps& deps, const Request& request) {
  auto flavors = deps.db.read([](ReadTx& tx) { return store::flavors::list(tx); });
  if (!request.who().is_admin())
    std::erase_if(flavors, [](const model::Flavor& f) { return !f.is_public; });
  return flavors;
}

model::Flavor get_visible(ComputeDeps& deps, const Request& request) {
  const std::string& id = request.param("id");
  auto flavor = deps.db.read([&](ReadTx& tx) { return store::flavors::find(tx, id); });
  if (!flavor || (!flavor->is_public && !request.who().is_admin()))
    throw Error(ErrorKind::not_found, "Flavor " + id + " could not be found.");
  return *flavor;
}

Response list(ComputeDeps& deps, const Request& request) {
  json::array views;
  for (const auto& f : visible(deps, request))
    views.push_back(json::object{{"id", f.id}, {"name", f.name}, {"links", links(request, f.id)}});
  return http::json_response(200, {{"flavors", std::move(views)}});
}

Response detail(ComputeDeps& deps, const Request& request) {
  json::array views;
  for (const auto& f : visible(deps, request)) views.push_back(view(request, f));
  return http::json_response(200, {{"flavors", std::move(views)}});
}

Response show(ComputeDeps& deps, const Request& request) {
  return http::json_response(200, {{"flavor", view(request, get_visible(deps, request))}});
}

/// No flavor has extra specs yet: the API to set them is not there.
Response extra_specs(ComputeDeps& deps, const Request& request) {
  get_visible(deps, request);
  return http::json_response(200, {{"extra_specs", json::object{}}});
}

Response create(ComputeDeps& deps, const Request& request) {
  const json::value body = request.json();
  const Fields in = envelope(body, "flavor");
  in.only({"name", "id", "ram", "vcpus", "disk", "swap", "OS-FLV-EXT-DATA:ephemeral", "rxtx_factor",
           "os-flavor-access:is_public"});
  model::Flavor f;
  f.name = in.string("name");
  f.id = in.optional_string("id", {1, 255}).value_or("");
  if (f.id.empty() || f.id == "auto") f.id = new_uuid();
  f.memory_mib = in.integer("ram", 1, kMaxInt);
  f.vcpus = in.integer("vcpus", 1, kMaxInt);
  f.disk_gib = in.integer("disk", 0, kMaxInt);
  const bool no_swap = in.has("swap") && in.raw().at("swap") == "";
  f.swap_mib = no_swap ? 0 : in.optional_integer("swap", 0, kMaxInt).value_or(0);
  f.ephemeral_gib = in.optional_integer("OS-FLV-EXT-DATA:ephemeral", 0, kMaxInt).value_or(0);
  f.is_public = in.boolean("os-flavor-access:is_public", true);
  f.created_us = deps.clock.now_us();
  deps.db.write([&](WriteTx& tx) { store::flavors::insert(tx, f); });
  return http::json_response(200, {{"flavor", view(request, f)}});
}

Response remove(ComputeDeps& deps, const Request& request) {
  const std::string& id = request.param("id");
  if (!deps.db.write([&](WriteTx& tx) { return store::flavors::erase(tx, id); }))
    throw Error(ErrorKind::not_found, "Flavor " + id + " could not be found.");
  return http::empty_response(202);
}

}  // namespace

void add_flavor_routes(http::Router& r, ComputeDeps& deps) {
  const auto bind = http::binder(deps);
  r.get("/compute/v2.1/flavors", "os_compute_api:servers:index", bind(list));
  r.get("/compute/v2.1/flavors/detail", "os_compute_api:servers:index", bind(detail));
  r.get("/compute/v2.1/flavors/{id}", "os_compute_api:servers:index", bind(show));
  r.get("/compute/v2.1/flavors/{id}/os-extra_specs", "os_compute_api:os-flavor-extra-specs:index",
        bind(extra_specs));
  r.post("/compute/v2.1/flavors", "os_compute_api:os-flavor-manage:create", bind(create));
  r.del("/compute/v2.1/flavors/{id}", "os_compute_api:os-flavor-manage:delete", bind(remove));
}

}  // namespace virga::compute
