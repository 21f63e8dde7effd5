// SPDX-License-Identifier: Apache-2.0
// POST /servers/{id}/action: finds the action by its key and checks its policy.
#include <algorithm>

#include "api/compute/src/routes.h"
#include "api/compute/src/server_action.h"
#include "api/compute/src/server_view.h"
#include "api/http/bind.h"
#include "db/store/instance_actions.h"
#include "db/store/instances.h"

namespace virga::compute {
namespace {

using http::Request;
using http::Response;
using store::ReadTx;
using store::WriteTx;

constexpr std::size_t kConsoleBytes = 256 * 1024;  // of a log are looked at

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

std::vector<ServerAction> all_actions() {
  std::vector<ServerAction> all{
      {"os-getConsoleOutput", "os_compute_api:os-console-output", console_output}};
  for (const auto& part :
       {power_actions(), rescue_actions(), rebuild_actions(), resize_actions(), console_actions(),
        snapshot_actions(), shelve_actions(), unshelve_actions()})
    all.insert(all.end(), part.begin(), part.end());
  return all;
}

Response act(ComputeDeps& deps, const Request& request) {
  static const std::vector<ServerAction> actions = all_actions();
  const json::value body = request.json();
  if (!body.is_object() || body.get_object().size() != 1)
    throw Error(ErrorKind::invalid, "The request body must name exactly one action.");
  const std::string key = body.get_object().begin()->key();
  const auto action = std::find_if(actions.begin(), actions.end(), [&](const ServerAction& a) {
    return a.key == key && a.versions.contains(request.version);
  });
  if (action == actions.end())
    throw Error(ErrorKind::invalid, "There is no such action: " + key.substr(0, 64));
  if (!request.allows(action->policy))
    throw Error(ErrorKind::forbidden,
                "Policy doesn't allow " + std::string(action->policy) + " to be performed.");
  return action->run(deps, request, body.get_object().begin()->value());
}

}  // namespace

model::Instance change_desired(ComputeDeps& deps, const Request& request, const ActionRule& rule,
                               const std::function<void(WriteTx&, model::Instance&)>& change) {
  const TimeUs now = deps.clock.now_us();
  return deps.db.write([&](WriteTx& tx) {
    model::Instance instance = get_instance(tx, request);
    require_allowed(rule, instance);
    change(tx, instance);
    store::instances::set_desired(tx, instance, now);
    store::instance_actions::insert(tx, {request.request_id, instance.id, std::string(rule.name),
                                         request.who().user_id, request.who().project_id, "", now});
    return instance;
  });
}

void add_server_action_routes(http::Router& r, ComputeDeps& deps) {
  const auto bind = http::binder(deps);
  r.post("/compute/v2.1/servers/{id}/action", "os_compute_api:servers:action", bind(act));
}

}  // namespace virga::compute
