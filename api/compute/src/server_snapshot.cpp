// SPDX-License-Identifier: Apache-2.0
// createImage and createBackup: an image of an instance, which its host makes.
#include <algorithm>
#include <charconv>

#include "api/compute/src/checks.h"
#include "api/compute/src/server_action.h"
#include "api/compute/src/server_view.h"
#include "api/compute/src/snapshot_image.h"
#include "db/store/instance_actions.h"

namespace virga::compute {
namespace {

using http::Request;
using http::Response;
using model::SnapshotKind;
using store::WriteTx;

constexpr std::size_t kMostMetadata = 128;
constexpr http::ApiVersion kIdInBody{2, 45};

bool is_metadata_key(std::string_view key) {
  return !key.empty() && key.size() <= 255 && std::all_of(key.begin(), key.end(), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) ||
           std::string_view("-_:. ").find(c) != std::string_view::npos;
  });
}

std::map<std::string, std::string> read_metadata(const Fields& in) {
  std::map<std::string, std::string> metadata;
  if (!in.has("metadata")) return metadata;
  const Fields given = in.object("metadata");
  for (const auto& member : given.raw()) {
    const std::string key = member.key();
    if (!is_metadata_key(key))
      throw Error(ErrorKind::invalid, "Invalid input for field/attribute metadata. Value: " +
                                          key.substr(0, 255) + ". It is no name of metadata.");
    metadata[key] = given.string(key, {0, 255});
  }
  if (metadata.size() > kMostMetadata)
    throw Error(ErrorKind::forbidden, "Image metadata limit exceeded");
  return metadata;
}

/// A number or its text, as Nova takes it.
std::int64_t read_rotation(const Fields& in) {
  const json::value* value = in.raw().if_contains("rotation");
  if (value == nullptr)
    throw Error(ErrorKind::invalid,
                "Invalid input for field/attribute createBackup. 'rotation' is "
                "a required property");
  if (!value->is_string()) return in.integer("rotation", 0, INT32_MAX);
  const std::string text(value->get_string());
  std::int64_t number = -1;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failure != std::errc{} || end != text.data() + text.size() || number < 0 ||
      number > INT32_MAX)
    throw Error(ErrorKind::invalid,
                "Invalid input for field/attribute rotation. Value: " + text.substr(0, 64));
  return number;
}

std::string insert(ComputeDeps& deps, const Request& request, const ActionRule& rule,
                   const SnapshotRequest& wanted) {
  const TimeUs now = deps.clock.now_us();
  return deps.db.write([&](WriteTx& tx) {
    const model::Instance instance = get_instance(tx, request);
    require_allowed(rule, instance);
    store::instance_actions::insert(tx, {request.request_id, instance.id, std::string(rule.name),
                                         request.who().user_id, request.who().project_id, "", now});
    return insert_snapshot(tx, deps, request, instance, wanted);
  });
}

/// Newer clients get the id in a body, older ones the place of the image.
Response answer(const Request& request, const std::string& image_id, bool located) {
  if (request.version >= kIdInBody) return http::json_response(202, {{"image_id", image_id}});
  Response response = http::empty_response(202);
  if (located)
    response.headers.emplace_back("Location", request.base_url + "/image/images/" + image_id);
  return response;
}

Fields read_argument(const json::value& argument, const char* action) {
  if (!argument.is_object())
    throw Error(ErrorKind::invalid,
                std::string("Invalid input for field/attribute ") + action + ".");
  return Fields(argument.get_object(), action);
}

Response create_image(ComputeDeps& deps, const Request& request, const json::value& argument) {
  const Fields in = read_argument(argument, "createImage");
  in.only({"name", "metadata"});
  SnapshotRequest wanted;
  wanted.name = required_name(in, "name");
  wanted.metadata = read_metadata(in);
  return answer(request, insert(deps, request, rules::kCreateImage, wanted), true);
}

Response create_backup(ComputeDeps& deps, const Request& request, const json::value& argument) {
  const Fields in = read_argument(argument, "createBackup");
  in.only({"name", "backup_type", "rotation", "metadata"});
  SnapshotRequest wanted;
  wanted.kind = SnapshotKind::backup;
  wanted.name = required_name(in, "name");
  wanted.backup_type = in.string("backup_type", {0, 255});
  wanted.rotation = read_rotation(in);
  wanted.metadata = read_metadata(in);
  // One that is rotated away at once has no place.
  return answer(request, insert(deps, request, rules::kCreateBackup, wanted), wanted.rotation > 0);
}

}  // namespace

std::vector<ServerAction> snapshot_actions() {
  return {{"createImage", "os_compute_api:servers:create_image", create_image},
          {"createBackup", "os_compute_api:os-create-backup", create_backup}};
}

}  // namespace virga::compute
