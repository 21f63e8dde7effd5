// SPDX-License-Identifier: Apache-2.0
// GET /virga/v1/servers/{id}/explain: why this host, why none, why it waits.
#include "api/http/bind.h"
#include "api/virga/src/routes.h"
#include "common/error.h"
#include "common/json.h"
#include "db/model/instance_status.h"
#include "db/store/hosts.h"
#include "db/store/instances.h"
#include "db/store/placement_decisions.h"

namespace virga::own {
namespace {

using http::Request;
using http::Response;
using store::ReadTx;
using store::placement_decisions::PlacementDecision;

/// All that the answer is made of.
struct Facts {
  model::Instance instance;
  std::optional<model::Host> host;
  std::optional<PlacementDecision> decision;
};

Facts read_facts(VirgaDeps& deps, const Request& request) {
  return deps.db.read([&](ReadTx& tx) {
    const std::string& id = request.param("id");
    const http::Caller& who = request.who();
    auto found = store::instances::find(tx, id, who.is_admin() ? "" : who.project_id);
    if (!found) throw Error(ErrorKind::not_found, "Instance " + id + " could not be found.");
    Facts facts{std::move(*found), std::nullopt, store::placement_decisions::find(tx, id)};
    if (!facts.instance.host_id.empty())
      facts.host = store::hosts::find(tx, facts.instance.host_id);
    return facts;
  });
}

json::value text_or_null(const std::string& text) {
  return text.empty() ? json::value(nullptr) : json::value(text);
}

json::object decision_view(const Facts& facts, bool with_hosts) {
  const auto& d = facts.decision;
  json::object v{{"outcome", !d                     ? "not recorded"
                             : d->host_name.empty() ? "no valid host"
                                                    : "placed"},
                 {"decided_at", d ? json::value(format_seconds(d->decided_us)) : nullptr},
                 {"considered", d ? json::value(d->considered) : nullptr}};
  if (with_hosts) v["host"] = d ? text_or_null(d->host_name) : nullptr;
  return v;
}

/// Names of hosts are for administrators.
json::array near_misses_view(const Facts& facts, bool with_hosts) {
  json::array out;
  if (!facts.decision) return out;
  for (const auto& miss : facts.decision->near_misses) {
    json::object v{{"filter", miss.filter}, {"reason", miss.reason}};
    if (with_hosts) v["host"] = miss.host_name;
    out.push_back(std::move(v));
  }
  return out;
}

json::array filters_view(const Facts& facts) {
  json::array out;
  if (facts.decision)
    for (const auto& filter : facts.decision->filters)
      out.push_back(json::object{{"name", filter.name}, {"refused", filter.refused}});
  return out;
}

json::object progress_view(const model::Instance& i) {
  const model::InstanceStatus s = model::derive_status(i);
  return {{"status", s.status},
          {"task_state", text_or_null(std::string(s.task_state))},
          {"step", text_or_null(i.step)},
          {"last_error", text_or_null(i.last_error)},
          {"attempts", i.attempts},
          {"next_try_at",
           i.next_try_us == 0 ? json::value(nullptr) : json::value(format_seconds(i.next_try_us))}};
}

json::array advice_for(const Facts& facts, TimeUs now) {
  json::array out;
  const auto& d = facts.decision;
  if (facts.instance.host_id.empty() && d && d->host_name.empty()) {
    for (const auto& line : d->advice) out.push_back(json::string(line));
    out.push_back("A server without a host does not get one later: delete it and make it anew.");
  }
  if (facts.host && facts.host->last_seen_us + model::kHostSilence <= now)
    out.push_back(
        "Its host has been silent for a while: what is known of the server may be old, and changes "
        "wait until the host is back.");
  if (!facts.instance.last_error.empty())
    out.push_back("Its host tries the failed step again by itself; see last_error for the cause.");
  return out;
}

Response explain(VirgaDeps& deps, const Request& request) {
  const Facts facts = read_facts(deps, request);
  const bool with_hosts = request.who().is_admin();
  return http::json_response(200, {{"explain",
                                    {{"server_id", facts.instance.id},
                                     {"decision", decision_view(facts, with_hosts)},
                                     {"filters", filters_view(facts)},
                                     {"near_misses", near_misses_view(facts, with_hosts)},
                                     {"progress", progress_view(facts.instance)},
                                     {"advice", advice_for(facts, deps.clock.now_us())}}}});
}

}  // namespace

void add_explain_routes(http::Router& r, VirgaDeps& deps) {
  const auto bind = http::binder(deps);
  r.get("/virga/v1/servers/{id}/explain", "virga:servers:explain", bind(explain));
}

}  // namespace virga::own
