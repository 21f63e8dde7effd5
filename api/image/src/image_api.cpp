// SPDX-License-Identifier: Apache-2.0
#include "api/image/image_api.h"

#include "api/image/src/image_access.h"
#include "api/image/src/routes.h"
#include "common/json.h"

namespace virga::image {
namespace {

using http::Request;
using http::Response;

constexpr const char* kVersions[] = {"2.16", "2.15", "2.14", "2.13", "2.12", "2.11",
                                     "2.10", "2.9",  "2.8",  "2.7",  "2.6",  "2.5",
                                     "2.4",  "2.3",  "2.2",  "2.1",  "2.0"};

Response versions_with(const Request& request, int status) {
  json::array all;
  for (const char* version : kVersions)
    all.push_back(json::object{
        {"id", std::string("v") + version},
        {"status", all.empty() ? "CURRENT" : "SUPPORTED"},
        {"links",
         json::array{json::object{{"rel", "self"}, {"href", request.base_url + "/image/v2/"}}}}});
  return http::json_response(status, {{"versions", std::move(all)}});
}

Response versions(const Request& request) {
  return versions_with(request, 300);
}

Response discovery(const Request& request) {
  return versions_with(request, 200);
}

std::string escaped_html(const std::string& text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

}  // namespace

/// A small page: the Image API's form.
Response error_page(int status, const std::string& message) {
  const std::string title = std::to_string(status) + " " + std::string(http::reason_of(status));
  Response response;
  response.status = status;
  response.content_type = "text/html; charset=UTF-8";
  response.body = "<html>\n <head>\n  <title>" + title + "</title>\n </head>\n <body>\n  <h1>" +
                  title + "</h1>\n  " + escaped_html(message) +
                  "<br /><br />\n\n\n </body>\n</html>";
  return response;
}

void add_routes(http::Router& router, ImageDeps& deps) {
  router.add_service(
      {.prefix = "/image", .error_body = error_page, .headers = {}, .type = "image"});
  router.get("/image", "public", versions);
  router.get("/image/versions", "public", discovery);
  router.get("/image/v2", "public", versions);
  add_image_routes(router, deps);
  add_image_list_routes(router, deps);
  add_image_data_routes(router, deps);
  add_image_member_routes(router, deps);
  add_image_action_routes(router, deps);
  add_image_cache_routes(router, deps);
  add_image_import_routes(router, deps);
  add_image_task_routes(router, deps);
  add_image_info_routes(router, deps);
  add_image_schema_routes(router);
  add_metadef_routes(router, deps);
}

}  // namespace virga::image
