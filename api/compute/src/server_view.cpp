// SPDX-License-Identifier: Apache-2.0
#include "api/compute/src/server_view.h"

#include <cstdio>

#include "api/compute/src/routes.h"
#include "common/hash.h"
#include "common/json.h"
#include "db/model/instance_status.h"
#include "db/store/hosts.h"
#include "db/store/instances.h"

namespace virga::compute {
namespace {

json::value text_or_null(std::string_view text) {
  return text.empty() ? json::value(nullptr)
                      : json::value(json::string_view(text.data(), text.size()));
}

json::value naive_or_null(TimeUs t) {
  return t == 0 ? json::value(nullptr) : json::value(format_naive(t));
}

void append_address(json::array& list, const store::ports::InstanceAddress& a) {
  json::object& entry = list.emplace_back(json::object_kind).get_object();
  entry["version"] = 4;
  entry["addr"] = a.address;
  entry["OS-EXT-IPS:type"] = "fixed";
  entry["OS-EXT-IPS-MAC:mac_addr"] = a.mac;
}

void add_addresses(json::object& v, const std::vector<store::ports::InstanceAddress>& addresses) {
  json::object& view = v["addresses"].emplace_object();
  for (const auto& a : addresses) {
    json::value& list = view[a.network_name];
    if (!list.is_array()) list.emplace_array();
    append_address(list.get_array(), a);
  }
}

void append_link(json::array& links, const char* rel, const std::string& href) {
  json::object& link = links.emplace_back(json::object_kind).get_object();
  link["rel"] = rel;
  link["href"] = href;
}

void add_reference(json::object& v, const char* key, const std::string& id,
                   const std::string& href) {
  json::object& reference = v[key].emplace_object();
  reference["id"] = id;
  append_link(reference["links"].emplace_array(), "bookmark", href);
}

void append_links(json::array& links, const http::Request& request, const std::string& id) {
  append_link(links, "self", compute_url(request) + "/servers/" + id);
  append_link(links, "bookmark", request.base_url + "/compute/servers/" + id);
}

std::string instance_name(const model::Instance& i) {
  char name[32];
  std::snprintf(name, sizeof name, "instance-%08llx", static_cast<unsigned long long>(i.number));
  return name;
}

void add_admin_keys(json::object& v, const ShownInstance& s) {
  v["OS-EXT-SRV-ATTR:host"] = text_or_null(s.host_name);
  v["OS-EXT-SRV-ATTR:instance_name"] = instance_name(s.instance);
  v["OS-EXT-SRV-ATTR:hypervisor_hostname"] = text_or_null(s.host_name);
}

void add_status(json::object& v, const model::Instance& i) {
  const model::InstanceStatus status = model::derive_status(i);
  v["status"] = json::string_view(status.status.data(), status.status.size());
  v["OS-EXT-STS:vm_state"] = text_or_null(status.vm_state);
  v["OS-EXT-STS:task_state"] = text_or_null(status.task_state);
  v["OS-EXT-STS:power_state"] = status.power_state;
  if (status.status == "ACTIVE" || status.status == "BUILD" || status.status == "REBOOT" ||
      status.status == "HARD_REBOOT")
    v["progress"] = status.status == "BUILD" ? 0 : 100;
  if (i.fault_code != 0)
    v["fault"] = json::object{{"code", i.fault_code},
                              {"created", format_seconds(i.fault_us)},
                              {"message", i.fault_message}};
}

}  // namespace

json::array server_links(const http::Request& request, const std::string& id) {
  json::array links;
  append_links(links, request, id);
  return links;
}

ShownInstance complete(store::ReadTx& tx, model::Instance instance) {
  ShownInstance shown;
  shown.addresses = store::ports::list_instance_addresses(tx, instance.id);
  if (!instance.host_id.empty()) shown.host_name = store::hosts::find_name(tx, instance.host_id);
  shown.instance = std::move(instance);
  return shown;
}

json::object server_view(const ComputeDeps& deps, const http::Request& request,
                         const ShownInstance& s, const json::storage_ptr& memory) {
  const model::Instance& i = s.instance;
  json::object v(memory);
  v.reserve(32);
  v["id"] = i.id;
  v["name"] = i.name;
  v["tenant_id"] = i.project_id;
  v["user_id"] = i.user_id;
  json::object& metadata = v["metadata"].emplace_object();
  for (const auto& [key, value] : i.metadata) metadata[key] = value;
  // Hides the host's name, but equal values mean the same host.
  v["hostId"] = s.host_name.empty() ? "" : sha256_hex(i.project_id + s.host_name).substr(0, 56);
  add_reference(v, "image", i.image_id, request.base_url + "/compute/images/" + i.image_id);
  add_reference(v, "flavor", i.flavor_id, request.base_url + "/compute/flavors/" + i.flavor_id);
  v["created"] = format_seconds(i.created_us);
  v["updated"] = format_seconds(i.updated_us);
  add_addresses(v, s.addresses);
  v["accessIPv4"] = "";
  v["accessIPv6"] = "";
  append_links(v["links"].emplace_array(), request, i.id);
  v["OS-DCF:diskConfig"] = "MANUAL";
  v["OS-EXT-AZ:availability_zone"] = s.host_name.empty() ? "" : deps.availability_zone;
  v["config_drive"] = i.config_drive ? "True" : "";
  v["key_name"] = text_or_null(i.key_name);
  v["OS-SRV-USG:launched_at"] = naive_or_null(i.launched_us);
  v["OS-SRV-USG:terminated_at"] = naive_or_null(i.terminated_us);
  v["os-extended-volumes:volumes_attached"].emplace_array();
  if (request.who().is_admin()) add_admin_keys(v, s);
  add_status(v, i);
  return v;
}

model::Instance get_instance(store::ReadTx& tx, const http::Request& request) {
  const std::string& id = request.param("id");
  const http::Caller& who = request.who();
  auto found = store::instances::find(tx, id, who.is_admin() ? "" : who.project_id);
  if (!found) throw Error(ErrorKind::not_found, "Instance " + id + " could not be found.");
  return std::move(*found);
}

}  // namespace virga::compute
