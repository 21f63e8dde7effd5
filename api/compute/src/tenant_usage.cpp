// SPDX-License-Identifier: Apache-2.0
// /os-simple-tenant-usage: what projects used over a time, computed from the rows of instances.
#include <algorithm>

#include "api/compute/src/naive_time.h"
#include "api/compute/src/routes.h"
#include "api/compute/src/schema.h"
#include "api/http/bind.h"
#include "api/http/paging.h"
#include "common/error.h"
#include "common/json_writer.h"
#include "db/model/instance_status.h"
#include "db/store/instance_usage.h"
#include "db/store/instances.h"

namespace virga::compute {
namespace {

using http::Request;
using http::Response;
using store::ReadTx;
using store::instance_usage::InstanceSpan;
using store::instance_usage::Window;

constexpr double kHourUs = 3600.0 * kSecondUs;

TimeUs parse_time(const std::string& text) {
  for (const auto& time :
       {parse_naive(text, 'T', Fraction::absent), parse_naive(text, 'T', Fraction::present),
        parse_naive(text, ' ', Fraction::present)})
    if (time) return *time;
  throw Error(ErrorKind::invalid, "Invalid datetime string: Datetime is in invalid format");
}

Window read_window(const Request& request, TimeUs now) {
  Window window;
  const auto start = request.parameter("start");
  const auto end = request.parameter("end");
  const bool from_now = !start || start->empty();
  window.begin_us = from_now ? now - 1 : parse_time(*start);
  window.end_us = !end || end->empty() ? now : parse_time(*end);
  if (window.begin_us >= window.end_us)
    throw Error(ErrorKind::invalid,
                "Invalid start time. The start time cannot occur after the end time.");
  window.end_us = std::min(window.end_us, now);
  return window;
}

/// An instance with what is shown of it.
struct Usage {
  InstanceSpan span;
  double hours = 0;
  std::string state;
};

double hours_of(const InstanceSpan& span, const Window& window) {
  const TimeUs start = std::max(span.launched_us, window.begin_us);
  const TimeUs stop =
      span.terminated_us == 0 ? window.end_us : std::min(window.end_us, span.terminated_us);
  return static_cast<double>(stop - start) / kHourUs;
}

std::string state_of(ReadTx& tx, const InstanceSpan& span) {
  if (span.terminated_us != 0) return "terminated";
  const auto instance = store::instances::find(tx, span.id, span.project_id);
  return instance ? std::string(model::derive_status(*instance).vm_state) : "terminated";
}

/// A page of instances in the order of their projects.
std::vector<Usage> read_usages(ReadTx& tx, const Window& window, bool with_states) {
  auto spans = store::instance_usage::list(tx, window);
  if (!spans)
    throw Error(ErrorKind::invalid,
                "Marker " + window.marker.substr(0, 255) + " could not be found.");
  std::vector<Usage> usages;
  for (auto& span : *spans) {
    const double hours = hours_of(span, window);
    std::string state = with_states ? state_of(tx, span) : "";
    usages.push_back({std::move(span), hours, std::move(state)});
  }
  return usages;
}

void write_server(JsonWriter& out, const Usage& u, TimeUs now) {
  const InstanceSpan& s = u.span;
  out.begin_object();
  out.key("hours");
  out.raw(decimal(u.hours));
  out.member("flavor", s.flavor_name);
  out.member("instance_id", s.id);
  out.member("name", s.name);
  out.member("tenant_id", s.project_id);
  out.member("memory_mb", s.memory_mib);
  out.member("local_gb", s.disk_gib);
  out.member("vcpus", s.vcpus);
  out.member("started_at", format_naive(s.launched_us));
  out.key("ended_at");
  if (s.terminated_us == 0)
    out.value(nullptr);
  else
    out.value(format_naive(s.terminated_us));
  out.member("state", u.state);
  const TimeUs end = s.terminated_us == 0 ? now : s.terminated_us;
  out.member("uptime", (end - s.launched_us) / kSecondUs);
  out.end_object();
}

using Usages = std::vector<Usage>::const_iterator;

double total(Usages first, Usages last, std::int64_t InstanceSpan::*amount) {
  double sum = 0;
  for (; first != last; ++first) sum += static_cast<double>(first->span.*amount) * first->hours;
  return sum;
}

/// Writes the sums of one project's instances, and each of them when asked for.
void write_project(JsonWriter& out, Usages first, Usages last, const Window& window, bool detailed,
                   TimeUs now) {
  const auto number = [&](const char* key, double value) {
    out.key(std::string_view(key));
    out.raw(decimal(value));
  };
  double hours = 0;
  for (auto at = first; at != last; ++at) hours += at->hours;
  out.begin_object();
  out.member("tenant_id", first->span.project_id);
  number("total_local_gb_usage", total(first, last, &InstanceSpan::disk_gib));
  number("total_vcpus_usage", total(first, last, &InstanceSpan::vcpus));
  number("total_memory_mb_usage", total(first, last, &InstanceSpan::memory_mib));
  number("total_hours", hours);
  out.member("start", format_naive(window.begin_us));
  out.member("stop", format_naive(window.end_us));
  if (detailed) {
    out.key("server_usages");
    out.begin_array();
    for (auto at = first; at != last; ++at) write_server(out, *at, now);
    out.end_array();
  }
  out.end_object();
}

void write_next(JsonWriter& out, const Request& request, const char* key, const std::string& path,
                const std::vector<Usage>& usages) {
  out.key(std::string_view(key));
  out.begin_array();
  out.begin_object();
  out.member("rel", "next");
  out.member("href", http::page_link(request, compute_url(request) + path, usages.back().span.id));
  out.end_object();
  out.end_array();
}

/// The window with the page of microversions that have pages.
Window paged(const Request& request, TimeUs now, Page& page) {
  Window window = read_window(request, now);
  if (!at_least(request, 40)) return window;
  page = read_page(request);
  window.limit = page.limit;
  window.marker = page.marker;
  return window;
}

Response written(JsonWriter& out) {
  Response response;
  response.body = out.take();
  return response;
}

Response list(ComputeDeps& deps, const Request& request) {
  if (request.path.ends_with('/'))  // a project whose id is empty
    throw Error(ErrorKind::not_found, "The resource could not be found.");
  require_parameters(request, {"start", "end", "detailed", "limit", "marker"});
  const TimeUs now = deps.clock.now_us();
  Page page;
  const Window window = paged(request, now, page);
  const bool detailed = request.parameter("detailed") == "1";
  const auto usages = deps.db.read([&](ReadTx& tx) { return read_usages(tx, window, detailed); });
  JsonWriter out(512 * usages.size() + 256);
  out.begin_object();
  out.key("tenant_usages");
  out.begin_array();
  for (auto first = usages.begin(); first != usages.end();) {
    const auto last = std::find_if(first, usages.end(), [&](const Usage& u) {
      return u.span.project_id != first->span.project_id;
    });
    write_project(out, first, last, window, detailed, now);
    first = last;
  }
  out.end_array();
  if (is_full(page, usages.size()))
    write_next(out, request, "tenant_usages_links", "/os-simple-tenant-usage", usages);
  out.end_object();
  return written(out);
}

Response show(ComputeDeps& deps, const Request& request) {
  const std::string& id = request.param("id");
  request.require({{"project_id", id}});
  require_parameters(request, {"start", "end", "limit", "marker"});
  const TimeUs now = deps.clock.now_us();
  Page page;
  Window window = paged(request, now, page);
  window.project_id = id;
  const auto usages = deps.db.read([&](ReadTx& tx) { return read_usages(tx, window, true); });
  JsonWriter out(512 * usages.size() + 256);
  out.begin_object();
  out.key("tenant_usage");
  if (usages.empty())
    out.raw("{}");
  else
    write_project(out, usages.begin(), usages.end(), window, true, now);
  if (is_full(page, usages.size()))
    write_next(out, request, "tenant_usage_links", "/os-simple-tenant-usage/" + id, usages);
  out.end_object();
  return written(out);
}

}  // namespace

void add_tenant_usage_routes(http::Router& r, ComputeDeps& deps) {
  const auto bind = http::binder(deps);
  r.get("/compute/v2.1/os-simple-tenant-usage", "os_compute_api:os-simple-tenant-usage:list",
        bind(list));
  r.get("/compute/v2.1/os-simple-tenant-usage/{id}", "os_compute_api:os-simple-tenant-usage:show",
        bind(show));
}

}  // namespace virga::compute
