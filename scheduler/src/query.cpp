// SPDX-License-Identifier: Apache-2.0
#include "scheduler/src/query.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstring>

#include "common/error.h"

namespace virga::scheduler {
namespace {

bool has(const std::vector<std::string>& list, const std::string& name) {
  return std::find(list.begin(), list.end(), name) != list.end();
}

void order(std::vector<Slot>& slots) {
  std::sort(slots.begin(), slots.end());
  slots.erase(std::unique(slots.begin(), slots.end()), slots.end());
}

std::vector<Slot> hosts_of(const Cloud& cloud, const std::vector<std::string>& instances) {
  std::vector<Slot> slots;
  for (const auto& id : instances)
    if (const auto slot = cloud.slot_of_consumer(id)) slots.push_back(*slot);
  order(slots);
  return slots;
}

std::vector<Slot> hosts_named(const Cloud& cloud, const std::vector<std::string>& names) {
  std::vector<Slot> slots;
  for (const auto& name : names) cloud.find_named(name, slots);
  order(slots);
  return slots;
}

Network read_network(const std::string& address, const std::string& cidr) {
  const auto parsed = read_address(address);
  int bits = 0;
  const bool slash = !cidr.empty() && cidr.front() == '/';
  const char* const end = cidr.data() + cidr.size();
  const auto [stop, error] = std::from_chars(cidr.data() + (slash ? 1 : 0), end, bits);
  const bool is_v4 = address.find(':') == std::string::npos;
  if (!parsed || !slash || error != std::errc{} || stop != end || bits < 0 ||
      bits > (is_v4 ? 32 : 128))
    throw Error(ErrorKind::invalid, "'" + address + cidr + "' is not a network.");
  return {*parsed, is_v4 ? bits + 96 : bits};
}

}  // namespace

std::optional<Address> read_address(const std::string& text) {
  Address address{};
  if (::inet_pton(AF_INET6, text.c_str(), address.data()) == 1) return address;
  address = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  if (::inet_pton(AF_INET, text.c_str(), address.data() + 12) == 1) return address;
  return std::nullopt;
}

bool Network::contains(const Address& other) const {
  const auto bytes = static_cast<std::size_t>(bits / 8);
  if (std::memcmp(address.data(), other.data(), bytes) != 0) return false;
  const int rest = bits % 8;
  return rest == 0 || ((address.at(bytes) ^ other.at(bytes)) >> (8 - rest)) == 0;
}

Query::Query(const Cloud& cloud, const Request& r, const Profile& p)
    : request(r), profile(p), forced(!r.force_hosts.empty() || !r.force_nodes.empty()) {
  on = filters_for(cloud.options, forced);
  find_hosts(cloud);
  choose_checks();
  find_candidates();
}

void Query::find_hosts(const Cloud& cloud) {
  same_host = hosts_of(cloud, request.same_host);
  different_host = hosts_of(cloud, request.different_host);
  if (!request.instance_id.empty()) own = cloud.slot_of_consumer(request.instance_id);
  if (request.group) group = cloud.hosts_of_group(request.group->id);
  if (!request.build_near_host_ip.empty() && on.has(Filter::simple_cidr_affinity))
    near = read_network(request.build_near_host_ip, request.cidr);
  ignored = hosts_named(cloud, request.ignore_hosts);
  is_wanted_only = forced || !request.requested_host.empty() || !request.requested_node.empty();
  if (is_wanted_only) find_wanted(cloud);
}

void Query::find_wanted(const Cloud& cloud) {
  const Columns& c = cloud.columns;
  wanted = hosts_named(cloud, request.force_hosts);
  if (!request.requested_host.empty()) {
    const auto requested = hosts_named(cloud, {request.requested_host});
    if (request.force_hosts.empty())
      wanted = requested;
    else
      std::erase_if(wanted, [&](Slot s) {
        return !std::binary_search(requested.begin(), requested.end(), s);
      });
  } else if (request.force_hosts.empty()) {  // by node alone
    for (Slot s = 0; s < c.size(); ++s)
      if (!c.name[s].empty()) wanted.push_back(s);
  }
  std::erase_if(wanted, [&](Slot s) {
    const std::string& node = c.details[s].node;
    return (!request.force_nodes.empty() && !has(request.force_nodes, node)) ||
           (!request.requested_node.empty() && request.requested_node != node);
  });
}

void Query::find_candidates() {
  const auto is_on = [&](Filter f) { return on.has(f); };
  if (is_wanted_only) {
    candidates = wanted;
  } else if (!request.same_host.empty() && is_on(Filter::same_host)) {
    candidates = same_host;
  } else if (request.group && request.group->policy == GroupPolicy::affinity && group != nullptr &&
             is_on(Filter::server_group_affinity)) {
    candidates.emplace();
    for (const auto& [slot, count] : *group) candidates->push_back(slot);
  }
}

void Query::choose_checks() {
  checks.reserve(11);
  const auto add = [&](Filter filter, bool is_needed) {
    if (is_needed && on.has(filter)) checks.push_back(host_filter(filter));
  };
  const Resources& r = request.demand.resources;
  add(Filter::core, r.vcpus > 0);
  add(Filter::ram, r.memory_mib > 0);
  add(Filter::disk, r.disk_gib > 0);
  add(Filter::resource_class, !r.others.empty());
  add(Filter::ignore_hosts, !ignored.empty());
  add(Filter::different_host, !different_host.empty());
  add(Filter::server_group_anti_affinity, group != nullptr);
  add(Filter::compute_capabilities, !profile.host_specs.empty());
  add(Filter::simple_cidr_affinity, near.has_value());
  add(Filter::pci_passthrough, !request.demand.pci.empty());
  add(Filter::numa_topology, !request.numa.empty());
}

}  // namespace virga::scheduler
