// SPDX-License-Identifier: Apache-2.0
// Rescue: the guest boots from another image, with its own root disk beside it.
#include "api/compute/src/server_action.h"
#include "api/compute/src/server_source.h"

namespace virga::compute {
namespace {

using http::Request;
using http::Response;
using model::PowerVerb;
using model::PowerWish;
using store::WriteTx;

Response rescue(ComputeDeps& deps, const Request& request, const json::value& argument) {
  std::string image_id;
  const json::value* chosen = nullptr;
  if (argument.is_object()) {
    const Fields in(argument.get_object(), "rescue");
    in.only({"adminPass", "rescue_image_ref"});
    image_id = in.optional_string("rescue_image_ref").value_or("");
    chosen = argument.get_object().if_contains("adminPass");
  } else if (!argument.is_null()) {
    throw Error(ErrorKind::invalid, "Invalid input for field/attribute rescue.");
  }
  const std::string password = admin_password(chosen);
  change_desired(deps, request, rules::kRescue, [&](WriteTx& tx, model::Instance& i) {
    // Without a choice it is the instance's own, which is there also when its image was deleted.
    i.rescue = {i.image_id, i.image_digest, i.image_format, i.image_size, i.image_virtual_size};
    if (!image_id.empty()) {
      const model::Image image = get_bootable(tx, request, image_id);
      i.rescue = {image.id, image.digest, image.disk_format, image.size, image.virtual_size};
    }
    i.disks.replace(false, true);
    i.wish = PowerWish::running;
    i.verb = PowerVerb::rescue;
    ++i.run_epoch;
  });
  return http::json_response(200, {{"adminPass", password}});
}

Response unrescue(ComputeDeps& deps, const Request& request, const json::value&) {
  change_desired(deps, request, rules::kUnrescue, [](WriteTx&, model::Instance& i) {
    i.disks.revert();
    i.rescue = {};
    i.wish = PowerWish::running;
    i.verb = PowerVerb::unrescue;
    ++i.run_epoch;
  });
  return http::empty_response(202);
}

}  // namespace

std::vector<ServerAction> rescue_actions() {
  return {{"rescue", "os_compute_api:os-rescue", rescue},
          {"unrescue", "os_compute_api:os-unrescue", unrescue}};
}

}  // namespace virga::compute
