// SPDX-License-Identifier: Apache-2.0
// Aggregates of hosts. A host is in one zone, whatever aggregates it is in; zones do not change
// under instances.
#include "db/store/aggregates.h"

#include <algorithm>

#include "api/compute/src/checks.h"
#include "api/compute/src/routes.h"
#include "api/http/bind.h"
#include "common/random.h"
#include "db/store/hosts.h"
#include "db/store/settings.h"

namespace virga::compute {
namespace {

using http::Request;
using http::Response;
using store::ReadTx;
using store::WriteTx;

using Changes = std::map<std::string, std::optional<std::string>>;

constexpr http::ApiVersion kShowsUuid{2, 41};

enum class Parts { summary, whole };  ///< the answer to a create has neither hosts nor metadata

json::object view(const Request& request, const model::Aggregate& a, Parts parts = Parts::whole) {
  const std::string zone = a.zone();
  json::object v{{"id", a.number},
                 {"name", a.name},
                 {"availability_zone", zone.empty() ? json::value(nullptr) : json::value(zone)},
                 {"created_at", format_naive(a.created_us)},
                 {"updated_at", a.updated_us == 0 ? json::value(nullptr)
                                                  : json::value(format_naive(a.updated_us))},
                 {"deleted_at", nullptr},
                 {"deleted", false}};
  if (request.version >= kShowsUuid) v["uuid"] = a.id;
  if (parts == Parts::summary) return v;
  json::array hosts;
  for (const auto& host : a.hosts) hosts.emplace_back(host);
  json::object metadata;
  for (const auto& [name, value] : a.metadata) metadata[name] = value;
  v["hosts"] = std::move(hosts);
  v["metadata"] = std::move(metadata);
  return v;
}

Response shown(const Request& request, const model::Aggregate& a, Parts parts = Parts::whole) {
  return http::json_response(200, {{"aggregate", view(request, a, parts)}});
}

model::Aggregate get(ReadTx& tx, const std::string& id) {
  auto found = store::aggregates::find(tx, number_id(id));
  if (!found) throw Error(ErrorKind::not_found, "Aggregate " + id + " could not be found.");
  return std::move(*found);
}

/// What a refusal calls the change.
struct Act {
  const char* words;
  ErrorKind kind;
};
constexpr Act kUpdate{"Cannot update aggregate ", ErrorKind::invalid};
constexpr Act kSetMetadata{"Cannot update metadata of aggregate ", ErrorKind::invalid};
constexpr Act kAddHost{"Cannot add host to aggregate ", ErrorKind::conflict};

[[noreturn]] void refuse(const Act& act, const model::Aggregate& a, const std::string& reason) {
  throw Error(act.kind, act.words + std::to_string(a.number) + ". Reason: " + reason + ".");
}

/// Refuses to have a host in two zones: those of the aggregate, or the one that is to be added.
void require_one_zone(ReadTx& tx, const Act& act, const model::Aggregate& a,
                      const std::string& zone, const std::string& new_host_id) {
  auto others = store::aggregates::other_zones(tx, a.number, new_host_id);
  std::erase(others, zone);
  if (others.empty()) return;
  std::string names;
  for (const auto& other : others) names += (names.empty() ? "'" : ", '") + other + "'";
  refuse(act, a, "One or more hosts already in availability zone(s) [" + names + "]");
}

/// Refuses changes of metadata that would move hosts to another zone when they may not be moved.
void require_zone_may_change(ReadTx& tx, const Act& act, const model::Aggregate& a,
                             const Changes& changes) {
  const auto zone = changes.find(model::kZoneKey);
  if (zone == changes.end()) return;
  if (!zone->second || zone->second->empty())
    refuse(act, a, "Aggregate " + a.name + " does not support empty named availability zone");
  require_one_zone(tx, act, a, *zone->second, "");
  if (*zone->second != a.zone() && store::aggregates::has_instances(tx, a.number))
    refuse(act, a, "One or more hosts contain instances in this zone");
}

Response list(ComputeDeps& deps, const Request& request) {
  json::array views;
  for (const auto& a : deps.db.read([](ReadTx& tx) { return store::aggregates::list(tx); }))
    views.push_back(view(request, a));
  return http::json_response(200, {{"aggregates", std::move(views)}});
}

Response show(ComputeDeps& deps, const Request& request) {
  return shown(request, deps.db.read([&](ReadTx& tx) { return get(tx, request.param("id")); }));
}

Response create(ComputeDeps& deps, const Request& request) {
  const json::value body = request.json();
  const Fields in = envelope(body, "aggregate");
  in.only({"name", "availability_zone"});
  model::Aggregate a;
  a.id = new_uuid();
  a.name = required_name(in, "name");
  if (in.present(model::kZoneKey))
    a.metadata[model::kZoneKey] = required_zone_name(in, model::kZoneKey);
  a.created_us = deps.clock.now_us();
  deps.db.write([&](WriteTx& tx) {
    a.number = store::settings::next_number(tx, "aggregate");
    store::aggregates::insert(tx, a);
  });
  return shown(request, a, Parts::summary);
}

Response update(ComputeDeps& deps, const Request& request) {
  const json::value body = request.json();
  const Fields in = envelope(body, "aggregate");
  in.only({"name", "availability_zone"});
  if (in.raw().empty())
    throw Error(ErrorKind::invalid,
                "Invalid input for field/attribute aggregate. Value: {}. {} is not valid under any "
                "of the given schemas");
  std::optional<std::string> name;
  if (in.has("name")) name = required_name(in, "name", Spaces::trimmed);
  Changes changes;
  if (in.present(model::kZoneKey))
    changes[model::kZoneKey] = required_zone_name(in, model::kZoneKey);
  else if (in.has(model::kZoneKey))
    changes[model::kZoneKey] = std::nullopt;
  const TimeUs now = deps.clock.now_us();
  return shown(request, deps.db.write([&](WriteTx& tx) {
    const model::Aggregate a = get(tx, request.param("id"));
    if (name) store::aggregates::rename(tx, a.number, *name, now);
    require_zone_may_change(tx, kUpdate, a, changes);
    if (!changes.empty()) store::aggregates::change_metadata(tx, a, changes, now);
    return get(tx, request.param("id"));
  }));
}

Response remove(ComputeDeps& deps, const Request& request) {
  deps.db.write([&](WriteTx& tx) {
    const model::Aggregate a = get(tx, request.param("id"));
    if (!a.hosts.empty())
      throw Error(ErrorKind::invalid, "Cannot remove host from aggregate " +
                                          std::to_string(a.number) +
                                          ". Reason: Host aggregate is not empty.");
    store::aggregates::erase(tx, a.number);
  });
  return http::empty_response(200);
}

Response add_host(ComputeDeps& deps, const Request& request, const Fields& in) {
  in.only({"host"});
  const std::string name = required_host_name(in, "host");
  const TimeUs now = deps.clock.now_us();
  return shown(request, deps.db.write([&](WriteTx& tx) {
    const auto host = store::hosts::find_named(tx, name);
    if (!host) throw Error(ErrorKind::not_found, "Compute host " + name + " could not be found.");
    const model::Aggregate a = get(tx, request.param("id"));
    if (const auto zone = a.zone(); !zone.empty())
      require_one_zone(tx, kAddHost, a, zone, host->id);
    if (!store::aggregates::add_host(tx, a, host->id, now))
      throw Error(ErrorKind::conflict,
                  "Aggregate " + std::to_string(a.number) + " already has host " + name + ".");
    return get(tx, request.param("id"));
  }));
}

Response remove_host(ComputeDeps& deps, const Request& request, const Fields& in) {
  in.only({"host"});
  const std::string name = required_host_name(in, "host");
  const std::string& id = request.param("id");
  number_id(id);
  const TimeUs now = deps.clock.now_us();
  return shown(request, deps.db.write([&](WriteTx& tx) {
    const auto a = store::aggregates::find(tx, number_id(id));
    const auto host = store::hosts::find_named(tx, name);
    if (!a || !host || !store::aggregates::remove_host(tx, *a, host->id, now))
      throw Error(ErrorKind::not_found, "Cannot remove host " + name + " in aggregate " + id);
    return get(tx, id);
  }));
}

bool is_metadata_name(std::string_view name) {
  return !name.empty() && name.size() <= 255 && std::all_of(name.begin(), name.end(), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) ||
           std::string_view("-_:. ").find(c) != std::string_view::npos;
  });
}

Changes read_metadata(const Fields& in) {
  in.only({"metadata"});
  const Fields metadata = in.object("metadata");
  Changes changes;
  for (const auto& member : metadata.raw()) {
    const std::string name(member.key());
    if (!is_metadata_name(name))
      throw Error(ErrorKind::invalid,
                  "Invalid input for field/attribute metadata. '" + name.substr(0, 64) +
                      "' does not match any of the regexes: '^[a-zA-Z0-9-_:. ]{1,255}$'");
    if (member.value().is_null())
      changes[name] = std::nullopt;
    else
      changes[name] = metadata.string(name, {0, 255});
  }
  return changes;
}

Response set_metadata(ComputeDeps& deps, const Request& request, const Fields& in) {
  const Changes changes = read_metadata(in);
  const TimeUs now = deps.clock.now_us();
  return shown(request, deps.db.write([&](WriteTx& tx) {
    const model::Aggregate a = get(tx, request.param("id"));
    require_zone_may_change(tx, kSetMetadata, a, changes);
    store::aggregates::change_metadata(tx, a, changes, now);
    return get(tx, request.param("id"));
  }));
}

struct NamedAction {
  std::string_view name;
  std::string_view policy;
  Response (*run)(ComputeDeps&, const Request&, const Fields&);
};
constexpr NamedAction kActions[] = {
    {"add_host", "os_compute_api:os-aggregates:add_host", add_host},
    {"remove_host", "os_compute_api:os-aggregates:remove_host", remove_host},
    {"set_metadata", "os_compute_api:os-aggregates:set_metadata", set_metadata},
};

/// Each action has a policy of its own.
Response action(ComputeDeps& deps, const Request& request) {
  const json::value body = request.json();
  if (body.is_object() && body.get_object().size() == 1)
    for (const auto& known : kActions) {
      if (!body.get_object().contains(known.name)) continue;
      if (!request.allows(known.policy))
        throw Error(ErrorKind::forbidden,
                    "Policy doesn't allow " + std::string(known.policy) + " to be performed.");
      return known.run(deps, request, envelope(body, known.name));
    }
  throw Error(ErrorKind::invalid, "There is no such action: request body must name one action.");
}

}  // namespace

void add_aggregate_routes(http::Router& r, ComputeDeps& deps) {
  const auto bind = http::binder(deps);
  const std::string all = "/compute/v2.1/os-aggregates";
  const std::string one = all + "/{id}";
  r.get(all, "os_compute_api:os-aggregates:index", bind(list));
  r.post(all, "os_compute_api:os-aggregates:create", bind(create));
  r.get(one, "os_compute_api:os-aggregates:show", bind(show));
  r.put(one, "os_compute_api:os-aggregates:update", bind(update));
  r.del(one, "os_compute_api:os-aggregates:delete", bind(remove));
  r.post(one + "/action", "os_compute_api:os-aggregates:action", bind(action));
}

}  // namespace virga::compute
