// SPDX-License-Identifier: Apache-2.0
// Services: list, enable, disable, force down, forget. Below 2.53 the path of a change is its verb
// and the body names the service; from then on the path has the service's UUID.
#include <optional>

#include "api/compute/src/checks.h"
#include "api/compute/src/routes.h"
#include "api/compute/src/service_list.h"
#include "api/http/bind.h"
#include "api/network/port_allocation.h"
#include "db/store/control_services.h"
#include "db/store/hosts.h"
#include "db/store/instance_migrations.h"

namespace virga::compute {
namespace {

using http::Request;
using http::Response;
using store::ReadTx;
using store::WriteTx;

constexpr http::ApiVersion kForcedDown{2, 11};
constexpr http::ApiVersion kUuids{2, 53};
constexpr http::ApiVersion kStrictQuery{2, 75};

json::value text_or_null(const std::string& text) {
  return text.empty() ? json::value(nullptr) : json::value(text);
}

json::object view(const Request& request, const ShownService& s) {
  json::object v{{"binary", s.binary},
                 {"host", s.host},
                 {"id", request.version >= kUuids ? json::value(s.id) : json::value(s.number)},
                 {"zone", s.zone},
                 {"status", s.enabled ? "enabled" : "disabled"},
                 {"state", s.up ? "up" : "down"},
                 {"updated_at", s.updated_us == 0 ? json::value(nullptr)
                                                  : json::value(format_naive(s.updated_us))},
                 {"disabled_reason", text_or_null(s.disabled_reason)}};
  if (request.version >= kForcedDown) v["forced_down"] = s.forced_down;
  return v;
}

Response list(ComputeDeps& deps, const Request& request) {
  check_query(request, {{"host"}, {"binary"}},
              request.version >= kStrictQuery ? Unknown::refused : Unknown::ignored);
  const std::string host = request.parameter("host").value_or("");
  const std::string binary = request.parameter("binary").value_or("");
  json::array views;
  for (const auto& s : deps.db.read([&](ReadTx& tx) { return list_services(tx, deps); }))
    if ((host.empty() || s.host == host) && (binary.empty() || s.binary == binary))
      views.push_back(view(request, s));
  return http::json_response(200, {{"services", std::move(views)}});
}

[[noreturn]] void refuse_binary(const std::string& binary) {
  throw Error(ErrorKind::invalid, "Updating a " + binary +
                                      " service is not supported. Only nova-compute services can "
                                      "be updated.");
}

/// What is to become of a host.
struct Wanted {
  std::optional<bool> enabled;
  std::string reason;
  std::optional<bool> forced_down;
};

/// A host whose instances were evacuated must be started before it counts as up: it has to see that
/// they are not its own any more.
void require_may_come_up(ReadTx& tx, const std::string& host) {
  if (store::instance_migrations::any_evacuated(tx, host))
    throw Error(ErrorKind::invalid, "Unable to force up host " + host +
                                        " as `done` evacuation migration records remain associated "
                                        "with the host. Ensure the compute service has been "
                                        "restarted, allowing these records to move to `completed` "
                                        "before retrying this request.");
}

void apply(WriteTx& tx, const model::Host& host, const Wanted& wanted) {
  if (wanted.enabled) store::hosts::set_enabled(tx, host.id, *wanted.enabled, wanted.reason);
  if (!wanted.forced_down) return;
  if (!*wanted.forced_down) require_may_come_up(tx, host.name);
  store::hosts::set_forced_down(tx, host.id, *wanted.forced_down);
}

/// A service as elder versions name it in bodies.
struct Named {
  std::string host;
  std::string binary;
};

Named read_named(const Request& request, const Fields& in) {
  if (request.version >= kForcedDown)
    in.only({"host", "binary", "disabled_reason", "forced_down"});
  else
    in.only({"host", "binary", "disabled_reason"});
  return {required_host_name(in, "host"), in.string("binary")};
}

/// Reads the verb of the path and what belongs to it; fills the answer.
Wanted read_verb(const Request& request, const Fields& in, json::object& answer) {
  const std::string& verb = request.param("id");
  const bool given = in.has("disabled_reason");
  const std::string reason = given ? in.string("disabled_reason") : "";
  const bool down = in.boolean("forced_down", false);
  if (verb == "enable" || verb == "disable" || verb == "disable-log-reason") {
    const bool with_reason = verb == "disable-log-reason";
    if (with_reason && !given) throw Error(ErrorKind::invalid, "Missing disabled reason field");
    answer["status"] = verb == "enable" ? "enabled" : "disabled";
    if (with_reason) answer["disabled_reason"] = reason;
    return {verb == "enable", with_reason ? reason : "", std::nullopt};
  }
  if (verb != "force-down" || request.version < kForcedDown)
    throw Error(ErrorKind::not_found, "Unknown action");
  if (!in.present("forced_down")) throw Error(ErrorKind::invalid, "Missing forced_down field");
  answer["forced_down"] = down;
  return {std::nullopt, "", down};
}

Response change_named(ComputeDeps& deps, const Request& request) {
  const json::value body = request.json();
  if (!body.is_object()) throw Error(ErrorKind::invalid, "The request body must be a JSON object.");
  const Fields in(body.get_object(), "body");
  const Named named = read_named(request, in);
  json::object answer{{"host", named.host}, {"binary", named.binary}};
  const Wanted wanted = read_verb(request, in, answer);
  if (named.binary != "nova-compute") refuse_binary(named.binary);
  deps.db.write([&](WriteTx& tx) {
    const auto host = store::hosts::find_named(tx, named.host);
    if (!host)
      throw Error(ErrorKind::not_found, "Host '" + named.host + "' is not mapped to any cell");
    apply(tx, *host, wanted);
  });
  return http::json_response(200, {{"service", std::move(answer)}});
}

Wanted read_changes(const Fields& in) {
  in.only({"status", "disabled_reason", "forced_down"});
  Wanted wanted;
  if (in.has("disabled_reason")) wanted.reason = in.string("disabled_reason");
  if (in.has("status")) {
    const std::string status = in.string("status");
    if (status != "enabled" && status != "disabled")
      throw Error(ErrorKind::invalid, "Invalid input for field/attribute status. Value: " + status +
                                          ". '" + status +
                                          "' is not one of ['enabled', 'disabled']");
    wanted.enabled = status == "enabled";
  }
  if (in.has("forced_down")) {
    if (in.raw().at("forced_down").is_null())
      throw Error(ErrorKind::invalid,
                  "Invalid input for field/attribute forced_down. Value: None. None is not of type "
                  "'boolean', 'string'");
    wanted.forced_down = in.boolean("forced_down", false);
  }
  return wanted;
}

[[noreturn]] void refuse_missing(const std::string& id) {
  throw Error(ErrorKind::not_found, "Service " + id + " could not be found.");
}

/// The host whose service has that UUID.
model::Host get_host(ReadTx& tx, const std::string& id) {
  if (auto host = store::hosts::find(tx, id)) return std::move(*host);
  for (const auto& service : store::control_services::list(tx))
    if (service.id == id) refuse_binary(service.name);
  refuse_missing(id);
}

Response change(ComputeDeps& deps, const Request& request) {
  const std::string& id = uuid_id(request.param("id"));
  const json::value body = request.json();
  if (!body.is_object()) throw Error(ErrorKind::invalid, "The request body must be a JSON object.");
  const Wanted wanted = read_changes(Fields(body.get_object(), "body"));
  const ShownService changed = deps.db.write([&](WriteTx& tx) {
    const model::Host host = get_host(tx, id);
    if (wanted.enabled == true && !wanted.reason.empty())
      throw Error(ErrorKind::invalid,
                  "Specifying 'disabled_reason' with status 'enabled' is invalid.");
    if (!wanted.enabled && !wanted.forced_down)
      throw Error(ErrorKind::invalid,
                  "No updates were requested. Fields 'status' or 'forced_down' should be "
                  "specified.");
    apply(tx, host, wanted);
    return service_of(tx, deps, *store::hosts::find(tx, id));
  });
  return http::json_response(200, {{"service", view(request, changed)}});
}

void forget_host(WriteTx& tx, const ShownService& service) {
  if (store::hosts::has_instances(tx, service.id))
    throw Error(ErrorKind::conflict,
                "Unable to delete compute service that is hosting instances. Migrate or delete the "
                "instances first.");
  if (store::instance_migrations::any_in_progress(tx, service.host))
    throw Error(ErrorKind::conflict,
                "Unable to delete compute service that has in-progress migrations. Complete the "
                "migrations or delete the instances first.");
  network::release_dhcp_ports(tx, service.id);
  store::hosts::erase(tx, service.id);
}

Response remove(ComputeDeps& deps, const Request& request) {
  const std::string& id = request.param("id");
  const bool by_uuid = request.version >= kUuids;
  const std::int64_t number = by_uuid ? 0 : number_id(id);
  if (by_uuid) uuid_id(id);
  deps.db.write([&](WriteTx& tx) {
    for (const auto& service : list_services(tx, deps)) {
      if (by_uuid ? service.id != id : service.number != number) continue;
      if (service.topic == "compute")
        forget_host(tx, service);
      else
        store::control_services::erase(tx, service.id);
      return;
    }
    throw Error(ErrorKind::not_found, "Service " + id + " not found.");
  });
  return http::empty_response(204);
}

}  // namespace

void add_service_routes(http::Router& r, ComputeDeps& deps) {
  const auto bind = http::binder(deps);
  const std::string one = "/compute/v2.1/os-services/{id}";
  r.get("/compute/v2.1/os-services", "os_compute_api:os-services:list", bind(list));
  r.put(one, "os_compute_api:os-services:update", bind(change_named), http::until({2, 52}));
  r.put(one, "os_compute_api:os-services:update", bind(change), http::since(kUuids));
  r.del(one, "os_compute_api:os-services:delete", bind(remove));
}

}  // namespace virga::compute
