// SPDX-License-Identifier: Apache-2.0
// Snapshots of volumes that a hypervisor has open as files of its own. No volume of Virga is
// attached in that way, so that each of these requests names a volume that no server has.
#include "api/compute/src/checks.h"
#include "api/compute/src/routes.h"
#include "api/http/bind.h"

namespace virga::compute {
namespace {

using http::Request;
using http::Response;

constexpr http::ApiVersion kStrictQuery{2, 75};
constexpr Length kSomeText{1, 65536};

[[noreturn]] void refuse_volume(const std::string& id) {
  throw Error(ErrorKind::invalid,
              "No volume Block Device Mapping with id " + id.substr(0, 255) + ".");
}

Response create(ComputeDeps&, const Request& request) {
  const json::value body = request.json();
  const Fields in = envelope(body, "snapshot");
  in.only({"volume_id", "create_info"});
  const std::string volume = in.string("volume_id", kSomeText);
  const Fields info = in.object("create_info");
  info.only({"snapshot_id", "type", "new_file", "id"});
  info.string("snapshot_id", kSomeText);
  info.string("new_file", kSomeText);
  if (info.has("id")) info.string("id", kSomeText);
  const std::string type = info.string("type", kSomeText);
  if (type != "qcow2")
    throw Error(ErrorKind::invalid, "Invalid input for field/attribute type. Value: " +
                                        type.substr(0, 80) + ". It is not one of ['qcow2']");
  refuse_volume(volume);
}

Response remove(ComputeDeps&, const Request& request) {
  check_query(request, {{"delete_info"}},
              request.version >= kStrictQuery ? Unknown::refused : Unknown::ignored);
  const auto text = request.parameter("delete_info");
  if (!text) throw Error(ErrorKind::invalid, "'delete_info'");
  const json::value info = parse_json(*text, JsonLimits{});
  if (!info.is_object()) throw Error(ErrorKind::invalid, "delete_info must be a JSON object.");
  if (!info.get_object().contains("volume_id")) throw Error(ErrorKind::invalid, "'volume_id'");
  refuse_volume(Fields(info.get_object(), "delete_info").string("volume_id", kSomeText));
}

}  // namespace

void add_assisted_snapshot_routes(http::Router& r, ComputeDeps& deps) {
  const auto bind = http::binder(deps);
  const std::string all = "/compute/v2.1/os-assisted-volume-snapshots";
  r.post(all, "os_compute_api:os-assisted-volume-snapshots:create", bind(create));
  r.del(all + "/{id}", "os_compute_api:os-assisted-volume-snapshots:delete", bind(remove));
}

}  // namespace virga::compute
