// SPDX-License-Identifier: Apache-2.0
// Flavors: lists and one. Their making is in flavor_manage.cpp.
#include "db/store/flavors.h"

#include <algorithm>
#include <charconv>
#include <tuple>

#include "api/compute/src/flavor_view.h"
#include "api/compute/src/routes.h"
#include "api/compute/src/schema.h"
#include "api/http/bind.h"
#include "api/http/paging.h"
#include "common/error.h"

namespace virga::compute {
namespace {

using http::Request;
using http::Response;
using model::Flavor;
using store::ReadTx;

http::PagingRules paging_rules() {
  http::PagingRules rules;
  rules.sort_keys = {"created_at",  "description", "disabled",   "ephemeral_gb", "flavorid",
                     "id",          "is_public",   "memory_mb",  "name",         "root_gb",
                     "rxtx_factor", "swap",        "updated_at", "vcpu_weight",  "vcpus"};
  rules.order = {"flavorid", false};
  return rules;
}

/// A number before a text, one of them in use: null sorts before everything.
using SortValue = std::tuple<bool, double, std::string>;

SortValue number(std::int64_t of) {
  return {true, static_cast<double>(of), {}};
}

double factor_of(const Flavor& f) {
  double value = 0;
  std::from_chars(f.rxtx_factor.data(), f.rxtx_factor.data() + f.rxtx_factor.size(), value);
  return value;
}

SortValue sort_value(const Flavor& f, std::string_view key) {
  if (key == "flavorid") return {true, 0, f.id};
  if (key == "name") return {true, 0, f.name};
  if (key == "description") return {f.described, 0, f.description};
  if (key == "updated_at") return {f.updated_us != 0, static_cast<double>(f.updated_us), {}};
  if (key == "rxtx_factor") return {true, factor_of(f), {}};
  if (key == "created_at") return number(f.created_us);
  if (key == "disabled") return number(f.disabled ? 1 : 0);
  if (key == "is_public") return number(f.is_public ? 1 : 0);
  if (key == "ephemeral_gb") return number(f.ephemeral_gib);
  if (key == "memory_mb") return number(f.memory_mib);
  if (key == "root_gb") return number(f.disk_gib);
  if (key == "swap") return number(f.swap_mib);
  if (key == "vcpus") return number(f.vcpus);
  if (key == "id") return number(f.number);
  return {};  // vcpu_weight, which nothing sets
}

void sort_flavors(std::vector<Flavor>& flavors, const http::SortBy& by) {
  std::sort(flavors.begin(), flavors.end(), [&](const Flavor& a, const Flavor& b) {
    const auto left = std::tuple(sort_value(a, by.key), a.number);
    const auto right = std::tuple(sort_value(b, by.key), b.number);
    return by.descending ? right < left : left < right;
  });
}

/// Whether public flavors are asked for (and private ones of the project), or the other ones;
/// nullopt: all.
std::optional<bool> wanted_public(const Request& request) {
  const auto text = request.parameter("is_public");
  if (!text || !request.who().is_admin()) return true;
  if (*text == "None" || *text == "none" || *text == "NONE") return std::nullopt;
  const auto word = boolean_word(*text);
  if (!word) throw Error(ErrorKind::invalid, "Invalid is_public filter [" + *text + "]");
  return word;
}

std::int64_t least_of(const Request& request, const char* parameter) {
  const auto text = request.parameter(parameter);
  if (!text) return std::numeric_limits<std::int64_t>::min();
  std::int64_t least = 0;
  const char* const end = text->data() + text->size();
  const auto [rest, failure] = std::from_chars(text->data(), end, least);
  if (failure != std::errc{} || rest != end)
    throw Error(ErrorKind::invalid,
                "Invalid " + std::string(parameter) + " filter [" + *text + "]");
  return least;
}

/// All that the caller may ever list.
std::vector<Flavor> read_flavors(ReadTx& tx, const Request& request,
                                 std::optional<bool> is_public) {
  const auto& who = request.who();
  if (is_public == true || !who.is_admin()) {
    auto flavors = store::flavors::list_visible(tx, who.project_id);
    if (!who.is_admin()) std::erase_if(flavors, [](const Flavor& f) { return f.disabled; });
    return flavors;
  }
  auto flavors = store::flavors::list(tx);
  if (is_public == false) std::erase_if(flavors, [](const Flavor& f) { return f.is_public; });
  return flavors;
}

/// Drops everything up to the marker, which need not be among what is listed.
void go_behind(ReadTx& tx, const Request& request, const http::Paging& paging,
               std::vector<Flavor>& flavors) {
  if (paging.marker.empty()) return;
  const auto& who = request.who();
  const auto marker = who.is_admin()
                          ? store::flavors::find(tx, paging.marker)
                          : store::flavors::find_visible(tx, paging.marker, who.project_id);
  if (!marker)
    throw Error(ErrorKind::invalid, "marker [" + paging.marker.substr(0, 255) + "] not found");
  const bool there = std::any_of(flavors.begin(), flavors.end(),
                                 [&](const Flavor& f) { return f.id == marker->id; });
  if (!there) flavors.push_back(*marker);
  sort_flavors(flavors, paging.order.back());
  const auto at = std::find_if(flavors.begin(), flavors.end(),
                               [&](const Flavor& f) { return f.id == marker->id; });
  flavors.erase(flavors.begin(), at + 1);
}

struct FlavorPage {
  std::vector<Flavor> flavors;
  bool full = false;
};

FlavorPage read_page_of(ComputeDeps& deps, const Request& request) {
  require_parameters(request,
                     {"limit", "marker", "is_public", "minRam", "minDisk", "sort_key", "sort_dir"});
  const auto paging = http::read_paging(request, paging_rules());
  const auto is_public = wanted_public(request);
  const std::int64_t memory = least_of(request, "minRam");
  const std::int64_t disk = least_of(request, "minDisk");
  FlavorPage page;
  page.flavors = deps.db.read([&](ReadTx& tx) {
    auto flavors = read_flavors(tx, request, is_public);
    sort_flavors(flavors, paging.order.back());
    go_behind(tx, request, paging, flavors);
    return flavors;
  });
  std::erase_if(page.flavors,
                [&](const Flavor& f) { return f.memory_mib < memory || f.disk_gib < disk; });
  const auto limit = static_cast<std::size_t>(paging.limit);
  if (page.flavors.size() > limit) page.flavors.resize(limit);
  page.full = limit > 0 && page.flavors.size() == limit;
  return page;
}

template <class Write>
Response list_answer(ComputeDeps& deps, const Request& request, const char* path, Write write) {
  const FlavorPage page = read_page_of(deps, request);
  JsonWriter out(512 * page.flavors.size() + 256);
  out.begin_object();
  out.key("flavors");
  out.begin_array();
  for (const auto& f : page.flavors) write(out, request, f);
  out.end_array();
  if (page.full) {
    out.key("flavors_links");
    out.begin_array();
    out.begin_object();
    out.member("rel", "next");
    out.member("href",
               http::page_link(request, compute_url(request) + path, page.flavors.back().id));
    out.end_object();
    out.end_array();
  }
  out.end_object();
  Response response;
  response.body = out.take();
  return response;
}

Response list(ComputeDeps& deps, const Request& request) {
  return list_answer(deps, request, "/flavors", write_flavor_summary);
}

Response detail(ComputeDeps& deps, const Request& request) {
  return list_answer(deps, request, "/flavors/detail", write_flavor);
}

Response show(ComputeDeps& deps, const Request& request) {
  return flavor_answer(request, deps.db.read([&](ReadTx& tx) {
    return get_flavor(tx, request, request.param("id"));
  }));
}

}  // namespace

void add_flavor_routes(http::Router& r, ComputeDeps& deps) {
  const auto bind = http::binder(deps);
  r.get("/compute/v2.1/flavors", "os_compute_api:flavors", bind(list));
  r.get("/compute/v2.1/flavors/detail", "os_compute_api:flavors", bind(detail));
  r.get("/compute/v2.1/flavors/{id}", "os_compute_api:flavors", bind(show));
  add_flavor_manage_routes(r, deps);
  add_flavor_access_routes(r, deps);
  add_flavor_extra_spec_routes(r, deps);
}

}  // namespace virga::compute
