// SPDX-License-Identifier: Apache-2.0
// Tasks: what fills images, and how far it is.
#include <algorithm>
#include <boost/json/serialize.hpp>
#include <charconv>

#include "api/http/bind.h"
#include "api/image/src/image_access.h"
#include "api/image/src/image_fields.h"
#include "api/image/src/image_import.h"
#include "api/image/src/image_view.h"
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
using store::ReadTx;
using store::WriteTx;

constexpr std::int64_t kMostPage = 1000;

[[noreturn]] void invalid(const std::string& message) {
  throw Error(ErrorKind::invalid, message);
}

std::int64_t page_size(const Request& request) {
  const auto text = request.parameter("limit");
  if (!text) return 25;
  std::int64_t limit = 0;
  const auto [end, failure] = std::from_chars(text->data(), text->data() + text->size(), limit);
  if (failure != std::errc{} || end != text->data() + text->size())
    invalid("limit param must be an integer");
  if (limit < 0) invalid("limit param must be positive");
  return std::min(limit, kMostPage);
}

store::image_tasks::TaskFilter read_filter(const Request& request) {
  store::image_tasks::TaskFilter filter;
  filter.limit = page_size(request);
  filter.status = request.parameter("status").value_or("");
  if (!filter.status.empty() && filter.status != "pending" && filter.status != "processing" &&
      filter.status != "success" && filter.status != "failure")
    invalid("Invalid status value: " + filter.status);
  filter.type = request.parameter("type").value_or("");
  if (!filter.type.empty() && filter.type != "import")
    invalid("Invalid type value: " + filter.type);
  const auto direction = request.parameter("sort_dir").value_or("desc");
  if (direction != "asc" && direction != "desc") invalid("Invalid sort direction: " + direction);
  filter.marker = request.parameter("marker").value_or("");
  if (!filter.marker.empty() && !is_uuid_like(filter.marker)) invalid("Invalid marker format");
  return filter;
}

Response list(ImageDeps& deps, const Request& request) {
  const auto filter = read_filter(request);
  return deps.db.read([&](ReadTx& tx) {
    const auto tasks = store::image_tasks::list(tx, filter);
    std::string query;
    for (const auto& [name, value] : request.query)
      if (name != "marker")
        query += (query.empty() ? "" : "&") + query_encoded(name) + "=" + query_encoded(value);
    JsonWriter out;
    out.begin_object();
    out.key("tasks");
    out.begin_array();
    for (const auto& task : tasks) write_task(out, task, false);
    out.end_array();
    out.key("first");
    out.joined({"/v2/tasks", query.empty() ? "" : "?", query});
    if (!tasks.empty() && static_cast<std::int64_t>(tasks.size()) == filter.limit) {
      out.key("next");
      out.joined({"/v2/tasks?", query, query.empty() ? "" : "&", "marker=", tasks.back().id});
    }
    out.member("schema", "/v2/schemas/tasks");
    out.end_object();
    Response response;
    response.body = out.take();
    return response;
  });
}

Response task_response(int status, const model::ImageTask& task) {
  JsonWriter out;
  write_task(out, task, true);
  Response response;
  response.status = status;
  response.body = out.take();
  return response;
}

Response show(ImageDeps& deps, const Request& request) {
  const auto task = deps.db.read(
      [&](ReadTx& tx) { return store::image_tasks::find(tx, request.param("task_id")); });
  if (!task)
    throw Error(ErrorKind::not_found,
                "Task with the given id " + request.param("task_id") + " was not found");
  return task_response(200, *task);
}

Response remove(ImageDeps&, const Request&) {
  Response response = error_page(
      405,
      "This operation is currently not permitted on Glance Tasks. They are auto deleted after "
      "reaching the time based on their expires_at property.");
  response.headers.emplace_back("Allow", "GET");
  return response;
}

/// The image that a task of type "import" makes.
model::Image image_of(const json::object& input, const Request& request, TimeUs now) {
  model::Image image;
  image.id = new_uuid();
  image.owner = request.who().project_id;
  image.created_us = now;
  image.updated_us = now;
  image.container_format = "bare";
  if (const auto* properties = input.if_contains("image_properties")) {
    if (!properties->is_object()) invalid("Input does not contain 'image_properties' as an object");
    for (const auto& property : properties->get_object()) {
      require_settable(property.key());
      set_property(image, std::string(property.key()), property.value());
    }
  }
  if (const auto* format = input.if_contains("import_from_format"))
    set_property(image, "disk_format", *format);
  if (image.disk_format.empty()) invalid("Input does not contain 'import_from_format' field");
  return image;
}

json::object read_input(const ImageDeps& deps, const Request& request) {
  if (request.body.empty()) invalid("Body expected in request.");
  const json::value body = request.json();
  if (!body.is_object()) invalid("Task 'type' is required");
  for (const char* key : {"type", "input"})
    if (!body.get_object().contains(key)) invalid(std::string("Task '") + key + "' is required");
  const auto& type = body.get_object().at("type");
  if (!type.is_string() ||
      (type.get_string() != "import" && type.get_string() != "api_image_import"))
    invalid(
        "Provided object does not match schema 'task': the type is not one of ['import', "
        "'api_image_import']");
  if (type.get_string() != "import") invalid("Tasks of this type are made by importing an image.");
  const auto& input = body.get_object().at("input");
  if (!input.is_object())
    invalid("Provided object does not match schema 'task': the input is not of type 'object'");
  const auto* from = input.get_object().if_contains("import_from");
  if (from == nullptr || !from->is_string()) invalid("Input does not contain 'import_from' field");
  const std::string uri(from->get_string());
  if (!deps.settings.is_uri_allowed(uri))
    invalid("File based imports are not allowed. Please use a non-local source of image data.");
  return input.get_object();
}

/// POST /v2/tasks: an image that is fetched from a URI.
Response create(ImageDeps& deps, const Request& request) {
  const json::object input = read_input(deps, request);
  const TimeUs now = deps.clock.now_us();
  const model::Image image = image_of(input, request, now);
  const std::vector<std::string> stores{deps.stores.default_id()};
  model::ImageTask task = new_task(request, now);
  task.type = "import";
  task.image_id = image.id;
  json::object shown = input;
  shown["image_id"] = image.id;
  shown["import_req"] = json::object{
      {"method", json::object{{"name", "web-download"}, {"uri", input.at("import_from")}}}};
  shown["backend"] = json::array{json::value(stores.front())};
  task.input = json::serialize(shown);
  deps.db.write([&](WriteTx& tx) {
    require_quota(tx, deps, image.owner, "image_count_total", 1);
    require_quota(tx, deps, image.owner, "image_size_total");
    store::images::insert(tx, image);
    start_import(tx, image, task, stores);
  });
  deps.wake_importer();
  Response response = task_response(201, task);
  response.headers.emplace_back("Location", request.base_url + "/image/v2/tasks/" + task.id);
  return response;
}

/// GET /v2/images/{id}/tasks
Response list_of_image(ImageDeps& deps, const Request& request) {
  return deps.db.read([&](ReadTx& tx) {
    const auto image = get_image_for_policy(tx, request);
    JsonWriter out;
    out.begin_object();
    out.key("tasks");
    out.begin_array();
    for (const auto& task : store::image_tasks::list_of_image(tx, image.id))
      write_task(out, task, true);
    out.end_array();
    out.end_object();
    Response response;
    response.body = out.take();
    return response;
  });
}

}  // namespace

void add_image_task_routes(http::Router& r, ImageDeps& deps) {
  const auto bind = http::binder(deps);
  r.get("/image/v2/tasks", "tasks_api_access", bind(list));
  r.post("/image/v2/tasks", "tasks_api_access", bind(create));
  r.get("/image/v2/tasks/{task_id}", "tasks_api_access", bind(show));
  r.del("/image/v2/tasks/{task_id}", "tasks_api_access", bind(remove));
  r.get("/image/v2/images/{id}/tasks", "get_image", bind(list_of_image));
}

}  // namespace virga::image
