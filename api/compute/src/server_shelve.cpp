// SPDX-License-Identifier: Apache-2.0
// shelve and shelveOffload: an instance becomes an image, and then needs no host any longer.
#include "api/compute/instance_shelve.h"
#include "api/compute/src/server_action.h"
#include "api/compute/src/snapshot_image.h"

namespace virga::compute {
namespace {

using http::Request;
using http::Response;
using model::Instance;
using model::PowerVerb;
using model::PowerWish;
using model::Shelving;
using store::WriteTx;

Response shelve(ComputeDeps& deps, const Request& request, const json::value&) {
  change_desired(deps, request, rules::kShelve, [&](WriteTx& tx, Instance& i) {
    SnapshotRequest wanted;
    wanted.kind = model::SnapshotKind::shelve;
    wanted.name = i.name + "-shelved";
    i.shelve_image_id = insert_snapshot(tx, deps, request, i, wanted);
    i.shelving = Shelving::shelve;
    i.wish = PowerWish::stopped;
    i.verb = PowerVerb::shelve;
  });
  return http::empty_response(202);
}

Response offload(ComputeDeps& deps, const Request& request, const json::value&) {
  change_desired(deps, request, rules::kShelveOffload, [](WriteTx&, Instance& i) {
    i.shelving = Shelving::offload;
    i.wish = PowerWish::absent;
  });
  return http::empty_response(202);
}

}  // namespace

std::vector<ServerAction> shelve_actions() {
  return {{"shelve", "os_compute_api:os-shelve:shelve", shelve},
          {"shelveOffload", "os_compute_api:os-shelve:shelve_offload", offload}};
}

}  // namespace virga::compute
