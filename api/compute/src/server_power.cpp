// SPDX-License-Identifier: Apache-2.0
// Actions that change how a guest runs, and nothing else of it.
#include "api/compute/src/server_action.h"

namespace virga::compute {
namespace {

using http::Request;
using http::Response;
using model::PowerVerb;
using model::PowerWish;

/// What a power action makes of the wish.
struct PowerChange {
  const ActionRule& rule;
  PowerWish wish;
  PowerVerb verb;
  bool new_run = false;
};

Response change_power(ComputeDeps& deps, const Request& request, const PowerChange& to) {
  change_desired(deps, request, to.rule, [&](store::WriteTx&, model::Instance& i) {
    i.wish = to.wish;
    i.verb = to.verb;
    i.run_epoch += to.new_run ? 1 : 0;
  });
  return http::empty_response(202);
}

Response stop(ComputeDeps& deps, const Request& request, const json::value&) {
  return change_power(deps, request, {rules::kStop, PowerWish::stopped, PowerVerb::stop});
}

Response start(ComputeDeps& deps, const Request& request, const json::value&) {
  return change_power(deps, request, {rules::kStart, PowerWish::running, PowerVerb::start, true});
}

Response pause(ComputeDeps& deps, const Request& request, const json::value&) {
  return change_power(deps, request, {rules::kPause, PowerWish::paused, PowerVerb::pause});
}

Response unpause(ComputeDeps& deps, const Request& request, const json::value&) {
  return change_power(deps, request, {rules::kUnpause, PowerWish::running, PowerVerb::unpause});
}

Response suspend(ComputeDeps& deps, const Request& request, const json::value&) {
  return change_power(deps, request, {rules::kSuspend, PowerWish::suspended, PowerVerb::suspend});
}

Response resume(ComputeDeps& deps, const Request& request, const json::value&) {
  return change_power(deps, request, {rules::kResume, PowerWish::running, PowerVerb::resume});
}

Response reboot(ComputeDeps& deps, const Request& request, const json::value& argument) {
  if (!argument.is_object())
    throw Error(ErrorKind::invalid, "Invalid input for field/attribute reboot.");
  const Fields in(argument.get_object(), "reboot");
  in.only({"type"});
  const std::string type = in.string("type");
  if (type == "HARD" || type == "Hard" || type == "hard")
    return change_power(deps, request,
                        {rules::kHardReboot, PowerWish::running, PowerVerb::reboot_hard, true});
  if (type == "SOFT" || type == "Soft" || type == "soft")
    return change_power(deps, request,
                        {rules::kSoftReboot, PowerWish::running, PowerVerb::reboot_soft, true});
  throw Error(ErrorKind::invalid, "Invalid input for field/attribute type. Value: " + type +
                                      ". It is not one of ['HARD', 'SOFT']");
}

}  // namespace

std::vector<ServerAction> power_actions() {
  return {{"os-stop", "os_compute_api:servers:stop", stop},
          {"os-start", "os_compute_api:servers:start", start},
          {"reboot", "os_compute_api:servers:reboot", reboot},
          {"pause", "os_compute_api:os-pause-server:pause", pause},
          {"unpause", "os_compute_api:os-pause-server:unpause", unpause},
          {"suspend", "os_compute_api:os-suspend-server:suspend", suspend},
          {"resume", "os_compute_api:os-suspend-server:resume", resume}};
}

}  // namespace virga::compute
