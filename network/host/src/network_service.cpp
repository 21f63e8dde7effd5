// SPDX-License-Identifier: Apache-2.0
#include "network/host/src/network_service.h"

#include <fcntl.h>
#include <signal.h>

#include <algorithm>
#include <filesystem>

#include "common/error.h"
#include "network/host/src/files.h"
#include "network/host/src/tap.h"
#include "network/plan/dhcp.h"
#include "network/plan/rules.h"

namespace virga::network {
namespace {

const std::string kInner = "eth0";

void set_if_there(const char* path, std::string_view value) {
  const UniqueFd fd(::open(path, O_WRONLY | O_CLOEXEC));
  if (fd) write_all(fd.get(), value);
}

/// A namespace that neither forwards nor speaks IPv6, whatever it inherited.
void harden() {
  set_if_there("/proc/sys/net/ipv4/ip_forward", "0");
  set_if_there("/proc/sys/net/ipv4/conf/all/accept_redirects", "0");
  set_if_there("/proc/sys/net/ipv6/conf/all/disable_ipv6", "1");
  set_if_there("/proc/sys/net/ipv6/conf/default/disable_ipv6", "1");
}

/// Host side's MAC: never the lowest of a bridge, which would change the bridge's own.
std::string outer_mac(const std::string& inner) {
  return "fe" + inner.substr(2);
}

bool is_ours(const Link& link, const std::string& network_id) {
  return link.kind == "veth" && (link.alias == alias_of(network_id) || link.group == kHelperGroup);
}

std::vector<std::string> inner_addresses(const NetworkPlan& plan) {
  std::vector<std::string> wanted = {std::string(kMetadataAddress) + "/32"};
  for (const auto& subnet : plan.subnets)
    wanted.push_back(subnet.server_address + "/" + std::to_string(subnet.prefix));
  return wanted;
}

bool contains(const std::vector<std::string>& list, const std::string& item) {
  return std::find(list.begin(), list.end(), item) != list.end();
}

}  // namespace

std::string alias_of(const std::string& id) {
  return "virga:" + id;
}

/// Opens the namespace; what was known of another one by the same name is forgotten.
void NetworkService::enter(const NetworkPlan& plan) {
  Namespace space = ensure_namespace(plan.netns);
  if (inner_ && space.inode == space_.inode) return;
  space_ = std::move(space);
  inner_.reset();
  served_hosts_.reset();
  in_namespace(space_, [&] {
    harden();
    inner_.emplace();
  });
}

void NetworkService::ensure_devices(Netlink& host, Links& links, const NetworkPlan& plan) {
  make_directories(
      places_.state_directory);  // first: it tells a later run that this network is ours
  enter(plan);
  auto outer = links.find(plan.veth);
  if (outer != links.end() && !is_ours(outer->second, plan.id))
    throw Error(ErrorKind::conflict, "Device " + plan.veth + " is not ours.");
  if (outer != links.end() && !inner_->links().contains(kInner)) {
    host.remove(outer->second.index);  // leads into a namespace that lost its name
    links.erase(outer);
    outer = links.end();
  }
  if (outer == links.end()) {
    ensure_stopped(places_.dhcp_pid_file);  // it would stay bound to a device that is gone
    host.create_veth({.name = plan.veth,
                      .mac = outer_mac(plan.mac),
                      .inner_name = kInner,
                      .inner_mac = plan.mac,
                      .mtu = plan.mtu,
                      .group = kHelperGroup,
                      .inner_namespace = space_.fd.get()});
    outer = links.emplace(plan.veth, host.link(plan.veth)).first;
  }
  if (outer->second.alias.empty()) {
    host.change(outer->second.index, {.alias = alias_of(plan.id)});
    disable_ipv6(plan.veth);
    outer->second.alias = alias_of(plan.id);
  }
}

void NetworkService::ensure_inside(const NetworkPlan& plan) {
  const Link inner = inner_->link(kInner);
  if (!inner.up || inner.mtu != plan.mtu || inner.mac != plan.mac)
    inner_->change(inner.index, {.mac = plan.mac, .mtu = plan.mtu, .up = true});
  const auto present = inner_->addresses(inner.index);
  const auto wanted = inner_addresses(plan);
  for (const auto& address : present)
    if (!contains(wanted, address)) inner_->remove_address(inner.index, address);
  for (const auto& address : wanted)
    if (!contains(present, address)) inner_->add_address(inner.index, address);
}

void NetworkService::ensure_serving(const NetworkPlan& plan) {
  if (!inner_) return;  // ensure_devices() failed and said why
  ensure_inside(plan);
  ensure_dhcp(plan);
  ensure_metadata();
}

void NetworkService::ensure_dhcp(const NetworkPlan& plan) {
  const std::string hosts_file = places_.state_directory + "/hosts";
  const std::string lease_file = places_.state_directory + "/leases";
  const Helper helper{.argv = dhcp_arguments(plan, {.program = places_.dnsmasq_program,
                                                    .user = places_.dnsmasq_user.name,
                                                    .group = places_.dnsmasq_user.group,
                                                    .interface = kInner,
                                                    .hosts_file = hosts_file,
                                                    .lease_file = lease_file,
                                                    .pid_file = places_.dhcp_pid_file}),
                      .pid_file = places_.dhcp_pid_file};
  const std::string hosts = dhcp_hosts(plan);
  auto pid = find_running(helper, space_);
  const bool lost_leases = !std::filesystem::exists(lease_file);
  if (pid && !lost_leases && hosts == served_hosts_) return;

  served_hosts_.reset();
  replace_file(hosts_file, hosts, 0644, places_.dnsmasq_user.gid);
  // A lease of a former owner of an address is dropped by a restart only.
  if (lost_leases) pid.reset();
  if (pid && leases_without_conflicts(read_file(lease_file).value_or(""), plan)) pid.reset();
  if (pid) {
    if (::kill(*pid, SIGHUP) != 0) throw_errno("signal dnsmasq", errno);
  } else {
    ensure_stopped(helper.pid_file);
    if (const auto kept = leases_without_conflicts(read_file(lease_file).value_or(""), plan))
      replace_file(lease_file, *kept, 0644, places_.dnsmasq_user.gid);
    start(helper, space_);
  }
  served_hosts_ = hosts;
}

void NetworkService::ensure_metadata() {
  const Helper helper{
      .argv = {places_.metadata_program, "--directory=" + places_.state_directory + "/metadata",
               "--pid-file=" + places_.metadata_pid_file, "--user=" + places_.metadata_user.name},
      .pid_file = places_.metadata_pid_file};
  if (find_running(helper, space_)) return;
  ensure_stopped(helper.pid_file);
  start(helper, space_);
}

void NetworkService::remove(Netlink& host, Links& links) {
  ensure_stopped(places_.dhcp_pid_file);
  ensure_stopped(places_.metadata_pid_file);
  const auto outer = links.find(veth_name(places_.network_id));
  if (outer != links.end() && is_ours(outer->second, places_.network_id)) {
    host.remove(outer->second.index);
    links.erase(outer);
  }
  inner_.reset();
  space_ = {};
  remove_namespace(netns_name(places_.network_id));
  std::error_code failure;
  std::filesystem::remove_all(places_.state_directory,
                              failure);  // last: until then it is found again
  if (failure) throw_errno("remove " + places_.state_directory, failure.value());
}

}  // namespace virga::network
