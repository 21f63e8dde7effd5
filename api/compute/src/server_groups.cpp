// SPDX-License-Identifier: Apache-2.0
// Server groups: create, list, show, delete. Members come with the hint of a server's create and go
// with the server.
#include "db/store/server_groups.h"

#include <charconv>

#include "api/compute/server_group_members.h"
#include "api/compute/src/checks.h"
#include "api/compute/src/quotas.h"
#include "api/compute/src/routes.h"
#include "api/http/bind.h"
#include "common/random.h"
#include "db/store/settings.h"

namespace virga::compute {
namespace {

using http::Request;
using http::Response;
using store::ReadTx;
using store::WriteTx;

constexpr http::ApiVersion kShowsOwner{2, 13};
constexpr http::ApiVersion kSoftPolicies{2, 15};
constexpr http::ApiVersion kOnePolicy{2, 64};
constexpr http::ApiVersion kStrictQuery{2, 75};

constexpr std::int64_t kMaxInt = 2'147'483'647;

json::object view(const Request& request, const model::ServerGroup& g) {
  json::array members;
  for (const auto& id : g.members) members.emplace_back(id);
  json::object v{{"id", g.id}, {"name", g.name}};
  if (request.version >= kOnePolicy) {
    v["policy"] = g.policy;
    json::object rules;
    if (g.max_per_host > 0) rules["max_server_per_host"] = g.max_per_host;
    v["rules"] = std::move(rules);
  } else {
    v["policies"] = json::array{json::string(g.policy)};
    v["metadata"] = json::object{};
  }
  v["members"] = std::move(members);
  if (request.version >= kShowsOwner) {
    v["project_id"] = g.project_id;
    v["user_id"] = g.user_id;
  }
  return v;
}

bool is_policy(const Request& request, std::string_view text) {
  if (text == "affinity" || text == "anti-affinity") return true;
  return request.version >= kSoftPolicies &&
         (text == "soft-affinity" || text == "soft-anti-affinity");
}

std::string read_policy(const Request& request, const json::value& value, const char* name) {
  const std::string text =
      value.is_string() ? std::string(value.get_string()).substr(0, 255) : "None";
  if (!value.is_string() || !is_policy(request, text))
    throw Error(ErrorKind::invalid,
                std::string("Invalid input for field/attribute ") + name + ". Value: " + text +
                    ". '" + text +
                    (request.version >= kSoftPolicies
                         ? "' is not one of ['anti-affinity', 'affinity', 'soft-anti-affinity', "
                           "'soft-affinity']"
                         : "' is not one of ['anti-affinity', 'affinity']"));
  return text;
}

model::ServerGroup read_old_form(const Request& request, const Fields& in) {
  in.only({"name", "policies"});
  model::ServerGroup g;
  g.name = required_name(in, "name");
  const json::array& policies = in.array("policies");
  if (policies.size() != 1)
    throw Error(ErrorKind::invalid,
                std::string("Invalid input for field/attribute policies. Value: The list is too ") +
                    (policies.empty() ? "short" : "long"));
  g.policy = read_policy(request, policies.front(), "0");
  return g;
}

model::ServerGroup read_new_form(const Request& request, const Fields& in) {
  in.only({"name", "policy", "rules"});
  model::ServerGroup g;
  g.name = required_name(in, "name");
  in.string("policy");
  g.policy = read_policy(request, in.raw().at("policy"), "policy");
  if (!in.has("rules")) return g;
  const Fields rules = in.object("rules");
  rules.only({"max_server_per_host"});
  if (rules.raw().empty()) return g;
  g.max_per_host = rules.integer("max_server_per_host", 1, kMaxInt);
  if (g.policy != "anti-affinity")
    throw Error(ErrorKind::invalid, "Only anti-affinity policy supports rules.");
  return g;
}

/// The project whose groups the caller may see; empty: all.
std::string project_of(const Request& request) {
  return request.who().is_admin() ? "" : request.who().project_id;
}

[[noreturn]] void refuse_missing(const std::string& id) {
  throw Error(ErrorKind::not_found, "Instance group " + id + " could not be found.");
}

model::ServerGroup get(ReadTx& tx, const Request& request) {
  const std::string& id = request.param("id");
  auto found = store::server_groups::find(tx, id, project_of(request));
  if (!found) refuse_missing(id);
  return std::move(*found);
}

std::int64_t number_parameter(const Request& request, std::string_view name) {
  const std::string text = request.parameter(name).value_or("0");
  std::int64_t number = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  return failure == std::errc{} && end == text.data() + text.size() ? number : kMaxInt;
}

Response list(ComputeDeps& deps, const Request& request) {
  using Kind = QueryRule::Kind;
  check_query(request, {{"all_projects"}, {"limit", Kind::number}, {"offset", Kind::number}},
              request.version >= kStrictQuery ? Unknown::refused : Unknown::ignored);
  constexpr std::int64_t kMostPage = 1000;
  store::server_groups::Page page;
  page.offset = number_parameter(request, "offset");
  page.limit = number_parameter(request, "limit");
  if (page.limit == 0 || page.limit > kMostPage) page.limit = kMostPage;
  const bool all = request.parameter("all_projects").has_value() &&
                   request.allows("os_compute_api:os-server-groups:index:all_projects");
  if (!all) page.project_id = request.who().project_id;
  json::array views;
  if (all || !page.project_id.empty())
    for (const auto& g :
         deps.db.read([&](ReadTx& tx) { return store::server_groups::list(tx, page); }))
      views.push_back(view(request, g));
  return http::json_response(200, {{"server_groups", std::move(views)}});
}

Response show(ComputeDeps& deps, const Request& request) {
  return http::json_response(
      200, {{"server_group",
             view(request, deps.db.read([&](ReadTx& tx) { return get(tx, request); }))}});
}

/// True when a project, or a user in it, has as many groups as it may.
bool are_too_many(ReadTx& tx, const std::string& project_id, const std::string& user_id) {
  const std::int64_t limit = limits_of(tx, project_id, user_id).at("server_groups");
  return limit >= 0 && store::server_groups::count(tx, project_id, user_id) >= limit;
}

Response create(ComputeDeps& deps, const Request& request) {
  const json::value body = request.json();
  const Fields in = envelope(body, "server_group");
  model::ServerGroup g =
      request.version >= kOnePolicy ? read_new_form(request, in) : read_old_form(request, in);
  g.id = new_uuid();
  g.project_id = request.who().project_id;
  g.user_id = request.who().user_id;
  g.created_us = deps.clock.now_us();
  deps.db.write([&](WriteTx& tx) {
    if (are_too_many(tx, g.project_id, "") || are_too_many(tx, g.project_id, g.user_id))
      throw Error(ErrorKind::forbidden, "Quota exceeded, too many server groups.");
    g.number = store::settings::next_number(tx, "server-group");
    store::server_groups::insert(tx, g);
  });
  return http::json_response(200, {{"server_group", view(request, g)}});
}

Response remove(ComputeDeps& deps, const Request& request) {
  deps.db.write([&](WriteTx& tx) { store::server_groups::erase(tx, get(tx, request).id); });
  return http::empty_response(204);
}

}  // namespace

std::optional<model::ServerGroup> find_hinted_group(ReadTx& tx, const std::string& hint,
                                                    const std::string& project_id) {
  if (hint.empty()) return std::nullopt;
  if (!is_uuid_like(hint))
    throw Error(ErrorKind::invalid, "Server group scheduler hint must be a UUID.");
  auto found = store::server_groups::find(tx, hint, project_id);
  if (!found) throw Error(ErrorKind::invalid, "Instance group " + hint + " could not be found.");
  return found;
}

void join_server_group(WriteTx& tx, const model::ServerGroup& group,
                       const model::Instance& instance) {
  store::server_groups::add_member(tx, group.id, instance.id);
  const std::int64_t limit =
      limits_of(tx, instance.project_id, instance.user_id).at("server_group_members");
  if (limit >= 0 && store::server_groups::count_members(tx, group.id, instance.user_id) > limit)
    throw Error(ErrorKind::forbidden, "Quota exceeded, too many servers in group");
}

void add_server_group_routes(http::Router& r, ComputeDeps& deps) {
  const auto bind = http::binder(deps);
  const std::string all = "/compute/v2.1/os-server-groups";
  const std::string one = all + "/{id}";
  r.get(all, "os_compute_api:os-server-groups:index", bind(list));
  r.post(all, "os_compute_api:os-server-groups:create", bind(create));
  r.get(one, "os_compute_api:os-server-groups:show", bind(show));
  r.del(one, "os_compute_api:os-server-groups:delete", bind(remove));
}

}  // namespace virga::compute
