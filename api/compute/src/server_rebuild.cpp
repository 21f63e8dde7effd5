// SPDX-License-Identifier: Apache-2.0
// Rebuild: the same instance, with its addresses, on a new root disk.
#include "api/compute/src/routes.h"
#include "api/compute/src/server_action.h"
#include "api/compute/src/server_source.h"
#include "api/compute/src/server_view.h"
#include "common/random.h"
#include "db/store/instances.h"

namespace virga::compute {
namespace {

using http::Request;
using http::Response;
using model::PowerVerb;
using model::PowerWish;
using store::WriteTx;

constexpr std::size_t kMostMetadata = 128;

void read_metadata(const Fields& in, model::Instance& i) {
  const auto metadata = in.optional_object("metadata");
  if (!metadata) return;
  if (metadata->raw().size() > kMostMetadata)
    throw Error(ErrorKind::forbidden, "Quota exceeded, too many metadata items.");
  i.metadata.clear();
  for (const auto& member : metadata->raw()) {
    const std::string key = member.key();
    if (key.empty() || key.size() > 255)
      throw Error(ErrorKind::invalid, "Metadata keys must have 1 to 255 characters.");
    i.metadata[key] = metadata->string(key, {0, 255});
  }
}

Response answer(ComputeDeps& deps, const Request& request, const std::string& id,
                const std::string& password) {
  const ShownInstance shown =
      deps.db.read([&](store::ReadTx& tx) { return complete(tx, get_instance(tx, request)); });
  JsonWriter out(2048);
  out.begin_object();
  out.key("server");
  write_server(out, deps, request, shown, password);
  out.end_object();
  Response response;
  response.status = 202;
  response.body = out.take();
  response.headers.emplace_back("Location", compute_url(request) + "/servers/" + id);
  return response;
}

Response rebuild(ComputeDeps& deps, const Request& request, const json::value& argument) {
  if (!argument.is_object())
    throw Error(ErrorKind::invalid, "Invalid input for field/attribute rebuild.");
  const Fields in(argument.get_object(), "rebuild");
  in.only({"imageRef", "adminPass", "name", "metadata", "preserve_ephemeral", "OS-DCF:diskConfig",
           "accessIPv4", "accessIPv6"});
  const std::string image_id = in.string("imageRef");
  if (!is_uuid_like(image_id))
    throw Error(ErrorKind::invalid,
                "Invalid input for field/attribute imageRef. Value: " + image_id);
  const auto name = in.optional_string("name", {1, 255});
  const std::string password = admin_password(argument.get_object().if_contains("adminPass"));
  const model::Instance after =
      change_desired(deps, request, rules::kRebuild, [&](WriteTx& tx, model::Instance& i) {
        const model::Image image = get_bootable(tx, request, image_id);
        require_fits(image, i);
        take_image(image, i);
        if (name) i.name = *name;
        read_metadata(in, i);
        if (argument.get_object().contains("metadata"))
          store::instances::replace_metadata(tx, i.id, i.metadata);
        i.disks.replace(false, false);
        // One that was stopped stays so; one in error shall run.
        if (i.wish != PowerWish::stopped || i.fault_code != 0) i.wish = PowerWish::running;
        i.verb = PowerVerb::rebuild;
        ++i.run_epoch;
      });
  return answer(deps, request, after.id, password);
}

}  // namespace

std::vector<ServerAction> rebuild_actions() {
  return {{"rebuild", "os_compute_api:servers:rebuild", rebuild}};
}

}  // namespace virga::compute
