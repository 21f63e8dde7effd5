// SPDX-License-Identifier: Apache-2.0
// Servers: list, show, delete. Creation is in server_create.cpp, actions in server_actions.cpp.
#include <charconv>

#include "api/compute/instance_delete.h"
#include "api/compute/src/routes.h"
#include "api/compute/src/server_create.h"
#include "api/compute/src/server_view.h"
#include "api/http/bind.h"
#include "api/http/paging.h"
#include "common/json.h"
#include "db/model/instance_status.h"
#include "db/store/hosts.h"
#include "db/store/instance_actions.h"
#include "db/store/instances.h"

namespace virga::compute {
namespace {

using http::Request;
using http::Response;
using store::ReadTx;
using store::WriteTx;

constexpr std::int64_t kMaxPage = 1000;

std::int64_t page_size(const Request& request) {
  const auto text = request.parameter("limit");
  if (!text) return kMaxPage;
  std::int64_t limit = -1;
  const auto [end, failure] = std::from_chars(text->data(), text->data() + text->size(), limit);
  if (failure != std::errc{} || end != text->data() + text->size() || limit < 0)
    throw Error(ErrorKind::invalid, "Invalid input for query parameters limit. Value: " + *text);
  return std::min(limit, kMaxPage);
}

/// Nova's name filter is a pattern; its anchors are dropped and the rest is taken as it stands.
std::string name_filter(const Request& request) {
  std::string name = request.parameter("name").value_or("");
  if (name.starts_with('^')) name.erase(0, 1);
  if (name.ends_with('$')) name.pop_back();
  return name;
}

/// True for a flag that is there and not a word for false.
bool is_asked(const Request& request, const char* flag) {
  const auto value = request.parameter(flag);
  return value && *value != "0" && *value != "false" && *value != "False" && *value != "no";
}

store::instances::Filter filter_of(ReadTx& tx, const Request& request) {
  store::instances::Filter f;
  const bool all = is_asked(request, "all_tenants") || is_asked(request, "all_projects");
  if (all && !request.who().is_admin())
    throw Error(
        ErrorKind::forbidden,
        "Policy doesn't allow os_compute_api:servers:index:get_all_tenants to be performed.");
  if (!all) f.project_id = request.who().project_id;
  f.name = name_filter(request);
  f.marker = request.parameter("marker").value_or("");
  if (!f.marker.empty() && !store::instances::find(tx, f.marker, f.project_id))
    throw Error(ErrorKind::invalid, "marker [" + f.marker + "] not found");
  if (const auto host = request.parameter("host"); host && request.who().is_admin()) {
    const auto found = store::hosts::find_named(tx, *host);
    f.host_id = found ? found->id : "none";
  }
  f.limit = page_size(request);
  return f;
}

std::vector<ShownInstance> read_page(ComputeDeps& deps, const Request& request, bool whole) {
  const auto status = request.parameter("status");
  return deps.db.read([&](ReadTx& tx) {
    std::vector<ShownInstance> page;
    store::instances::Filter filter = filter_of(tx, request);
    const auto wanted = static_cast<std::size_t>(filter.limit);
    bool more = true;  // the status is not in the rows: pages are read until enough have it
    while (more && page.size() < wanted) {
      auto rows = store::instances::list(tx, filter);
      more = status && rows.size() == wanted;
      if (more) filter.marker = rows.back().id;
      for (auto& instance : rows) {
        if (status && model::derive_status(instance).status != *status) continue;
        if (page.size() == wanted) break;
        page.push_back(whole ? complete(tx, std::move(instance))
                             : ShownInstance{std::move(instance), "", {}});
      }
    }
    return page;
  });
}

/// The link to the next page; empty when this one is not full.
std::string next_page(const Request& request, const std::vector<ShownInstance>& page,
                      const char* path) {
  if (!request.parameter("limit") || page.empty() ||
      static_cast<std::int64_t>(page.size()) != page_size(request))
    return {};
  return http::page_link(request, compute_url(request) + path, page.back().instance.id);
}

Response list(ComputeDeps& deps, const Request& request) {
  const auto page = read_page(deps, request, false);
  json::array views;
  for (const auto& s : page)
    views.push_back(json::object{{"id", s.instance.id},
                                 {"name", s.instance.name},
                                 {"links", server_links(request, s.instance.id)}});
  json::object body{{"servers", std::move(views)}};
  if (const auto next = next_page(request, page, "/servers"); !next.empty())
    body["servers_links"] = json::array{json::object{{"rel", "next"}, {"href", next}}};
  return http::json_response(200, body);
}

Response written(JsonWriter& out) {
  Response response;
  response.body = out.take();
  return response;
}

Response detail(ComputeDeps& deps, const Request& request) {
  const auto page = read_page(deps, request, true);
  JsonWriter out(2048 * page.size() + 256);
  out.begin_object();
  out.key("servers");
  out.begin_array();
  for (const auto& s : page) write_server(out, deps, request, s);
  out.end_array();
  if (const auto next = next_page(request, page, "/servers/detail"); !next.empty()) {
    out.key("servers_links");
    out.begin_array();
    out.begin_object();
    out.member("rel", "next");
    out.member("href", next);
    out.end_object();
    out.end_array();
  }
  out.end_object();
  return written(out);
}

Response show(ComputeDeps& deps, const Request& request) {
  const ShownInstance shown =
      deps.db.read([&](ReadTx& tx) { return complete(tx, get_instance(tx, request)); });
  JsonWriter out(2048);
  out.begin_object();
  out.key("server");
  write_server(out, deps, request, shown);
  out.end_object();
  return written(out);
}

/// Accepted in every state. An instance without a host ends at once.
Response remove(ComputeDeps& deps, const Request& request) {
  const TimeUs now = deps.clock.now_us();
  deps.db.write([&](WriteTx& tx) {
    const model::Instance instance = get_instance(tx, request);
    store::instance_actions::insert(tx, {request.request_id, instance.id, "delete",
                                         request.who().user_id, request.who().project_id, "", now});
    begin_instance_delete(tx, instance, now);
  });
  return http::empty_response(204);
}

}  // namespace

void add_server_routes(http::Router& r, ComputeDeps& deps) {
  const auto bind = http::binder(deps);
  r.get("/compute/v2.1/servers", "os_compute_api:servers:index", bind(list));
  r.get("/compute/v2.1/servers/detail", "os_compute_api:servers:detail", bind(detail));
  r.get("/compute/v2.1/servers/{id}", "os_compute_api:servers:show", bind(show));
  r.post("/compute/v2.1/servers", "os_compute_api:servers:create", bind(create_servers));
  r.del("/compute/v2.1/servers/{id}", "os_compute_api:servers:delete", bind(remove));
}

}  // namespace virga::compute
