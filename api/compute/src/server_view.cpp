// SPDX-License-Identifier: Apache-2.0
#include "api/compute/src/server_view.h"

#include <algorithm>
#include <cstdio>

#include "api/compute/src/routes.h"
#include "common/hash.h"
#include "common/json.h"
#include "db/model/instance_status.h"
#include "db/store/aggregates.h"
#include "db/store/hosts.h"
#include "db/store/instances.h"

namespace virga::compute {
namespace {

void text_or_null(JsonWriter& out, std::string_view key, std::string_view text) {
  out.key(key);
  if (text.empty())
    out.value(nullptr);
  else
    out.value(text);
}

void naive_or_null(JsonWriter& out, std::string_view key, TimeUs t) {
  text_or_null(out, key, t == 0 ? std::string() : format_naive(t));
}

void write_address(JsonWriter& out, const store::ports::InstanceAddress& a) {
  out.begin_object();
  out.member("version", 4);
  out.member("addr", a.address);
  out.member("OS-EXT-IPS:type", "fixed");
  out.member("OS-EXT-IPS-MAC:mac_addr", a.mac);
  out.end_object();
}

/// By network, in the order in which the networks are first met.
void write_addresses(JsonWriter& out, const std::vector<store::ports::InstanceAddress>& addresses) {
  out.key("addresses");
  out.begin_object();
  for (auto first = addresses.begin(); first != addresses.end(); ++first) {
    const auto same = [&](const auto& a) { return a.network_name == first->network_name; };
    if (std::any_of(addresses.begin(), first, same)) continue;
    out.key(first->network_name);
    out.begin_array();
    for (auto a = first; a != addresses.end(); ++a)
      if (same(*a)) write_address(out, *a);
    out.end_array();
  }
  out.end_object();
}

void write_link(JsonWriter& out, std::string_view rel,
                std::initializer_list<std::string_view> href) {
  out.begin_object();
  out.member("rel", rel);
  out.key("href");
  out.joined(href);
  out.end_object();
}

void write_reference(JsonWriter& out, const http::Request& request, std::string_view key,
                     std::string_view collection, const std::string& id) {
  out.key(key);
  out.begin_object();
  out.member("id", id);
  out.key("links");
  out.begin_array();
  write_link(out, "bookmark", {request.base_url, "/compute/", collection, "/", id});
  out.end_array();
  out.end_object();
}

void write_links(JsonWriter& out, const http::Request& request, const std::string& id) {
  out.key("links");
  out.begin_array();
  write_link(out, "self", {request.base_url, "/compute/v2.1/servers/", id});
  write_link(out, "bookmark", {request.base_url, "/compute/servers/", id});
  out.end_array();
}

std::string instance_name(const model::Instance& i) {
  char name[32];
  std::snprintf(name, sizeof name, "instance-%08llx", static_cast<unsigned long long>(i.number));
  return name;
}

void write_admin_keys(JsonWriter& out, const ShownInstance& s) {
  text_or_null(out, "OS-EXT-SRV-ATTR:host", s.host_name);
  out.member("OS-EXT-SRV-ATTR:instance_name", instance_name(s.instance));
  text_or_null(out, "OS-EXT-SRV-ATTR:hypervisor_hostname", s.host_name);
}

void write_status(JsonWriter& out, const model::Instance& i) {
  const model::InstanceStatus status = model::derive_status(i);
  out.member("status", status.status);
  text_or_null(out, "OS-EXT-STS:vm_state", status.vm_state);
  text_or_null(out, "OS-EXT-STS:task_state", status.task_state);
  out.member("OS-EXT-STS:power_state", status.power_state);
  if (status.status == "ACTIVE" || status.status == "BUILD" || status.status == "REBOOT" ||
      status.status == "HARD_REBOOT")
    out.member("progress", status.status == "BUILD" ? 0 : 100);
  if (i.fault_code == 0) return;
  out.key("fault");
  out.begin_object();
  out.member("code", i.fault_code);
  out.member("created", format_seconds(i.fault_us));
  out.member("message", i.fault_message);
  out.end_object();
}

void write_metadata(JsonWriter& out, const model::Instance& i) {
  out.key("metadata");
  out.begin_object();
  for (const auto& [key, value] : i.metadata) out.member(key, value);
  out.end_object();
}

}  // namespace

json::array server_links(const http::Request& request, const std::string& id) {
  return {json::object{{"rel", "self"}, {"href", compute_url(request) + "/servers/" + id}},
          json::object{{"rel", "bookmark"}, {"href", request.base_url + "/compute/servers/" + id}}};
}

ShownInstance complete(store::ReadTx& tx, model::Instance instance) {
  ShownInstance shown;
  shown.addresses = store::ports::list_instance_addresses(tx, instance.id);
  if (!instance.host_id.empty()) shown.host_name = store::hosts::find_name(tx, instance.host_id);
  if (!shown.host_name.empty()) shown.zone = store::aggregates::zone_of(tx, instance.host_id);
  shown.instance = std::move(instance);
  return shown;
}

void write_server(JsonWriter& out, const ComputeDeps& deps, const http::Request& request,
                  const ShownInstance& s, std::string_view admin_password) {
  const model::Instance& i = s.instance;
  out.begin_object();
  if (!admin_password.empty()) out.member("adminPass", admin_password);
  out.member("id", i.id);
  out.member("name", i.name);
  out.member("tenant_id", i.project_id);
  out.member("user_id", i.user_id);
  write_metadata(out, i);
  // Hides the host's name, but equal values mean the same host.
  out.member("hostId",
             s.host_name.empty() ? "" : sha256_hex(i.project_id + s.host_name).substr(0, 56));
  write_reference(out, request, "image", "images", i.image_id);
  write_reference(out, request, "flavor", "flavors", i.flavor_id);
  out.member("created", format_seconds(i.created_us));
  out.member("updated", format_seconds(i.updated_us));
  write_addresses(out, s.addresses);
  out.member("accessIPv4", "");
  out.member("accessIPv6", "");
  write_links(out, request, i.id);
  out.member("OS-DCF:diskConfig", "MANUAL");
  const std::string& usual_zone = s.host_name.empty() ? s.zone : deps.availability_zone;
  out.member("OS-EXT-AZ:availability_zone", s.zone.empty() ? usual_zone : s.zone);
  out.member("config_drive", i.config_drive ? "True" : "");
  text_or_null(out, "key_name", i.key_name);
  naive_or_null(out, "OS-SRV-USG:launched_at", i.launched_us);
  naive_or_null(out, "OS-SRV-USG:terminated_at", i.terminated_us);
  out.key("os-extended-volumes:volumes_attached");
  out.begin_array();
  out.end_array();
  if (request.who().is_admin()) write_admin_keys(out, s);
  write_status(out, i);
  out.end_object();
}

model::Instance get_instance(store::ReadTx& tx, const http::Request& request) {
  const std::string& id = request.param("id");
  const http::Caller& who = request.who();
  auto found = store::instances::find(tx, id, who.is_admin() ? "" : who.project_id);
  if (!found) throw Error(ErrorKind::not_found, "Instance " + id + " could not be found.");
  return std::move(*found);
}

}  // namespace virga::compute
