// SPDX-License-Identifier: Apache-2.0
// POST /v2/images/{id}/import: records a task that the import controller works on.
#include <algorithm>
#include <boost/json/serialize.hpp>

#include "api/http/bind.h"
#include "api/image/src/image_access.h"
#include "api/image/src/image_import.h"
#include "api/image/src/routes.h"
#include "common/error.h"
#include "common/json.h"
#include "common/random.h"
#include "db/store/image_tasks.h"
#include "db/store/images.h"

namespace virga::image {
namespace {

using http::Request;
using http::Response;
using model::ImageStatus;
using store::WriteTx;

constexpr TimeUs kDeadline = 24LL * 3600 * kSecondUs;

[[noreturn]] void invalid(const std::string& message) {
  throw Error(ErrorKind::invalid, message);
}
[[noreturn]] void conflict(const std::string& message) {
  throw Error(ErrorKind::conflict, message);
}

/// A validated body.
struct ImportRequest {
  json::object body;
  std::string method;
  std::string uri;
  bool all_stores = false;
  bool must_succeed = true;
  std::vector<std::string> stores;  ///< as asked for
};

bool flag(const json::object& body, std::string_view key, bool fallback) {
  const auto* value = body.if_contains(key);
  if (value == nullptr) return fallback;
  if (!value->is_bool()) invalid("'" + std::string(key) + "' must be boolean value only");
  return value->get_bool();
}

std::string text(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : "";
}

void read_stores(ImportRequest& wanted) {
  const auto* stores = wanted.body.if_contains("stores");
  if (stores == nullptr) return;
  if (wanted.all_stores)
    invalid(
        "All_stores parameter can't be used with x-image-meta-store "
        "header or stores parameter");
  if (!stores->is_array()) invalid("'stores' must be a list.");
  for (const auto& store : stores->get_array()) {
    if (!store.is_string()) invalid("'stores' must be a list of names.");
    wanted.stores.emplace_back(store.get_string());
  }
}

void check_remote(const json::object& method) {
  for (const char* key : {"glance_region", "glance_image_id"})
    if (!method.contains(key))
      invalid("'" + std::string(key) + "' needs to be set for glance-download import method");
  const std::string id = text(method, "glance_image_id");
  if (!is_uuid_like(id)) invalid("Remote image id does not look like a UUID: " + id);
}

ImportRequest read_request(const ImageDeps& deps, const Request& request) {
  if (request.body.empty()) invalid("Body expected in request.");
  const json::value body = request.json();
  if (!body.is_object()) invalid("Import request requires a 'method' field.");
  ImportRequest wanted;
  wanted.body = body.get_object();
  const auto* method = wanted.body.if_contains("method");
  if (method == nullptr || !method->is_object())
    invalid("Import request requires a 'method' field.");
  if (!method->get_object().contains("name")) invalid("Import request requires a 'name' field.");
  wanted.method = text(method->get_object(), "name");
  const auto& known = deps.settings.import_methods;
  if (std::find(known.begin(), known.end(), wanted.method) == known.end())
    invalid("Unknown import method name '" + wanted.method + "'.");
  wanted.must_succeed = flag(wanted.body, "all_stores_must_succeed", true);
  wanted.all_stores = flag(wanted.body, "all_stores", false);
  wanted.uri = text(method->get_object(), "uri");
  read_stores(wanted);
  const std::string header(request.header("x-image-meta-store"));
  if (!header.empty() && wanted.stores.empty() && !wanted.all_stores)
    wanted.stores.push_back(header);
  return wanted;
}

void check_status(const ImportRequest& wanted, const model::Image& image) {
  const bool copy = wanted.method == "copy-image";
  if (image.status == ImageStatus::active && !copy)
    conflict("Image with status active cannot be target for import");
  if (image.status != ImageStatus::active && copy)
    conflict("Only images with status active can be targeted for copying");
  if (image.status != ImageStatus::queued &&
      (wanted.method == "web-download" || wanted.method == "glance-download"))
    conflict("Image needs to be in 'queued' state to use '" + wanted.method + "' method");
  if (wanted.method == "glance-direct" &&
      (image.status != ImageStatus::uploading || image.staged_digest.empty()))
    conflict("Image needs to be staged before 'glance-direct' method can be used");
  if (image.container_format.empty()) conflict("'container_format' needs to be set before import");
  if (image.disk_format.empty()) conflict("'disk_format' needs to be set before import");
}

/// Where the bytes are to go. Empty: they are everywhere already.
std::vector<std::string> targets(const ImageDeps& deps, const ImportRequest& wanted,
                                 const model::Image& image) {
  std::vector<std::string> stores = wanted.stores;
  if (wanted.all_stores)
    for (const auto& store : deps.stores.configs()) stores.push_back(store.id);
  if (stores.empty()) stores.push_back(deps.stores.default_id());
  for (const auto& store : stores)
    if (!deps.stores.has(store)) conflict("Unknown scheme '" + store + "' found in URI");
  if (wanted.method != "copy-image") return stores;
  for (const auto& there : image.stores) {
    if (std::erase(stores, there) > 0 && !wanted.all_stores)
      invalid("Image is already present at store '" + there + "'");
  }
  return stores;
}

std::string input_of(const ImportRequest& wanted, const model::Image& image,
                     const std::vector<std::string>& stores) {
  json::array names;
  for (const auto& store : stores) names.emplace_back(store);
  return json::serialize(json::object{
      {"image_id", image.id}, {"import_req", wanted.body}, {"backend", std::move(names)}});
}

void record(WriteTx& tx, const ImageDeps& deps, const Request& request,
            const ImportRequest& wanted) {
  const model::Image image = get_image(tx, request);
  check_status(wanted, image);
  require_policy(request, wanted.method == "copy-image" ? "copy_image" : "modify_image", image);
  if (!image.import_task.empty()) conflict("Image has active task");
  const auto stores = targets(deps, wanted, image);
  if (stores.empty()) {  // a copy that is everywhere already has ended
    store::images::set_property(tx, image.id, "os_glance_importing_to_stores", "");
    store::images::set_property(tx, image.id, "os_glance_failed_import", "");
    return;
  }
  const TimeUs now = deps.clock.now_us();
  model::ImageTask task = new_task(request, now);
  task.type = "api_image_import";
  task.image_id = image.id;
  task.input = input_of(wanted, image, stores);
  start_import(tx, image, task, stores);
}

Response begin_import(ImageDeps& deps, const Request& request) {
  const ImportRequest wanted = read_request(deps, request);
  if (wanted.method == "glance-download") check_remote(wanted.body.at("method").as_object());
  if (wanted.method == "web-download" && !deps.settings.is_uri_allowed(wanted.uri))
    invalid("URI for web-download does not pass filtering: " + wanted.uri);
  deps.db.write([&](WriteTx& tx) {
    require_quota(tx, deps, request.who().project_id, "image_size_total");
    record(tx, deps, request, wanted);
  });
  deps.wake_importer();
  return http::empty_response(202);
}

}  // namespace

model::ImageTask new_task(const Request& request, TimeUs now) {
  model::ImageTask task;
  task.id = new_uuid();
  task.status = "pending";
  task.phase = "fetch";
  task.owner = request.who().project_id;
  task.user_id = request.who().user_id;
  task.request_id = request.request_id;
  task.deadline_us = now + kDeadline;
  task.created_us = now;
  task.updated_us = now;
  return task;
}

void start_import(WriteTx& tx, const model::Image& image, const model::ImageTask& task,
                  const std::vector<std::string>& stores) {
  std::string names;
  for (const auto& store : stores) names += (names.empty() ? "" : ",") + store;
  store::image_tasks::insert(tx, task);
  store::images::set_import_task(tx, image.id, task.id);
  store::images::set_property(tx, image.id, "os_glance_importing_to_stores", names);
  store::images::set_property(tx, image.id, "os_glance_failed_import", "");
  if (image.status != ImageStatus::active)
    store::images::advance(tx, image.id, image.status, ImageStatus::importing, task.created_us);
}

void add_image_import_routes(http::Router& r, ImageDeps& deps) {
  r.post("/image/v2/images/{id}/import", "get_image", http::binder(deps)(begin_import));
}

}  // namespace virga::image
