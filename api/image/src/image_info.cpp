// SPDX-License-Identifier: Apache-2.0
// What the service can do: import methods, stores, usage.
#include "api/http/bind.h"
#include "api/image/src/image_access.h"
#include "api/image/src/routes.h"
#include "common/json.h"
#include "db/store/image_lists.h"

namespace virga::image {
namespace {

using http::Request;
using http::Response;

constexpr std::int64_t kMib = 1 << 20;

Response import_methods(ImageDeps& deps, const Request&) {
  json::array methods;
  for (const auto& method : deps.settings.import_methods) methods.emplace_back(method);
  return http::json_response(200, {{"import-methods",
                                    {{"description", "Import methods available."},
                                     {"type", "array"},
                                     {"value", std::move(methods)}}}});
}

json::array stores_of(const ImageDeps& deps, bool detailed) {
  json::array stores;
  for (const auto& store : deps.stores.configs()) {
    json::object view{{"id", store.id}};
    if (!store.description.empty()) view["description"] = store.description;
    if (store.id == deps.stores.default_id()) view["default"] = "true";
    if (detailed) {
      view["type"] = "file";
      view["properties"] = json::object{
          {"data_dir", store.directory}, {"chunk_size", 1 << 20}, {"thin_provisioning", false}};
    }
    stores.push_back(std::move(view));
  }
  return stores;
}

Response stores(ImageDeps& deps, const Request&) {
  return http::json_response(200, {{"stores", stores_of(deps, false)}});
}

Response stores_detail(ImageDeps& deps, const Request&) {
  return http::json_response(200, {{"stores", stores_of(deps, true)}});
}

/// Only of what is limited, as the service shows nothing when there are no limits.
Response usage(ImageDeps& deps, const Request& request) {
  const std::string& project = request.who().project_id;
  json::object all;
  deps.db.read([&](store::ReadTx& tx) {
    const auto used = store::images::usage_of(tx, project);
    const std::pair<const char*, std::int64_t> resources[] = {
        {"image_size_total", used.stored_bytes / kMib},
        {"image_stage_total", used.staged_bytes / kMib},
        {"image_count_total", used.images},
        {"image_count_uploading", used.uploading}};
    for (const auto& [name, value] : resources)
      if (const auto limit = deps.quota.limit(tx, project, name))
        all[name] = json::object{{"usage", value}, {"limit", *limit}};
  });
  return http::json_response(200, {{"usage", std::move(all)}});
}

}  // namespace

void add_image_info_routes(http::Router& r, ImageDeps& deps) {
  const auto bind = http::binder(deps);
  r.get("/image/v2/info/import", "default", bind(import_methods));
  r.get("/image/v2/info/stores", "default", bind(stores));
  r.get("/image/v2/info/stores/detail", "stores_info_detail", bind(stores_detail));
  r.get("/image/v2/info/usage", "default", bind(usage));
}

}  // namespace virga::image
