// SPDX-License-Identifier: Apache-2.0
// POST /servers/{id}/action: each action checks the state, records the wish and answers 202.
#include <algorithm>

#include "api/compute/src/routes.h"
#include "api/compute/src/server_view.h"
#include "api/http/bind.h"
#include "common/json.h"
#include "db/model/instance_status.h"
#include "db/store/instance_actions.h"
#include "db/store/instances.h"

namespace virga::compute {
namespace {

using http::Request;
using http::Response;
using model::PowerVerb;
using model::PowerWish;
using store::ReadTx;
using store::WriteTx;

constexpr std::size_t kConsoleBytes = 256 * 1024;  // of a log are looked at

/// What a power action needs and does.
struct PowerAction {
  const char* name;                              ///< in messages and records
  std::initializer_list<std::string_view> from;  ///< vm_states in which it is allowed
  bool any_task;                                 ///< also while another power task runs
  PowerWish wish;
  PowerVerb verb;
  bool new_run;
};

const PowerAction kStop{"stop", {"active"}, false, PowerWish::stopped, PowerVerb::stop, false};
const PowerAction kStart{"start", {"stopped"}, false, PowerWish::running, PowerVerb::start, true};
const PowerAction kSoft{"reboot", {"active"}, false, PowerWish::running, PowerVerb::reboot_soft,
                        true};
const PowerAction kHard{"reboot",           {"active", "stopped", "error"}, true,
                        PowerWish::running, PowerVerb::reboot_hard,         true};

[[noreturn]] void refuse(const PowerAction& action, const model::Instance& i, const char* what,
                         std::string_view state) {
  throw Error(ErrorKind::conflict, std::string("Cannot '") + action.name + "' instance " + i.id +
                                       " while it is in " + what + " " + std::string(state));
}

void require_allowed(const PowerAction& action, const model::Instance& i) {
  const model::InstanceStatus s = model::derive_status(i);
  if (std::find(action.from.begin(), action.from.end(), s.vm_state) == action.from.end())
    refuse(action, i, "vm_state", s.vm_state);
  const bool busy = !s.task_state.empty();
  if (s.task_state == "deleting" || (busy && !action.any_task))
    refuse(action, i, "task_state", s.task_state);
  if (i.host_id.empty()) refuse(action, i, "vm_state", s.vm_state);
}

Response change_power(ComputeDeps& deps, const Request& request, const PowerAction& action) {
  const TimeUs now = deps.clock.now_us();
  deps.db.write([&](WriteTx& tx) {
    const model::Instance instance = get_instance(tx, request);
    require_allowed(action, instance);
    store::instances::set_wish(tx, instance, action.wish, action.verb, action.new_run, now);
    store::instance_actions::insert(tx, {request.request_id, instance.id, action.name,
                                         request.who().user_id, request.who().project_id, "", now});
  });
  return http::empty_response(202);
}

Response reboot(ComputeDeps& deps, const Request& request, const json::value& argument) {
  if (!argument.is_object())
    throw Error(ErrorKind::invalid, "Invalid input for field/attribute reboot.");
  const Fields in(argument.get_object(), "reboot");
  in.only({"type"});
  const std::string type = in.string("type");
  if (type == "HARD" || type == "Hard" || type == "hard") return change_power(deps, request, kHard);
  if (type == "SOFT" || type == "Soft" || type == "soft") return change_power(deps, request, kSoft);
  throw Error(ErrorKind::invalid, "Invalid input for field/attribute type. Value: " + type +
                                      ". It is not one of ['HARD', 'SOFT']");
}

std::string last_lines(const std::string& text, std::int64_t lines) {
  std::size_t at = text.size();
  if (at > 0 && text[at - 1] == '\n') --at;
  for (; lines > 0 && at != std::string::npos; --lines) {
    if (at == 0) return text;
    at = text.rfind('\n', at - 1);
  }
  return at == std::string::npos ? text : text.substr(at + 1);
}

/// Bytes of a guest as JSON can carry them: what is not UTF-8 text becomes '?'.
std::string printable(const std::string& bytes) {
  std::string out;
  out.reserve(bytes.size());
  for (const char c : bytes) {
    const auto b = static_cast<unsigned char>(c);
    if (b < 0x80 && (b >= 0x20 || b == '\n' || b == '\t' || b == '\r' || b == 0x1b))
      out += c;
    else if (b >= 0x80)
      out += '?';
  }
  return out;
}

Response console_output(ComputeDeps& deps, const Request& request, const json::value& argument) {
  if (!argument.is_object())
    throw Error(ErrorKind::invalid, "Invalid input for field/attribute os-getConsoleOutput.");
  const Fields in(argument.get_object(), "os-getConsoleOutput");
  in.only({"length"});
  const auto lines = in.optional_integer("length", -1, 1'000'000);
  const model::Instance instance =
      deps.db.read([&](ReadTx& tx) { return get_instance(tx, request); });
  if (instance.host_id.empty())
    throw Error(ErrorKind::conflict, "Instance " + instance.id + " is not ready");
  std::string log = deps.read_console(instance.host_id, instance.id, kConsoleBytes);
  if (lines && *lines >= 0) log = last_lines(log, *lines);
  return http::json_response(200, {{"output", printable(log)}});
}

Response act(ComputeDeps& deps, const Request& request) {
  const json::value body = request.json();
  if (!body.is_object() || body.get_object().size() != 1)
    throw Error(ErrorKind::invalid, "The request body must name exactly one action.");
  const std::string action = body.get_object().begin()->key();
  const json::value& argument = body.get_object().begin()->value();
  if (action == "os-stop") return change_power(deps, request, kStop);
  if (action == "os-start") return change_power(deps, request, kStart);
  if (action == "reboot") return reboot(deps, request, argument);
  if (action == "os-getConsoleOutput") return console_output(deps, request, argument);
  throw Error(ErrorKind::invalid, "There is no such action: " + action.substr(0, 64));
}

}  // namespace

void add_server_action_routes(http::Router& r, ComputeDeps& deps) {
  const auto bind = http::binder(deps);
  r.post("/compute/v2.1/servers/{id}/action", "os_compute_api:servers:action", bind(act));
}

}  // namespace virga::compute
