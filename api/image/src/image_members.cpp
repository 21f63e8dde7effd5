// SPDX-License-Identifier: Apache-2.0
// Projects that an image is shared with.
#include "db/store/image_members.h"
#include "api/http/bind.h"
#include "api/image/src/image_access.h"
#include "api/image/src/image_view.h"
#include "api/image/src/routes.h"
#include "common/error.h"
#include "common/json.h"

namespace virga::image {
namespace {

using http::Request;
using http::Response;
using store::ReadTx;
using store::WriteTx;

constexpr std::int64_t kMostMembers = 128;

Response member_response(const model::ImageMember& member) {
  JsonWriter out(256);
  write_member(out, member);
  Response response;
  response.body = out.take();
  return response;
}

/// The shared image that the request is about.
/// @param doing "create": for the refusal
model::Image get_shared(ReadTx& tx, const Request& request, const std::string& doing) {
  model::Image image;
  const std::string& id = request.param("id");
  try {
    image = get_image(tx, request);
  } catch (const Error& e) {
    if (e.kind() != ErrorKind::not_found) throw;
    throw Error(ErrorKind::not_found, "Image " + id + " not found.");
  }
  const std::string refusal = "Not allowed to " + doing + " members for image " + id;
  if (image.visibility != model::ImageVisibility::shared)
    throw Error(ErrorKind::forbidden, refusal + ": Only shared images have members.");
  request.settled = true;
  try {
    require_policy(request, image);
  } catch (const Error&) {
    throw Error(ErrorKind::forbidden, refusal + ".");
  }
  return image;
}

/// The owner sees all members, a member himself only.
bool may_see(const Request& request, const model::Image& image, const std::string& member_id) {
  const std::string& project = request.who().project_id;
  return request.who().is_admin() || project == image.owner || project == member_id;
}

model::ImageMember get_member(ReadTx& tx, const Request& request, const model::Image& image) {
  const std::string& member_id = request.param("member_id");
  auto member = store::image_members::find(tx, image.id, member_id);
  if (!member || !may_see(request, image, member_id))
    throw Error(ErrorKind::not_found,
                member_id + " not found in the member list of the image " + image.id + ".");
  return std::move(*member);
}

json::object body_of(const Request& request) {
  if (request.body.empty()) throw Error(ErrorKind::invalid, "Body expected in request.");
  const json::value body = request.json();
  if (!body.is_object()) throw Error(ErrorKind::invalid, "The body must be a JSON object.");
  return body.get_object();
}

Response create(ImageDeps& deps, const Request& request) {
  const json::object body = body_of(request);
  const auto* member = body.if_contains("member");
  if (member == nullptr) throw Error(ErrorKind::invalid, "Member to be added not specified");
  if (!member->is_string() || member->get_string().empty())
    throw Error(ErrorKind::invalid, "Member can't be empty");
  if (member->get_string().size() > 255)
    throw Error(ErrorKind::invalid, "Member can't be longer than 255 characters.");
  const TimeUs now = deps.clock.now_us();
  const model::ImageMember made = deps.db.write([&](WriteTx& tx) {
    const model::Image image = get_shared(tx, request, "create");
    model::ImageMember m{image.id, std::string(member->get_string()), "pending", now, now};
    const std::int64_t count = store::image_members::count(tx, image.id) + 1;
    if (count > kMostMembers)
      throw Error(ErrorKind::too_large,
                  "Image member limit exceeded for image " + image.id +
                      ": The limit has been exceeded on the number of allowed image members for "
                      "this image. Attempted: " +
                      std::to_string(count) + ", Maximum: " + std::to_string(kMostMembers) + ":");
    if (!store::image_members::insert(tx, m))
      throw Error(ErrorKind::conflict,
                  "Member " + m.member_id + " is duplicated for image " + image.id);
    return m;
  });
  return member_response(made);
}

Response update(ImageDeps& deps, const Request& request) {
  const json::object body = body_of(request);
  const auto* status = body.if_contains("status");
  if (status == nullptr) throw Error(ErrorKind::invalid, "Status not specified");
  const std::string word = status->is_string() ? std::string(status->get_string()) : "";
  const model::ImageMember changed = deps.db.write([&](WriteTx& tx) {
    const model::Image image = get_shared(tx, request, "update");
    model::ImageMember m = get_member(tx, request, image);
    if (!request.who().is_admin() && m.member_id != request.who().project_id)
      throw Error(ErrorKind::forbidden,
                  "Not allowed to update members for image " + image.id + ".");
    if (word != "pending" && word != "accepted" && word != "rejected")
      throw Error(ErrorKind::invalid,
                  "Incorrect request: Status must be \"pending\", \"accepted\" or \"rejected\".");
    m.status = word;
    m.updated_us = deps.clock.now_us();
    store::image_members::set_status(tx, m);
    return m;
  });
  return member_response(changed);
}

Response list(ImageDeps& deps, const Request& request) {
  return deps.db.read([&](ReadTx& tx) {
    const model::Image image = get_shared(tx, request, "list");
    JsonWriter out;
    out.begin_object();
    out.key("members");
    out.begin_array();
    for (const auto& member : store::image_members::list(tx, image.id))
      if (may_see(request, image, member.member_id)) write_member(out, member);
    out.end_array();
    out.member("schema", "/v2/schemas/members");
    out.end_object();
    Response response;
    response.body = out.take();
    return response;
  });
}

Response show(ImageDeps& deps, const Request& request) {
  return deps.db.read([&](ReadTx& tx) {
    try {
      return member_response(get_member(tx, request, get_shared(tx, request, "show")));
    } catch (const Error& e) {  // what is forbidden is hidden
      if (e.kind() != ErrorKind::forbidden) throw;
      throw Error(ErrorKind::not_found, e.what());
    }
  });
}

Response remove(ImageDeps& deps, const Request& request) {
  deps.db.write([&](WriteTx& tx) {
    const model::Image image = get_shared(tx, request, "delete");
    const model::ImageMember member = get_member(tx, request, image);
    store::image_members::erase(tx, image.id, member.member_id);
  });
  return http::empty_response(204);
}

}  // namespace

void add_image_member_routes(http::Router& r, ImageDeps& deps) {
  const auto bind = http::binder(deps);
  r.get("/image/v2/images/{id}/members", "get_members", bind(list));
  r.post("/image/v2/images/{id}/members", "add_member", bind(create));
  r.get("/image/v2/images/{id}/members/{member_id}", "get_member", bind(show));
  r.put("/image/v2/images/{id}/members/{member_id}", "modify_member", bind(update));
  r.del("/image/v2/images/{id}/members/{member_id}", "delete_member", bind(remove));
}

}  // namespace virga::image
