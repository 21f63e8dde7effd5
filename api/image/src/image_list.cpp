// SPDX-License-Identifier: Apache-2.0
// GET /v2/images.
#include <algorithm>

#include "api/http/bind.h"
#include "api/image/src/image_access.h"
#include "api/image/src/image_filters.h"
#include "api/image/src/image_view.h"
#include "api/image/src/routes.h"
#include "common/error.h"
#include "db/store/image_lists.h"
#include "db/store/images.h"

namespace virga::image {
namespace {

using http::Request;
using http::Response;
using store::ReadTx;

constexpr std::size_t kImageBytes = 1024;  // of one image as JSON, usually

store::images::ImageScope scope_of(const Request& request, const ImageQuery& query) {
  store::images::ImageScope scope;
  scope.project_id = request.who().project_id;
  scope.everything = request.who().is_admin();
  scope.community = query.visibility == "community" || query.visibility == "all";
  scope.member_status = query.member_status == "all" ? "" : query.member_status;
  scope.name = query.name;
  return scope;
}

/// In lists without a visibility, others' community images do not appear.
bool is_usual(const Request& request, const ImageQuery& query, const model::Image& image) {
  return !query.visibility.empty() || image.visibility != model::ImageVisibility::community ||
         image.owner == request.who().project_id;
}

/// The image after which the page begins.
model::Image find_marker(ReadTx& tx, const Request& request, const std::string& id) {
  auto image = request.who().is_admin()
                   ? store::images::find(tx, id)
                   : store::images::find_visible(tx, id, request.who().project_id);
  if (!image) throw Error(ErrorKind::invalid, "No image found with ID " + id);
  return std::move(*image);
}

std::vector<model::Image> newest_page(ReadTx& tx, const Request& request, const ImageQuery& query) {
  store::images::ImagePosition after;
  if (!query.marker.empty()) {
    const model::Image marker = find_marker(tx, request, query.marker);
    after = {marker.created_us, marker.id};
  }
  std::vector<model::Image> page;
  const auto full = [&] { return static_cast<std::int64_t>(page.size()) >= query.limit; };
  if (full()) return page;
  store::images::scan(tx, scope_of(request, query), after, [&](const model::Image& image) {
    if (is_usual(request, query, image) && matches(tx, query, image)) page.push_back(image);
    return !full();
  });
  return page;
}

/// Other orders have no index: what matches is sorted here.
std::vector<model::Image> sorted_page(ReadTx& tx, const Request& request, const ImageQuery& query) {
  const auto before = [&](const model::Image& a, const model::Image& b) {
    return sorts_before(query, a, b);
  };
  std::optional<model::Image> marker;
  if (!query.marker.empty()) marker = find_marker(tx, request, query.marker);
  const auto limit = static_cast<std::size_t>(query.limit);
  std::vector<model::Image> page;  // a heap whose first is the last of the page
  store::images::scan(tx, scope_of(request, query), {}, [&](const model::Image& image) {
    if (marker && !before(*marker, image)) return true;
    if (page.size() == limit && (limit == 0 || !before(image, page.front()))) return true;
    if (!is_usual(request, query, image) || !matches(tx, query, image)) return true;
    page.push_back(image);
    std::push_heap(page.begin(), page.end(), before);
    if (page.size() > limit) {
      std::pop_heap(page.begin(), page.end(), before);
      page.pop_back();
    }
    return true;
  });
  std::sort_heap(page.begin(), page.end(), before);
  return page;
}

/// The query without its marker, as it is repeated in links.
std::string link_query(const Request& request) {
  std::string query;
  for (const auto& [name, value] : request.query)
    if (name != "marker")
      query += (query.empty() ? "" : "&") + query_encoded(name) + "=" + query_encoded(value);
  return query;
}

Response list(ImageDeps& deps, const Request& request) {
  if (request.path.ends_with('/'))  // an image whose id is empty
    throw Error(ErrorKind::not_found, "The resource could not be found.");
  request.require({{"project_id", request.who().project_id}});
  const ImageQuery query = parse_image_query(request);
  return deps.db.read([&](ReadTx& tx) {
    auto page =
        query.newest_first() ? newest_page(tx, request, query) : sorted_page(tx, request, query);
    JsonWriter out(256 + page.size() * kImageBytes);
    out.begin_object();
    out.key("images");
    out.begin_array();
    for (auto& image : page) {
      store::images::read_details(tx, image);
      write_image(out, image);
    }
    out.end_array();
    const std::string links = link_query(request);
    out.key("first");
    out.joined({"/v2/images", links.empty() ? "" : "?", links});
    if (static_cast<std::int64_t>(page.size()) == query.limit && !page.empty()) {
      out.key("next");
      out.joined({"/v2/images?", links, links.empty() ? "" : "&", "marker=", page.back().id});
    }
    out.member("schema", "/v2/schemas/images");
    out.end_object();
    Response response;
    response.body = out.take();
    return response;
  });
}

/// DELETE /v2/images/ is about an image whose id is empty.
Response remove_nothing(ImageDeps&, const Request& request) {
  if (request.path.ends_with('/'))
    throw Error(ErrorKind::not_found, "The resource could not be found.");
  Response response = error_page(405, "The method is not allowed for this resource.");
  response.headers.emplace_back("Allow", "GET, POST");
  return response;
}

}  // namespace

void add_image_list_routes(http::Router& r, ImageDeps& deps) {
  r.get("/image/v2/images", "get_images", http::binder(deps)(list));
  r.del("/image/v2/images", "default", http::binder(deps)(remove_nothing));
}

}  // namespace virga::image
