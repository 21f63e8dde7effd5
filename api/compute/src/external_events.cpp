// SPDX-License-Identifier: Apache-2.0
// Events that other services tell of servers. Virga's hosts look at the whole state each time, so
// an event is a reason to look again, whatever its name.
#include <algorithm>
#include <vector>

#include "api/compute/src/routes.h"
#include "api/http/bind.h"
#include "common/json.h"
#include "common/random.h"
#include "db/store/instances.h"

namespace virga::compute {
namespace {

using http::Request;
using http::Response;
using store::WriteTx;

struct KnownEvent {
  std::string_view name;
  http::ApiVersion since;
  bool needs_tag;
};
constexpr KnownEvent kEvents[] = {
    {"network-changed", {2, 1}, false},           {"network-vif-plugged", {2, 1}, false},
    {"network-vif-unplugged", {2, 1}, false},     {"network-vif-deleted", {2, 1}, false},
    {"volume-extended", {2, 51}, true},           {"power-update", {2, 76}, true},
    {"accelerator-request-bound", {2, 82}, true}, {"volume-reimaged", {2, 93}, false},
};
constexpr std::string_view kStatuses[] = {"failed", "completed", "in-progress"};

struct Event {
  std::string instance_id;
  bool lacks_tag = false;
};

[[noreturn]] void refuse(const char* field, const std::string& value, const char* why) {
  throw Error(ErrorKind::invalid, std::string("Invalid input for field/attribute ") + field +
                                      ". Value: " + value + ". '" + value + "' " + why);
}

Event read_event(const Request& request, const Fields& in) {
  in.only({"server_uuid", "name", "status", "tag"});
  Event event;
  event.instance_id = in.string("server_uuid");
  if (!is_uuid_like(event.instance_id)) refuse("server_uuid", event.instance_id, "is not a 'uuid'");
  const std::string name = in.string("name");
  const KnownEvent* known = nullptr;
  for (const auto& e : kEvents)
    if (e.name == name && request.version >= e.since) known = &e;
  if (known == nullptr) refuse("name", name, "is not one of the events of this version");
  if (in.has("status")) {
    const std::string status = in.string("status", {0, 255});
    if (std::find(std::begin(kStatuses), std::end(kStatuses), status) == std::end(kStatuses))
      refuse("status", status, "is not one of ['failed', 'completed', 'in-progress']");
  }
  if (in.has("tag")) in.string("tag", {0, 255});
  event.lacks_tag = known->needs_tag && !in.has("tag");
  return event;
}

/// What becomes of an event: the code that it gets. One that is taken wakes the host.
int take(WriteTx& tx, const Event& event) {
  const auto instance = store::instances::find(tx, event.instance_id, "");
  if (!instance) return 404;
  if (event.lacks_tag) return 400;
  if (instance->host_id.empty()) return 422;
  tx.notify("host", instance->host_id);
  return 200;
}

Response create(ComputeDeps& deps, const Request& request) {
  const json::value body = request.json();
  if (!body.is_object()) throw Error(ErrorKind::invalid, "The request body must be a JSON object.");
  const Fields in(body.get_object(), "body");
  in.only({"events"});
  json::array shown = in.array("events");
  if (shown.empty())
    throw Error(ErrorKind::invalid,
                "Invalid input for field/attribute events. Value: []. [] is too short");
  std::vector<Event> events;
  for (const auto& value : shown) {
    if (!value.is_object())
      throw Error(ErrorKind::invalid,
                  "Invalid input for field/attribute events. An event is not "
                  "of type 'object'");
    events.push_back(read_event(request, Fields(value.get_object(), "events")));
  }
  int status = 200;
  deps.db.write([&](WriteTx& tx) {
    for (std::size_t i = 0; i < events.size(); ++i) {
      const int code = take(tx, events[i]);
      json::object& event = shown[i].as_object();
      event["status"] = code == 200 ? "completed" : "failed";
      event["code"] = code;
      if (code != 200) status = 207;
    }
  });
  return http::json_response(status, {{"events", std::move(shown)}});
}

}  // namespace

void add_external_event_routes(http::Router& r, ComputeDeps& deps) {
  r.post("/compute/v2.1/os-server-external-events",
         "os_compute_api:os-server-external-events:create", http::binder(deps)(create));
}

}  // namespace virga::compute
