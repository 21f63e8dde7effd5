// SPDX-License-Identifier: Apache-2.0
// The list of migrations: of all projects, for operators.
#include "db/store/instance_migrations.h"

#include "api/compute/src/checks.h"
#include "api/compute/src/routes.h"
#include "api/http/bind.h"
#include "api/http/paging.h"

namespace virga::compute {
namespace {

using http::Request;
using http::Response;
using store::ReadTx;

constexpr http::ApiVersion kShowsType{2, 23};
constexpr http::ApiVersion kPages{2, 59};
constexpr http::ApiVersion kChangesBefore{2, 66};
constexpr http::ApiVersion kShowsOwner{2, 80};

json::value text_or_null(const std::string& text) {
  return text.empty() ? json::value(nullptr) : json::value(text);
}

json::value number_or_null(std::int64_t number) {
  return number == 0 ? json::value(nullptr) : json::value(number);
}

bool is_running_live(const model::Migration& m) {
  return m.type == "live-migration" && (m.status == "queued" || m.status == "preparing" ||
                                        m.status == "running" || m.status == "post-migrating");
}

json::array links(const Request& request, const model::Migration& m) {
  const std::string path = "/servers/" + m.instance_id + "/migrations/" + std::to_string(m.number);
  return json::array{
      json::object{{"rel", "self"}, {"href", compute_url(request) + path}},
      json::object{{"rel", "bookmark"}, {"href", request.base_url + "/compute" + path}}};
}

json::object view(const Request& request, const model::Migration& m) {
  json::object v{{"id", m.number},
                 {"instance_uuid", m.instance_id},
                 {"status", m.status},
                 {"source_compute", text_or_null(m.source_host)},
                 {"source_node", text_or_null(m.source_host)},
                 {"dest_compute", text_or_null(m.dest_host)},
                 {"dest_node", text_or_null(m.dest_host)},
                 {"dest_host", text_or_null(m.dest_address)},
                 {"old_instance_type_id", number_or_null(m.old_flavor_number)},
                 {"new_instance_type_id", number_or_null(m.new_flavor_number)},
                 {"created_at", format_naive(m.created_us)},
                 {"updated_at", m.updated_us == 0 ? json::value(nullptr)
                                                  : json::value(format_naive(m.updated_us))}};
  if (request.version >= kShowsType) {
    v["migration_type"] = m.type;
    if (is_running_live(m)) v["links"] = links(request, m);
  }
  if (request.version >= kPages) v["uuid"] = m.id;
  if (request.version >= kShowsOwner) {
    v["user_id"] = text_or_null(m.user_id);
    v["project_id"] = text_or_null(m.project_id);
  }
  return v;
}

void check(const Request& request) {
  using Kind = QueryRule::Kind;
  if (request.version < kPages)
    check_query(request, {}, Unknown::ignored);
  else if (request.version < kChangesBefore)
    check_query(request,
                {{"hidden"},
                 {"host"},
                 {"instance_uuid"},
                 {"source_compute"},
                 {"status"},
                 {"migration_type"},
                 {"limit", Kind::number, true},
                 {"marker", Kind::text, true},
                 {"changes-since", Kind::time, true}},
                Unknown::refused);
  else if (request.version < kShowsOwner)
    check_query(request,
                {{"hidden"},
                 {"host"},
                 {"instance_uuid"},
                 {"source_compute"},
                 {"status"},
                 {"migration_type"},
                 {"limit", Kind::number, true},
                 {"marker", Kind::text, true},
                 {"changes-since", Kind::time, true},
                 {"changes-before", Kind::time, true}},
                Unknown::refused);
  else
    check_query(request,
                {{"hidden"},
                 {"host"},
                 {"instance_uuid"},
                 {"source_compute"},
                 {"status"},
                 {"migration_type"},
                 {"limit", Kind::number, true},
                 {"marker", Kind::text, true},
                 {"changes-since", Kind::time, true},
                 {"changes-before", Kind::time, true},
                 {"user_id", Kind::text, true},
                 {"project_id", Kind::text, true}},
                Unknown::refused);
}

store::instance_migrations::Filter filter_of(const Request& request) {
  const auto text = [&](const char* name) { return request.parameter(name).value_or(""); };
  store::instance_migrations::Filter f;
  f.host = text("host");
  if (f.host.empty()) f.source_host = text("source_compute");
  f.status = text("status");
  f.type = text("migration_type");
  f.instance_id = text("instance_uuid");
  if (request.version < kPages) return f;
  f.newest_first = true;
  if (const auto since = request.parameter("changes-since")) f.since_us = parse_time(*since);
  if (request.version >= kChangesBefore)
    if (const auto before = request.parameter("changes-before")) f.before_us = parse_time(*before);
  if (f.before_us != 0 && f.since_us > f.before_us)
    throw Error(ErrorKind::invalid,
                "The value of changes-since must be less than or equal to changes-before.");
  if (request.version >= kShowsOwner) {
    f.user_id = text("user_id");
    f.project_id = text("project_id");
  }
  return f;
}

Response list(ComputeDeps& deps, const Request& request) {
  check(request);
  store::instance_migrations::Filter filter = filter_of(request);
  if (filter.newest_first) {
    const http::Paging paging = http::read_paging(request, {});
    filter.limit = paging.limit;
    filter.marker = paging.marker;
  }
  const auto page = deps.db.read([&](ReadTx& tx) {
    if (!filter.marker.empty() && !store::instance_migrations::find(tx, filter.marker))
      throw Error(ErrorKind::invalid, "Marker " + filter.marker + " could not be found.");
    return store::instance_migrations::list(tx, filter);
  });
  json::array views;
  const bool hidden = is_true(request, "hidden");  // those are never shown
  if (!hidden)
    for (const auto& m : page) views.push_back(view(request, m));
  const bool more = filter.newest_first && !views.empty() &&
                    static_cast<std::int64_t>(views.size()) == filter.limit;
  json::object body{{"migrations", std::move(views)}};
  if (more)
    body["migrations_links"] = json::array{json::object{
        {"rel", "next"},
        {"href",
         http::page_link(request, compute_url(request) + "/os-migrations", page.back().id)}}};
  return http::object_response(200, body);
}

}  // namespace

void add_migration_routes(http::Router& r, ComputeDeps& deps) {
  r.get("/compute/v2.1/os-migrations", "os_compute_api:os-migrations:index",
        http::binder(deps)(list));
}

}  // namespace virga::compute
