// SPDX-License-Identifier: Apache-2.0
#include "api/compute/src/server_create.h"

#include <algorithm>

#include "api/compute/src/decision_record.h"
#include "api/compute/src/quotas.h"
#include "api/compute/src/server_source.h"
#include "api/compute/src/server_view.h"
#include "api/network/port_allocation.h"
#include "common/hash.h"
#include "common/json.h"
#include "common/log.h"
#include "common/random.h"
#include "db/store/allocations.h"
#include "db/store/hosts.h"
#include "db/store/instance_actions.h"
#include "db/store/instances.h"
#include "db/store/keypairs.h"
#include "db/store/networks.h"
#include "db/store/settings.h"

namespace virga::compute {
namespace {

using http::Request;
using http::Response;
using store::WriteTx;

constexpr std::int64_t kMaxCount = 100;  // servers of one request
constexpr std::size_t kMaxNetworks = 16;
constexpr std::size_t kMaxHostName = 63;     // of one DNS label
constexpr std::size_t kMaxUserData = 65535;  // base64 characters, as in Nova

struct WantedNetwork {
  std::string network_id;
  std::string address;  ///< empty: any
};

/// The checked request body.
struct Wanted {
  model::Instance base;  ///< names, metadata, user data
  std::string image_id;
  std::string flavor_id;
  bool networks_given = false;
  std::vector<WantedNetwork> networks;
  std::int64_t min_count = 1;
  std::int64_t max_count = 1;
};

/// A name as a host name: letters, digits and dashes, at most 63.  Source: Nova, sanitize_hostname.
std::string host_name_of(const std::string& name) {
  std::string out;
  for (const char c : name) {
    if (std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '.')
      out += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    else if (c == ' ' || c == '_')
      out += '-';
  }
  const std::size_t first = out.find_first_not_of("-.");
  out = first == std::string::npos ? "" : out.substr(first, kMaxHostName);
  while (!out.empty() && (out.back() == '-' || out.back() == '.')) out.pop_back();
  return out;
}

void read_metadata(const Fields& in, model::Instance& base) {
  const auto metadata = in.optional_object("metadata");
  if (!metadata) return;
  for (const auto& member : metadata->raw()) {
    const std::string key = member.key();
    if (key.empty() || key.size() > 255)
      throw Error(ErrorKind::invalid, "Metadata keys must have 1 to 255 characters.");
    base.metadata[key] = metadata->string(key, {0, 255});
  }
}

void read_networks(const Fields& in, Wanted& wanted) {
  const json::array* networks = in.optional_array("networks");
  if (networks == nullptr) return;
  wanted.networks_given = true;
  if (networks->size() > kMaxNetworks)
    throw Error(ErrorKind::invalid, "Too many networks are requested.");
  for (const auto& value : *networks) {
    if (!value.is_object())
      throw Error(ErrorKind::invalid, "Invalid input for field/attribute networks.");
    const Fields network(value.get_object(), "networks");
    network.only({"uuid", "fixed_ip"});
    const std::string id = network.string("uuid");
    if (!is_uuid_like(id))
      throw Error(ErrorKind::invalid,
                  "Bad networks format: network uuid is not in proper format (" + id + ")");
    wanted.networks.push_back({id, network.optional_string("fixed_ip").value_or("")});
  }
}

void read_security_groups(const Fields& in) {
  const json::array* groups = in.optional_array("security_groups");
  if (groups == nullptr) return;
  for (const auto& value : *groups) {
    const bool is_default = value.is_object() && value.get_object().contains("name") &&
                            value.get_object().at("name") == "default";
    if (!is_default) throw Error(ErrorKind::invalid, "The security group could not be found.");
  }
}

void read_user_data(const Fields& in, model::Instance& base) {
  const auto text = in.optional_string("user_data", {0, kMaxUserData});
  if (!text) return;
  const auto bytes = from_base64(*text);
  if (!bytes)
    throw Error(ErrorKind::invalid,
                "Invalid input for field/attribute user_data. It is not valid base64.");
  base.user_data = *bytes;
}

Wanted read_body(const Request& request, const json::value& body) {
  const Fields in = envelope(body, "server");
  in.only({"name", "imageRef", "flavorRef", "key_name", "networks", "metadata", "user_data",
           "config_drive", "availability_zone", "min_count", "max_count", "security_groups",
           "OS-DCF:diskConfig"});
  Wanted w;
  w.base.name = in.string("name");
  w.base.hostname = host_name_of(w.base.name);
  w.base.project_id = request.who().project_id;
  w.base.user_id = request.who().user_id;
  w.base.key_name = in.optional_string("key_name").value_or("");
  w.base.config_drive = in.boolean("config_drive", false);
  w.image_id = in.optional_string("imageRef").value_or("");
  if (w.image_id.empty())
    throw Error(ErrorKind::invalid,
                "Block Device Mapping is Invalid: Boot sequence for the instance and image/block "
                "device mapping combination is not valid.");
  w.flavor_id = in.string("flavorRef");
  w.min_count = in.optional_integer("min_count", 1, kMaxCount).value_or(1);
  w.max_count = in.optional_integer("max_count", 1, kMaxCount).value_or(w.min_count);
  if (w.min_count > w.max_count) throw Error(ErrorKind::invalid, "min_count must be <= max_count");
  read_metadata(in, w.base);
  read_networks(in, w);
  read_security_groups(in);
  read_user_data(in, w.base);
  return w;
}

void take_key(WriteTx& tx, model::Instance& i) {
  if (i.key_name.empty()) return;
  const auto key = store::keypairs::find(tx, i.user_id, i.key_name);
  if (!key) throw Error(ErrorKind::invalid, "Invalid key_name provided.");
  i.public_key = key->public_key;
}

/// How many instances may be made.
std::int64_t require_quota(WriteTx& tx, const Request& request, const Wanted& w,
                           const model::Instance& i) {
  require_metadata_items(tx, request, i.metadata.size());
  return require_instances(tx, {.project_id = i.project_id,
                                .user_id = i.user_id,
                                .vcpus = i.vcpus,
                                .memory_mib = i.memory_mib,
                                .least = w.min_count,
                                .most = w.max_count});
}

bool may_use(const model::Network& network, const Request& request) {
  return network.shared || network.external || request.who().is_admin() ||
         network.project_id == request.who().project_id;
}

/// The networks of the request, or the only one there is when it names none.
std::vector<WantedNetwork> resolve_networks(WriteTx& tx, const Request& request, const Wanted& w) {
  if (w.networks_given) {
    for (const auto& wanted : w.networks) {
      const auto network = store::networks::find(tx, wanted.network_id);
      if (!network || !may_use(*network, request))
        throw Error(ErrorKind::invalid, "Network " + wanted.network_id + " could not be found.");
      if (store::networks::list_subnets_of(tx, network->id).empty())
        throw Error(ErrorKind::invalid,
                    "Network " + network->id + " requires a subnet in order to boot instances on.");
    }
    return w.networks;
  }
  std::vector<WantedNetwork> usable;
  for (const auto& network : store::networks::list(tx))
    if (may_use(network, request) && !store::networks::list_subnets_of(tx, network.id).empty())
      usable.push_back({network.id, ""});
  if (usable.size() > 1)
    throw Error(ErrorKind::conflict,
                "Multiple possible networks found, use a Network ID to be more specific.");
  return usable;
}

/// Claims a host and its ports, or records why there is none.
void place(WriteTx& tx, const std::vector<WantedNetwork>& networks, model::Instance& i,
           TimeUs now) {
  const scheduler::PlacementRequest needed{i.vcpus, i.memory_mib, disk_claim(i)};
  const auto hosts = capacities(tx, now);
  const auto decision = scheduler::pick(needed, hosts);
  if (!decision.host) {
    i.fault_code = 500;
    i.fault_message = "No valid host was found. " + decision.explanation() + ".";
    i.fault_us = now;
    log::warning("no valid host", {{"instance", i.id}, {"why", decision.explanation()}});
    store::instances::insert(tx, i);
    record_decision(tx, i.id, {needed, hosts, decision}, now);
    return;
  }
  i.host_id = decision.host->id;
  store::hosts::guard(tx, i.host_id, decision.host->generation);
  store::instances::insert(tx, i);
  record_decision(tx, i.id, {needed, hosts, decision}, now);
  store::allocations::insert(tx, i.id, i.host_id, {i.vcpus, i.memory_mib, disk_claim(i), 1});
  std::int64_t position = 0;
  for (const auto& wanted : networks) {
    network::create_port(tx,
                         {wanted.network_id, i.project_id, i.id, "compute:nova", i.host_id,
                          position++, wanted.address},
                         now);
    network::ensure_dhcp_port(tx, wanted.network_id, i.host_id, now);
  }
}

/// A host name with its number within 63 characters; "" when there is no name to number.
std::string numbered_host_name(std::string name, std::int64_t of, std::int64_t number) {
  const std::string suffix = of == 1 ? "" : "-" + std::to_string(number);
  if (name.size() > kMaxHostName - suffix.size()) name.resize(kMaxHostName - suffix.size());
  while (!name.empty() && (name.back() == '-' || name.back() == '.')) name.pop_back();
  return name.empty() ? name : name + suffix;
}

std::string numbered(const std::string& name, std::int64_t of, std::int64_t number) {
  return of == 1 ? name : name + "-" + std::to_string(number);
}

}  // namespace

Response create_servers(ComputeDeps& deps, const Request& request) {
  const json::value body = request.json();
  const Wanted wanted = read_body(request, body);
  const TimeUs now = deps.clock.now_us();
  const std::string first = deps.db.write([&](WriteTx& tx) {
    model::Instance prototype = wanted.base;
    take_flavor(get_usable_flavor(tx, request, wanted.flavor_id), prototype);
    const model::Image image = get_bootable(tx, request, wanted.image_id);
    require_fits(image, prototype);
    take_image(image, prototype);
    take_key(tx, prototype);
    const std::int64_t count = require_quota(tx, request, wanted, prototype);
    const auto networks = resolve_networks(tx, request, wanted);
    std::string first_id;
    for (std::int64_t n = 1; n <= count; ++n) {
      model::Instance i = prototype;
      i.id = new_uuid();
      i.number = store::settings::next_number(tx, "instance");
      i.name = numbered(wanted.base.name, count, n);
      i.hostname = numbered_host_name(wanted.base.hostname, count, n);
      if (i.hostname.empty()) i.hostname = "server-" + i.id;
      i.created_us = now;
      i.updated_us = now;
      place(tx, networks, i, now);
      store::instance_actions::insert(
          tx, {request.request_id, i.id, "create", i.user_id, i.project_id, "", now});
      if (first_id.empty()) first_id = i.id;
    }
    return first_id;
  });
  Response response = http::json_response(
      202, {{"server",
             {{"id", first},
              {"links", server_links(request, first)},
              {"OS-DCF:diskConfig", "MANUAL"},
              {"security_groups", json::array{json::object{{"name", "default"}}}}}}});
  response.headers.emplace_back("Location", request.base_url + "/compute/v2.1/servers/" + first);
  return response;
}

}  // namespace virga::compute
