// SPDX-License-Identifier: Apache-2.0
// /images up to 2.35: list, show and delete. Metadata is in image_metadata.cpp.
#include <charconv>

#include "api/compute/src/image_proxy.h"
#include "api/compute/src/routes.h"
#include "api/compute/src/schema.h"
#include "api/http/bind.h"
#include "api/http/paging.h"
#include "common/error.h"
#include "common/iso_time.h"
#include "db/store/image_cache.h"
#include "db/store/image_lists.h"
#include "db/store/images.h"

namespace virga::compute {
namespace {

using http::Request;
using http::Response;
using model::Image;
using model::ImageStatus;
using store::ReadTx;
using store::WriteTx;

json::array links(const Request& request, const std::string& id) {
  return {json::object{{"rel", "self"}, {"href", compute_url(request) + "/images/" + id}},
          json::object{{"rel", "bookmark"}, {"href", request.base_url + "/compute/images/" + id}},
          json::object{{"rel", "alternate"},
                       {"type", "application/vnd.openstack.image"},
                       {"href", request.base_url + "/image/images/" + id}}};
}

json::array server_links_of(const Request& request, const std::string& id) {
  return {json::object{{"rel", "self"}, {"href", compute_url(request) + "/servers/" + id}},
          json::object{{"rel", "bookmark"}, {"href", request.base_url + "/compute/servers/" + id}}};
}

json::object summary(const Request& request, const Image& i) {
  return {{"id", i.id}, {"name", i.name}, {"links", links(request, i.id)}};
}

const char* status_of(ImageStatus status) {
  switch (status) {
    case ImageStatus::active:
      return "ACTIVE";
    case ImageStatus::queued:
    case ImageStatus::saving:
      return "SAVING";
    case ImageStatus::killed:
      return "ERROR";
    default:
      return "UNKNOWN";
  }
}

int progress_of(ImageStatus status) {
  switch (status) {
    case ImageStatus::active:
      return 100;
    case ImageStatus::saving:
      return 50;
    case ImageStatus::queued:
      return 25;
    default:
      return 0;
  }
}

json::object view(const Request& request, const Image& i) {
  json::object image = summary(request, i);
  json::object metadata;
  for (const auto& [name, value] : i.properties) metadata[name] = value;
  image["minRam"] = i.min_memory_mib;
  image["minDisk"] = i.min_disk_gib;
  image["created"] = format_seconds(i.created_us);
  image["updated"] = format_seconds(i.updated_us);
  image["status"] = status_of(i.status);
  image["progress"] = progress_of(i.status);
  image["OS-EXT-IMG-SIZE:size"] = i.size;
  if (const auto it = i.properties.find("instance_uuid"); it != i.properties.end())
    image["server"] = {{"id", it->second}, {"links", server_links_of(request, it->second)}};
  if (const auto it = i.properties.find("auto_disk_config"); it != i.properties.end())
    image["OS-DCF:diskConfig"] = boolean_word(it->second).value_or(false) ? "AUTO" : "MANUAL";
  image["metadata"] = std::move(metadata);
  return image;
}

/// Which images a list has.
struct Filter {
  store::images::ImageScope scope;
  std::optional<std::string> status;
  std::optional<std::int64_t> min_memory_mib;
  std::optional<std::int64_t> min_disk_gib;
  TimeUs changed_since_us = 0;
  std::vector<std::pair<std::string, std::string>> properties;
};

std::int64_t read_number(const std::string& name, const std::string& text) {
  std::int64_t number = -1;
  const char* const end = text.data() + text.size();
  const auto [rest, failure] = std::from_chars(text.data(), end, number);
  if (failure != std::errc{} || rest != end || number < 0)
    throw Error(ErrorKind::invalid, "Invalid value for " + name + ": " + text.substr(0, 64));
  return number;
}

TimeUs read_since(const std::string& text) {
  const auto since = parse_iso_time(text);
  if (!since)
    throw Error(ErrorKind::invalid, "Invalid value for changes-since: " + text.substr(0, 64));
  return *since;
}

std::string lower(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return text;
}

/// A server may be named by its address.
std::string last_segment(const std::string& address) {
  return address.substr(address.rfind('/') + 1);
}

Filter read_filter(const Request& request) {
  Filter f;
  f.scope.project_id = request.who().project_id;
  f.scope.everything = request.who().is_admin();
  for (const auto& [name, value] : request.query) {
    if (name == "name") f.scope.name = value;
    if (name == "status") f.status = lower(value);
    if (name == "minRam") f.min_memory_mib = read_number(name, value);
    if (name == "minDisk") f.min_disk_gib = read_number(name, value);
    if (name == "server") f.properties.emplace_back("instance_uuid", last_segment(value));
    if (name == "type") f.properties.emplace_back("image_type", value);
    if (name == "changes-since") f.changed_since_us = read_since(value);
    if (name.starts_with("property-")) f.properties.emplace_back(name.substr(9), value);
  }
  return f;
}

bool matches(ReadTx& tx, const Request& request, const Filter& f, const Image& i) {
  const bool others_community =
      i.visibility == model::ImageVisibility::community && i.owner != request.who().project_id;
  if (i.is_hidden || others_community) return false;
  if (f.status && *f.status != name_of(i.status)) return false;
  if (f.min_memory_mib && *f.min_memory_mib != i.min_memory_mib) return false;
  if (f.min_disk_gib && *f.min_disk_gib != i.min_disk_gib) return false;
  if (i.updated_us < f.changed_since_us) return false;
  for (const auto& [name, value] : f.properties)
    if (!store::images::has_property(tx, i.id, name, value)) return false;
  return true;
}

store::images::ImagePosition position_of(ReadTx& tx, const Request& request,
                                         const std::string& marker) {
  if (marker.empty()) return {};
  const auto image = request.who().is_admin()
                         ? store::images::find(tx, marker)
                         : store::images::find_visible(tx, marker, request.who().project_id);
  if (!image)
    throw Error(ErrorKind::invalid, "Marker " + marker.substr(0, 255) + " could not be found.");
  return {image->created_us, image->id};
}

std::vector<Image> read_images(ComputeDeps& deps, const Request& request, const Page& page) {
  const Filter filter = read_filter(request);
  return deps.db.read([&](ReadTx& tx) {
    std::vector<Image> images;
    const auto full = [&] { return static_cast<std::int64_t>(images.size()) >= page.limit; };
    if (full()) return images;
    store::images::scan(tx, filter.scope, position_of(tx, request, page.marker),
                        [&](const Image& image) {
                          if (matches(tx, request, filter, image)) images.push_back(image);
                          return !full();
                        });
    for (Image& image : images) store::images::read_details(tx, image);
    return images;
  });
}

Response list_answer(ComputeDeps& deps, const Request& request, const char* path,
                     json::object (*shown)(const Request&, const Image&)) {
  const Page page = read_page(request);
  const auto images = read_images(deps, request, page);
  json::array views;
  for (const Image& image : images) views.push_back(shown(request, image));
  json::object body{{"images", std::move(views)}};
  if (is_full(page, images.size()))
    body["images_links"] = json::array{json::object{
        {"rel", "next"},
        {"href", http::page_link(request, compute_url(request) + path, images.back().id)}}};
  return http::object_response(200, body);
}

Response list(ComputeDeps& deps, const Request& request) {
  return list_answer(deps, request, "/images", summary);
}

Response detail(ComputeDeps& deps, const Request& request) {
  return list_answer(deps, request, "/images/detail", view);
}

Response show(ComputeDeps& deps, const Request& request) {
  const Image image = deps.db.read(
      [&](ReadTx& tx) { return get_image(tx, request, "You are not allowed to see the image."); });
  return http::json_response(200, {{"image", view(request, image)}});
}

Response remove(ComputeDeps& deps, const Request& request) {
  constexpr char kRefusal[] = "You are not allowed to delete the image.";
  deps.db.write([&](WriteTx& tx) {
    const Image image = get_image(tx, request, kRefusal);
    if (image.is_protected) throw Error(ErrorKind::forbidden, kRefusal);
    store::image_cache::unqueue(tx, image.id);  // or hosts would go on fetching it
    store::images::erase(tx, image.id);
  });
  return http::empty_response(204);
}

}  // namespace

void add_image_routes(http::Router& r, ComputeDeps& deps) {
  const auto bind = http::binder(deps);
  const auto range = http::until({2, 35});
  r.get("/compute/v2.1/images", "get_images", bind(list), range);
  r.get("/compute/v2.1/images/detail", "get_images", bind(detail), range);
  r.get("/compute/v2.1/images/{id}", "get_image", bind(show), range);
  r.del("/compute/v2.1/images/{id}", "delete_image", bind(remove), range);
  add_image_metadata_routes(r, deps);
}

}  // namespace virga::compute
