// SPDX-License-Identifier: Apache-2.0
// Remote consoles: addresses under which a client reaches the screen or the serial line of a guest,
// once. Source: Nova, its remote consoles and console tokens.
#include <algorithm>

#include "api/compute/src/routes.h"
#include "api/compute/src/server_action.h"
#include "api/compute/src/server_view.h"
#include "api/http/bind.h"
#include "common/hash.h"
#include "common/random.h"
#include "db/store/console_tokens.h"
#include "db/store/grants.h"
#include "db/store/hosts.h"
#include "db/store/instances.h"

namespace virga::compute {
namespace {

using http::Request;
using http::Response;
using model::ConsoleKind;
using store::ReadTx;
using store::WriteTx;

constexpr const char* kPolicy = "os_compute_api:os-remote-consoles";
constexpr std::size_t kSecretBytes = 32;
constexpr http::VersionRange kByAction = http::until({2, 5});
constexpr http::ApiVersion kWithMks{2, 8};

using Words = std::initializer_list<std::string_view>;

/// One of the words that the field may hold.
std::string chosen(const Fields& in, std::string_view key, Words words) {
  std::string value = in.string(key, {0, 255});
  if (std::find(words.begin(), words.end(), value) != words.end()) return value;
  std::string list;
  for (const auto word : words) list += (list.empty() ? "'" : ", '") + std::string(word) + "'";
  throw Error(ErrorKind::invalid, "Invalid input for field/attribute " + std::string(key) +
                                      ". Value: " + value + ". '" + value + "' is not one of [" +
                                      list + "]");
}

Fields argument_of(const json::value& argument, const char* action) {
  if (!argument.is_object())
    throw Error(ErrorKind::invalid,
                "Invalid input for field/attribute " + std::string(action) + ".");
  Fields in(argument.get_object(), action);
  in.only({"type"});
  return in;
}

/// Only a guest that runs now has a console, and permission is for this run alone.
void require_console(const model::Instance& instance) {
  const bool runs =
      instance.power == model::PowerState::running || instance.power == model::PowerState::paused;
  if (instance.host_id.empty() || instance.wish == model::PowerWish::absent || !runs)
    throw Error(ErrorKind::conflict, "Instance " + instance.id + " is not ready");
}

/// Permission to open the console of {id} once.  @return the secret
std::string permit(ComputeDeps& deps, const Request& request, ConsoleKind kind) {
  const std::string secret = random_secret(kSecretBytes);
  deps.db.write([&](WriteTx& tx) {
    const model::Instance instance = get_instance(tx, request);
    require_console(instance);
    const http::Caller& who = request.who();
    // Who came by a delegation may hold no role of his own.
    const bool holds =
        !who.project_id.empty() &&
        !store::grants::list_roles(tx, who.user_id, model::TargetKind::project, who.project_id)
             .empty();
    store::console_tokens::insert(
        tx, {sha256_hex(secret), instance.id, kind, instance.run_epoch, who.user_id,
             holds ? who.project_id : "", deps.clock.now_us() + deps.console_token_life_us});
  });
  return secret;
}

/// Where a page of the control plane shows the screen: it hands "path" on to its WebSocket.
std::string screen_url(const Request& request, const std::string& secret) {
  return request.base_url + "/vnc_auto.html?path=%3Ftoken%3D" + secret;
}

/// "http://..." as "ws://...", "https://..." as "wss://...".
std::string serial_url(const Request& request, const std::string& secret) {
  return "ws" + request.base_url.substr(4) + "/?token=" + secret;
}

/// There are screens by noVNC and serial lines, and no other consoles.
std::string console_url(ComputeDeps& deps, const Request& request, const std::string& protocol,
                        const std::string& type) {
  if (protocol == "vnc" && type == "novnc")
    return screen_url(request, permit(deps, request, ConsoleKind::vnc));
  if (protocol == "serial" && type == "serial")
    return serial_url(request, permit(deps, request, ConsoleKind::serial));
  const model::Instance instance =
      deps.db.read([&](ReadTx& tx) { return get_instance(tx, request); });
  if (instance.host_id.empty())
    throw Error(ErrorKind::conflict, "Instance " + instance.id + " is not ready");
  const bool served = protocol == "vnc" || protocol == "serial";
  throw Error(ErrorKind::invalid,
              served ? "Invalid console type " + type : "Unavailable console type " + type + ".");
}

Response console(ComputeDeps& deps, const Request& request, const std::string& protocol,
                 const std::string& type) {
  const std::string url = console_url(deps, request, protocol, type);
  return http::json_response(200, {{"console", {{"type", type}, {"url", url}}}});
}

Response vnc(ComputeDeps& deps, const Request& request, const json::value& argument) {
  const Fields in = argument_of(argument, "os-getVNCConsole");
  return console(deps, request, "vnc", chosen(in, "type", {"novnc", "xvpvnc"}));
}

Response spice(ComputeDeps& deps, const Request& request, const json::value& argument) {
  const Fields in = argument_of(argument, "os-getSPICEConsole");
  return console(deps, request, "spice", chosen(in, "type", {"spice-html5"}));
}

Response rdp(ComputeDeps& deps, const Request& request, const json::value& argument) {
  const Fields in = argument_of(argument, "os-getRDPConsole");
  return console(deps, request, "rdp", chosen(in, "type", {"rdp-html5"}));
}

Response serial(ComputeDeps& deps, const Request& request, const json::value& argument) {
  const Fields in = argument_of(argument, "os-getSerialConsole");
  return console(deps, request, "serial", chosen(in, "type", {"serial"}));
}

Response create(ComputeDeps& deps, const Request& request) {
  const json::value body = request.json();
  const Fields in = envelope(body, "remote_console");
  in.only({"protocol", "type"});
  const bool mks = request.version >= kWithMks;
  const std::string protocol =
      mks ? chosen(in, "protocol", {"vnc", "spice", "rdp", "serial", "mks"})
          : chosen(in, "protocol", {"vnc", "spice", "rdp", "serial"});
  const std::string type =
      mks ? chosen(in, "type", {"novnc", "xvpvnc", "spice-html5", "rdp-html5", "serial", "webmks"})
          : chosen(in, "type", {"novnc", "xvpvnc", "spice-html5", "rdp-html5", "serial"});
  const std::string url = console_url(deps, request, protocol, type);
  return http::json_response(
      200, {{"remote_console", {{"protocol", protocol}, {"type", type}, {"url", url}}}});
}

struct Connection {
  std::string instance_id;
  std::string host;  ///< address
};

Connection find_connection(ComputeDeps& deps, const Request& request) {
  const std::string hash = sha256_hex(request.param("token"));
  return deps.db.read([&](ReadTx& tx) {
    const auto token = store::console_tokens::find(tx, hash, deps.clock.now_us());
    const auto instance = token ? store::instances::find(tx, token->instance_id, "") : std::nullopt;
    const auto host = instance ? store::hosts::find(tx, instance->host_id) : std::nullopt;
    if (!host) throw Error(ErrorKind::not_found, "Token not found");
    return Connection{instance->id, host->address};
  });
}

/// These versions know consoles by RDP only.
Response refuse_token(ComputeDeps& deps, const Request& request) {
  (void)find_connection(deps, request);
  throw Error(ErrorKind::unauthorized, "The requested console type details are not accessible");
}

/// What a token leads to. Consoles are reached through their host's agent: they have no port.
Response show_token(ComputeDeps& deps, const Request& request) {
  const Connection found = find_connection(deps, request);
  return http::json_response(200, {{"console",
                                    {{"instance_uuid", found.instance_id},
                                     {"host", found.host},
                                     {"port", nullptr},
                                     {"internal_access_path", nullptr}}}});
}

}  // namespace

std::vector<ServerAction> console_actions() {
  return {{"os-getVNCConsole", kPolicy, vnc, kByAction},
          {"os-getSPICEConsole", kPolicy, spice, kByAction},
          {"os-getRDPConsole", kPolicy, rdp, kByAction},
          {"os-getSerialConsole", kPolicy, serial, kByAction}};
}

void add_console_routes(http::Router& r, ComputeDeps& deps) {
  const auto bind = http::binder(deps);
  r.post("/compute/v2.1/servers/{id}/remote-consoles", kPolicy, bind(create), http::since({2, 6}));
  const char* token = "/compute/v2.1/os-console-auth-tokens/{token}";
  r.get(token, "os_compute_api:os-console-auth-tokens", bind(refuse_token), http::until({2, 30}));
  r.get(token, "os_compute_api:os-console-auth-tokens", bind(show_token), http::since({2, 31}));
}

}  // namespace virga::compute
