// SPDX-License-Identifier: Apache-2.0
#include "api/compute/src/flavor_view.h"

#include "api/compute/src/routes.h"
#include "api/compute/src/schema.h"
#include "common/error.h"
#include "db/store/flavors.h"

namespace virga::compute {
namespace {

void write_link(JsonWriter& out, std::string_view rel, const std::string& href) {
  out.begin_object();
  out.member("rel", rel);
  out.member("href", href);
  out.end_object();
}

void write_links(JsonWriter& out, const http::Request& request, const std::string& id) {
  out.key("links");
  out.begin_array();
  write_link(out, "self", compute_url(request) + "/flavors/" + id);
  write_link(out, "bookmark", request.base_url + "/compute/flavors/" + id);
  out.end_array();
}

void write_description(JsonWriter& out, const http::Request& request, const model::Flavor& f) {
  if (!at_least(request, 55)) return;
  out.key("description");
  if (f.described)
    out.value(f.description);
  else
    out.value(nullptr);
}

void write_extra_specs(JsonWriter& out, const http::Request& request, const model::Flavor& f) {
  if (!at_least(request, 61) || !request.allows("os_compute_api:os-flavor-extra-specs:index"))
    return;
  out.key("extra_specs");
  out.begin_object();
  for (const auto& [name, value] : f.extra_specs) out.member(name, value);
  out.end_object();
}

}  // namespace

model::Flavor get_flavor(store::ReadTx& tx, const http::Request& request, const std::string& id) {
  const auto& who = request.who();
  auto flavor = who.is_admin() ? store::flavors::find(tx, id)
                               : store::flavors::find_visible(tx, id, who.project_id);
  if (!flavor) throw Error(ErrorKind::not_found, "Flavor " + id + " could not be found.");
  return std::move(*flavor);
}

void write_flavor_summary(JsonWriter& out, const http::Request& request, const model::Flavor& f) {
  out.begin_object();
  out.member("id", f.id);
  out.member("name", f.name);
  write_links(out, request, f.id);
  write_description(out, request, f);
  out.end_object();
}

void write_flavor(JsonWriter& out, const http::Request& request, const model::Flavor& f) {
  out.begin_object();
  out.member("id", f.id);
  out.member("name", f.name);
  out.member("ram", f.memory_mib);
  out.member("disk", f.disk_gib);
  out.key("swap");
  if (f.swap_mib == 0 && !at_least(request, 75))
    out.value("");
  else
    out.value(f.swap_mib);
  out.member("OS-FLV-EXT-DATA:ephemeral", f.ephemeral_gib);
  out.member("OS-FLV-DISABLED:disabled", f.disabled);
  out.member("vcpus", f.vcpus);
  out.member("os-flavor-access:is_public", f.is_public);
  out.key("rxtx_factor");
  out.raw(f.rxtx_factor);
  write_links(out, request, f.id);
  write_description(out, request, f);
  write_extra_specs(out, request, f);
  out.end_object();
}

http::Response flavor_answer(const http::Request& request, const model::Flavor& f) {
  JsonWriter out;
  out.begin_object();
  out.key("flavor");
  write_flavor(out, request, f);
  out.end_object();
  http::Response response;
  response.body = out.take();
  return response;
}

}  // namespace virga::compute
