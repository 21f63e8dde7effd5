// SPDX-License-Identifier: Apache-2.0
// The order of apply() is its safety: what has to go goes first, taps are made down and outside of
// bridges, then the rules change in one transaction, and only then is anything new connected.
#include "network/host/src/linux_network.h"

#include <algorithm>
#include <filesystem>

#include "common/error.h"
#include "common/log.h"
#include "common/random.h"
#include "network/host/src/tap.h"
#include "network/metadata/document_file.h"
#include "network/metadata/documents.h"
#include "network/plan/ipv4.h"
#include "network/plan/rules.h"

namespace virga::network {
namespace {

uid_t uid_of(const std::string& name) {
  const auto user = find_user(name);
  return user ? user->uid : 0;
}

/// A random address of the locally administered range.
std::string random_mac() {
  std::string bytes = random_bytes(6);
  bytes[0] = static_cast<char>((static_cast<unsigned char>(bytes[0]) & 0xfcU) | 0x02U);
  std::string mac;
  for (const char byte : bytes) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    const auto value = static_cast<unsigned char>(byte);
    if (!mac.empty()) mac += ':';
    mac += kDigits[value >> 4U];
    mac += kDigits[value & 15U];
  }
  return mac;
}

/// The id behind an alias of ours; empty when the device is not ours.
std::string id_in(const std::string& alias) {
  const std::string prefix = alias_of("");
  if (!alias.starts_with(prefix)) return {};
  const std::string id = alias.substr(prefix.size());
  return is_uuid_like(id) ? id : std::string();
}

bool is_our_tap(const Link& link) {
  return link.kind == "tun" && !id_in(link.alias).empty();
}

void check_ids(const HostPlan& plan) {
  for (const auto& port : plan.ports)
    if (!is_uuid_like(port.id) || !is_device_name(port.tap))
      throw Error(ErrorKind::invalid, "'" + port.id + "' cannot be the id of a port.");
  for (const auto& network : plan.networks)
    if (!is_uuid_like(network.id) || !is_device_name(network.veth))
      throw Error(ErrorKind::invalid, "'" + network.id + "' cannot be the id of a network.");
}

}  // namespace

bool Problems::attempt(const std::string& what, const std::function<void()>& work) {
  try {
    work();
    return true;
  } catch (const std::exception& e) {
    log::warning("network step failed", {{"step", what}, {"reason", e.what()}});
    sentences_.push_back(what + ": " + e.what());
    return false;
  }
}

void Problems::report() const {
  if (sentences_.empty()) return;
  std::string text = sentences_.front();
  if (sentences_.size() > 1)
    text += " (and " + std::to_string(sentences_.size() - 1) + " more problems)";
  throw Error(ErrorKind::unavailable, text);
}

LinuxHostNetwork::LinuxHostNetwork(HostNetworkSettings settings)
    : settings_(std::move(settings)),
      dnsmasq_user_(first_user({settings_.dnsmasq_user, "nobody"})),
      metadata_user_(first_user({settings_.metadata_user, "nobody"})),
      tap_owner_(uid_of(settings_.tap_user)),
      metadata_(settings_.state_directory, metadata_user_) {
  make_directories(settings_.state_directory);
  make_directories(settings_.run_directory);
}

void LinuxHostNetwork::apply(const HostPlan& plan) {
  const std::lock_guard lock(mutex_);
  check_ids(plan);
  Problems problems;
  Links links = netlink_.links();
  for (const auto& physical : settings_.physical_networks)
    problems.attempt("bridge " + physical.bridge, [&] { ensure_bridge(physical, links); });
  remove_stale(plan, links, problems);
  for (const auto& port : plan.ports)
    problems.attempt("port " + port.id, [&] { ensure_tap(port, links); });
  for (const auto& network : plan.networks)
    if (!network.subnets.empty())
      problems.attempt("network " + network.id, [&] {
        service(network.id).ensure_devices(netlink_, links, network);
        metadata_.ensure_folder_of(network.id);
      });
  problems.attempt("metadata", [&] { keep_metadata(plan); });

  const Ruleset rules = plan_rules(plan);
  for (const auto& id : rules.refused)
    problems.attempt("port " + id, [] {
      throw Error(ErrorKind::invalid, "The MAC or an address of the port cannot be used.");
    });
  if (problems.attempt("packet filter", [&] { filter_.apply(rules); })) {
    for (const auto& port : plan.ports)
      problems.attempt("port " + port.id, [&] { connect(port, links); });
    for (const auto& network : plan.networks)
      problems.attempt("network " + network.id, [&] { connect(network, links); });
  }
  for (const auto& network : plan.networks)
    if (!network.subnets.empty())
      problems.attempt("network " + network.id,
                       [&] { service(network.id).ensure_serving(network); });
  problems.report();
}

/// Touches only a bridge that is not there or that an earlier call made.
void LinuxHostNetwork::ensure_bridge(const PhysicalNetwork& physical, Links& links) {
  if (!physical.create) return;
  if (!is_device_name(physical.bridge))
    throw Error(ErrorKind::invalid, "'" + physical.bridge + "' cannot be the name of a bridge.");
  if (!links.contains(physical.bridge)) {
    netlink_.create_bridge(physical.bridge, random_mac(), kBridgeGroup);
    links.emplace(physical.bridge, netlink_.link(physical.bridge));
  }
  Link& bridge = links.at(physical.bridge);
  if (bridge.kind != "bridge" || bridge.group != kBridgeGroup) return;
  if (!bridge.up) {
    disable_ipv6(bridge.name);
    netlink_.change(bridge.index, {.alias = alias_of(physical.name), .up = true});
    bridge.up = true;
  }
  if (physical.host_address.empty()) return;
  const auto present = netlink_.addresses(bridge.index);
  if (std::find(present.begin(), present.end(), physical.host_address) == present.end())
    netlink_.add_address(bridge.index, physical.host_address);
}

/// Networks that have anything of ours on this host: a folder, or a veth.
std::set<std::string> LinuxHostNetwork::present_networks(const Links& links) const {
  std::set<std::string> ids;
  std::error_code failure;
  for (const auto& entry : std::filesystem::directory_iterator(settings_.state_directory, failure))
    if (is_uuid_like(entry.path().filename().native())) ids.insert(entry.path().filename());
  for (const auto& [name, link] : links)
    if (link.kind == "veth" && !id_in(link.alias).empty()) ids.insert(id_in(link.alias));
  return ids;
}

/// The kernel waits some 20 ms for each removal, but once for a whole group.
void LinuxHostNetwork::remove_stale_taps(const HostPlan& plan, Links& links) {
  std::set<std::string> aliases;
  for (const auto& port : plan.ports) aliases.insert(alias_of(port.id));
  std::vector<int> stale;
  for (auto at = links.begin(); at != links.end();) {
    const bool gone = is_our_tap(at->second) && !aliases.contains(at->second.alias);
    if (gone) stale.push_back(at->second.index);
    at = gone ? links.erase(at) : std::next(at);
  }
  if (stale.size() == 1) netlink_.remove(stale.front());
  if (stale.size() < 2) return;
  for (const int index : stale) netlink_.change(index, {.group = kDoomedGroup});
  netlink_.remove_group(kDoomedGroup);
}

void LinuxHostNetwork::remove_stale(const HostPlan& plan, Links& links, Problems& problems) {
  problems.attempt("remove taps", [&] { remove_stale_taps(plan, links); });
  std::set<std::string> served;
  for (const auto& network : plan.networks)
    if (!network.subnets.empty()) served.insert(network.id);
  for (const auto& id : present_networks(links)) {
    if (served.contains(id) || metadata_.awaits(id)) continue;
    if (!problems.attempt("remove network " + id, [&] { service(id).remove(netlink_, links); }))
      continue;
    services_.erase(id);
    metadata_.forget(id);
  }
}

void LinuxHostNetwork::ensure_tap(const PortPlan& port, Links& links) {
  const auto found = links.find(port.tap);
  if (found != links.end()) {
    if (found->second.kind == "tun" && found->second.alias == alias_of(port.id)) return;
    throw Error(ErrorKind::conflict, "Device " + port.tap + " is not ours.");
  }
  const std::string mac = is_unicast_mac(port.mac) ? "fe" + port.mac.substr(2) : random_mac();
  links.emplace(port.tap, create_tap(netlink_, {.name = port.tap,
                                                .alias = alias_of(port.id),
                                                .mac = mac,
                                                .mtu = port.mtu,
                                                .owner = tap_owner_}));
}

/// Called with the rules of the plan in force.
void LinuxHostNetwork::connect(const PortPlan& port, const Links& links) {
  const auto tap = links.find(port.tap);
  if (tap == links.end() || tap->second.alias != alias_of(port.id)) return;  // already reported
  const Link& now = tap->second;
  if (!port.enabled) {
    if (now.up || now.master != 0) netlink_.change(now.index, {.master = 0, .up = false});
    return;
  }
  const auto bridge = links.find(port.bridge);
  if (bridge == links.end() || bridge->second.kind != "bridge")
    throw Error(ErrorKind::unavailable, "There is no bridge " + port.bridge + " on this host.");
  if (now.up && now.master == bridge->second.index && now.mtu == port.mtu &&
      now.group == kGuestGroup)
    return;
  netlink_.change(now.index,
                  {.mtu = port.mtu, .group = kGuestGroup, .master = bridge->second.index});
  netlink_.guard_bridge_port(now.index);
  netlink_.change(now.index, {.up = true});
}

void LinuxHostNetwork::connect(const NetworkPlan& network, const Links& links) {
  const auto veth = links.find(network.veth);
  if (veth == links.end() || veth->second.alias != alias_of(network.id)) return;
  const auto bridge = links.find(network.bridge);
  if (bridge == links.end() || bridge->second.kind != "bridge")
    throw Error(ErrorKind::unavailable, "There is no bridge " + network.bridge + " on this host.");
  const Link& now = veth->second;
  if (now.up && now.master == bridge->second.index && now.mtu == network.mtu &&
      now.group == kHelperGroup)
    return;
  netlink_.change(
      now.index,
      {.mtu = network.mtu, .group = kHelperGroup, .master = bridge->second.index, .up = true});
}

void LinuxHostNetwork::keep_metadata(const HostPlan& plan) {
  std::map<std::string, std::set<std::string>> addresses;
  for (const auto& network : plan.networks)
    if (!network.subnets.empty()) addresses[network.id];
  for (const auto& port : plan.ports)
    if (const auto at = addresses.find(port.network_id); at != addresses.end())
      at->second.insert(port.addresses.begin(), port.addresses.end());
  for (const auto& [id, kept] : addresses) metadata_.keep_only(id, kept);
  mtus_.clear();
  for (const auto& network : plan.networks) mtus_[network.id] = network.mtu;
}

void LinuxHostNetwork::set_metadata(const model::DesiredInstance& instance) {
  const std::lock_guard lock(mutex_);
  const std::string packed =
      metadata::pack_documents(metadata::metadata_documents(instance, mtus_));
  for (const auto& port : instance.ports)
    for (const auto& ip : port.fixed_ips) {
      const auto address = parse_ipv4(ip.address);
      if (!address || !is_uuid_like(port.network_id))
        throw Error(ErrorKind::invalid, "Port " + port.id + " has an unusable address.");
      metadata_.write(port.network_id, format_ipv4(*address), packed);
    }
}

void LinuxHostNetwork::remove_all() {
  const std::lock_guard lock(mutex_);
  Problems problems;
  metadata_ = MetadataStore(settings_.state_directory, metadata_user_);  // nothing is waited for
  Links links = netlink_.links();
  remove_stale({}, links, problems);
  for (const auto& [name, link] : links)
    if (link.kind == "bridge" && link.group == kBridgeGroup)
      problems.attempt("remove " + name, [&] { netlink_.remove(link.index); });
  problems.attempt("packet filter", [&] { filter_.remove(); });
  problems.report();
}

NetworkService& LinuxHostNetwork::service(const std::string& network_id) {
  const auto found = services_.find(network_id);
  if (found != services_.end()) return found->second;
  const std::string run = settings_.run_directory + "/" + network_id;
  ServicePlaces places{.network_id = network_id,
                       .state_directory = settings_.state_directory + "/" + network_id,
                       .dhcp_pid_file = run + ".dhcp.pid",
                       .metadata_pid_file = run + ".metadata.pid",
                       .metadata_program = settings_.metadata_program,
                       .dnsmasq_program = settings_.dnsmasq_program,
                       .dnsmasq_user = dnsmasq_user_,
                       .metadata_user = metadata_user_};
  return services_.emplace(network_id, NetworkService(std::move(places))).first->second;
}

std::unique_ptr<HostNetwork> make_linux_network(HostNetworkSettings settings) {
  return std::make_unique<LinuxHostNetwork>(std::move(settings));
}

}  // namespace virga::network
