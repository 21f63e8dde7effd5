// SPDX-License-Identifier: Apache-2.0
#include "api/image/image_api.h"

#include "api/image/src/routes.h"
#include "common/json.h"

namespace virga::image {
namespace {

using http::Request;
using http::Response;

Response versions(const Request& request) {
  return http::json_response(
      300, {{"versions",
             json::array{json::object{
                 {"id", "v2.0"},
                 {"status", "CURRENT"},
                 {"links", json::array{json::object{
                               {"rel", "self"}, {"href", request.base_url + "/image/v2/"}}}}}}}});
}

Response discovery(const Request& request) {
  Response response = versions(request);
  response.status = 200;
  return response;
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

/// A small page: the Image API's form.
Response error_body(int status, const std::string& message) {
  const std::string title = std::to_string(status) + " " + std::string(http::reason_of(status));
  Response response;
  response.status = status;
  response.content_type = "text/html; charset=UTF-8";
  response.body = "<html>\n <head>\n  <title>" + title + "</title>\n </head>\n <body>\n  <h1>" +
                  title + "</h1>\n  " + escaped_html(message) +
                  "<br /><br />\n\n\n </body>\n</html>";
  return response;
}

}  // namespace

void add_routes(http::Router& router, ImageDeps& deps) {
  router.add_service({.prefix = "/image", .error_body = error_body, .headers = {}, .type = "image"});
  router.get("/image", "public", versions);
  router.get("/image/versions", "public", discovery);
  add_image_routes(router, deps);
  add_image_data_routes(router, deps);
  add_metadef_routes(router, deps);
}

}  // namespace virga::image
