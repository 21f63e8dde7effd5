// SPDX-License-Identifier: Apache-2.0
// Names of resource classes: the standard ones, and those that begin with CUSTOM_.
#include "db/store/resource_classes.h"

#include "api/placement/src/answers.h"
#include "api/placement/src/bodies.h"
#include "api/placement/src/queries.h"
#include "api/placement/src/routes.h"
#include "api/placement/src/standard_names.h"
#include "db/store/inventories.h"

namespace virga::placement {
namespace {

namespace classes = store::resource_classes;
using http::Request;
using http::Response;
using store::ReadTx;
using store::WriteTx;

constexpr http::ApiVersion kFirst{1, 2};
constexpr http::ApiVersion kLastRename{1, 6};
constexpr http::ApiVersion kEnsures{1, 7};

std::string path_of(const std::string& name) {
  return "/placement/resource_classes/" + name;
}

json::object view(const std::string& name) {
  return {{"name", name},
          {"links", json::array{json::object{{"rel", "self"}, {"href", path_of(name)}}}}};
}

std::string read_name(const Request& request) {
  const json::value body = body_of(request);
  const Fields in = object_of(body);
  in.only({"name"});
  const std::string name = in.string("name");
  if (!is_custom(name)) refuse_body("'" + name + "' does not match '^CUSTOM_[A-Z0-9_]+$'");
  return name;
}

[[noreturn]] void refuse_missing(const std::string& name) {
  throw Error(ErrorKind::not_found, "No such resource class " + name + ".");
}

Response list(PlacementDeps& deps, const Request& request) {
  json::array views;
  for (const auto name : standard_classes()) views.push_back(view(std::string(name)));
  for (const auto& name : deps.db.read([](ReadTx& tx) { return classes::list(tx); }))
    views.push_back(view(name));
  return document(request, {{"resource_classes", std::move(views)}}, deps.clock.now_us());
}

Response show(PlacementDeps& deps, const Request& request) {
  const std::string& name = request.param("name");
  if (!deps.db.read([&](ReadTx& tx) { return knows_class(tx, name); })) refuse_missing(name);
  return document(request, view(name), deps.clock.now_us());
}

Response create(PlacementDeps& deps, const Request& request) {
  const std::string name = read_name(request);
  const TimeUs now = deps.clock.now_us();
  if (!deps.db.write([&](WriteTx& tx) { return classes::insert(tx, name, now); }))
    throw Error(ErrorKind::conflict, "Conflicting resource class already exists: " + name);
  Response response = http::empty_response(201);
  response.headers.emplace_back("Location", request.base_url + path_of(name));
  return response;
}

/// Up to 1.6: gives a class another name.
Response rename(PlacementDeps& deps, const Request& request) {
  const std::string& name = request.param("name");
  const std::string wanted = read_name(request);
  deps.db.write([&](WriteTx& tx) {
    if (is_standard_class(name))
      throw Error(ErrorKind::invalid, "Cannot update standard resource class " + name);
    if (!classes::find(tx, name)) refuse_missing(name);
    if (store::inventories::any_of_class(tx, name))
      throw Error(ErrorKind::conflict, "Resource class " + name + " is in use in inventory.");
    if (!classes::rename(tx, name, wanted))
      throw Error(ErrorKind::conflict, "Resource class already exists: " + wanted);
  });
  return document(request, view(wanted), deps.clock.now_us());
}

/// From 1.7 on: makes sure that there is such a class.
Response ensure(PlacementDeps& deps, const Request& request) {
  const std::string& name = request.param("name");
  if (!is_custom(name)) refuse_body("'" + name + "' does not match '^CUSTOM_[A-Z0-9_]+$'");
  const TimeUs now = deps.clock.now_us();
  const bool made = deps.db.write([&](WriteTx& tx) { return classes::insert(tx, name, now); });
  Response response = http::empty_response(made ? 201 : 204);
  response.headers.emplace_back("Location", request.base_url + path_of(name));
  return response;
}

Response remove(PlacementDeps& deps, const Request& request) {
  const std::string& name = request.param("name");
  deps.db.write([&](WriteTx& tx) {
    if (is_standard_class(name))
      throw Error(
          ErrorKind::invalid,
          "Error in delete resource class: Cannot delete standard resource class " + name + ".");
    if (!classes::find(tx, name)) refuse_missing(name);
    if (store::inventories::any_of_class(tx, name))
      throw Error(ErrorKind::conflict,
                  "Error in delete resource class: Cannot delete resource class " + name +
                      ". Class is in use in inventory.");
    classes::erase(tx, name);
  });
  return http::empty_response(204);
}

}  // namespace

void add_resource_class_routes(http::Router& r, PlacementDeps& deps) {
  const std::string all = "/placement/resource_classes";
  const std::string one = all + "/{name}";
  const std::string policy = "placement:resource_classes:";
  const auto since = http::since(kFirst);
  r.get(all, policy + "list", handler(deps, list), since);
  r.post(all, policy + "create", handler(deps, create), since);
  r.get(one, policy + "show", handler(deps, show), since);
  r.put(one, policy + "update", handler(deps, rename), http::between(kFirst, kLastRename));
  r.put(one, policy + "update", handler(deps, ensure), http::since(kEnsures));
  r.del(one, policy + "delete", handler(deps, remove), since);
}

}  // namespace virga::placement
