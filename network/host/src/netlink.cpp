// SPDX-License-Identifier: Apache-2.0
#include "network/host/src/netlink.h"

#include <linux/if.h>
#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <netlink/cache.h>
#include <netlink/errno.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/route/addr.h>
#include <netlink/route/link.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "common/error.h"

namespace virga::network {
namespace {

using Message = CPtr<nl_msg, nlmsg_free>;
using Cache = CPtr<nl_cache, nl_cache_free>;
using Address = CPtr<rtnl_addr, rtnl_addr_put>;
using RawAddress = CPtr<nl_addr, nl_addr_put>;

[[noreturn]] void fail(const std::string& what, int code) {
  throw Error(ErrorKind::unavailable, what + ": " + nl_geterror(code));
}

int check(int code, const std::string& what) {
  if (code < 0) fail(what, code);
  return code;
}

Message link_message(int type, int flags, ifinfomsg info) {
  Message message(nlmsg_alloc_simple(type, flags));
  if (!message) throw std::bad_alloc();
  check(nlmsg_append(message.get(), &info, sizeof info, NLMSG_ALIGNTO), "build message");
  return message;
}

ifinfomsg link_info(int index, unsigned char family = AF_UNSPEC) {
  ifinfomsg info{};
  info.ifi_family = family;
  info.ifi_index = index;
  return info;
}

void put(nl_msg& message, int attribute, const std::string& text) {
  check(nla_put_string(&message, attribute, text.c_str()), "build message");
}

void put_u32(nl_msg& message, int attribute, std::int64_t value) {
  check(nla_put_u32(&message, attribute, static_cast<std::uint32_t>(value)), "build message");
}

void put_u8(nl_msg& message, int attribute, std::uint8_t value) {
  check(nla_put_u8(&message, attribute, value), "build message");
}

void put_mac(nl_msg& message, int attribute, const std::string& mac) {
  nl_addr* raw = nullptr;
  check(nl_addr_parse(mac.c_str(), AF_LLC, &raw), "read MAC address " + mac);
  const RawAddress address(raw);
  check(nla_put_addr(&message, attribute, address.get()), "build message");
}

/// Runs `content` between the start and the end of a nested attribute.
template <class F>
void nest(nl_msg& message, int attribute, F content) {
  nlattr* start = nla_nest_start(&message, attribute);
  if (start == nullptr) throw std::bad_alloc();
  content();
  nla_nest_end(&message, start);
}

std::string mac_of(rtnl_link* link) {
  nl_addr* address = rtnl_link_get_addr(link);
  std::array<char, 64> text{};
  return address == nullptr ? "" : nl_addr2str(address, text.data(), text.size());
}

Link link_of(rtnl_link* raw) {
  const auto text = [](const char* s) { return std::string(s == nullptr ? "" : s); };
  Link link;
  link.index = rtnl_link_get_ifindex(raw);
  link.name = text(rtnl_link_get_name(raw));
  link.kind = text(rtnl_link_get_type(raw));
  link.alias = text(rtnl_link_get_ifalias(raw));
  link.mac = mac_of(raw);
  link.master = rtnl_link_get_master(raw);
  link.mtu = rtnl_link_get_mtu(raw);
  link.group = rtnl_link_get_group(raw);
  link.up = (rtnl_link_get_flags(raw) & IFF_UP) != 0;
  return link;
}

Address address_object(int index, const std::string& text) {
  nl_addr* raw = nullptr;
  check(nl_addr_parse(text.c_str(), AF_INET, &raw), "read address " + text);
  const RawAddress local(raw);
  Address address(rtnl_addr_alloc());
  if (!address) throw std::bad_alloc();
  rtnl_addr_set_ifindex(address.get(), index);
  check(rtnl_addr_set_local(address.get(), local.get()), "read address " + text);
  return address;
}

}  // namespace

Netlink::Netlink() : socket_(nl_socket_alloc()) {
  if (!socket_) throw std::bad_alloc();
  check(nl_connect(socket_.get(), NETLINK_ROUTE), "open netlink socket");
  constexpr int kBuffer = 1 << 20;  // a dump of some thousand devices
  (void)nl_socket_set_buffer_size(socket_.get(), kBuffer, 0);
}

/// @param accepted_error a libnl error that counts as success, e.g. NLE_NODEV
void Netlink::send(nl_msg& message, const std::string& what, int accepted_error) {
  check(nl_send_auto(socket_.get(), &message), what);
  const int code = nl_wait_for_ack(socket_.get());
  if (code < 0 && code != -accepted_error) fail(what, code);
}

Links Netlink::links() {
  constexpr int kTries = 5;  // devices that come and go during a dump interrupt it
  nl_cache* raw = nullptr;
  int code = -NLE_DUMP_INTR;
  for (int i = 0; i < kTries && code == -NLE_DUMP_INTR; ++i)
    code = rtnl_link_alloc_cache(socket_.get(), AF_UNSPEC, &raw);
  check(code, "list devices");
  const Cache cache(raw);
  Links links;
  for (nl_object* o = nl_cache_get_first(raw); o != nullptr; o = nl_cache_get_next(o)) {
    Link link = link_of(reinterpret_cast<rtnl_link*>(o));
    links.emplace(link.name, std::move(link));
  }
  return links;
}

Link Netlink::link(const std::string& name) {
  rtnl_link* raw = nullptr;
  check(rtnl_link_get_kernel(socket_.get(), 0, name.c_str(), &raw), "find device " + name);
  const CPtr<rtnl_link, rtnl_link_put> owned(raw);
  return link_of(raw);
}

std::vector<std::string> Netlink::addresses(int index) {
  nl_cache* raw = nullptr;
  check(rtnl_addr_alloc_cache(socket_.get(), &raw), "list addresses");
  const Cache cache(raw);
  std::vector<std::string> out;
  for (nl_object* o = nl_cache_get_first(raw); o != nullptr; o = nl_cache_get_next(o)) {
    auto* address = reinterpret_cast<rtnl_addr*>(o);
    if (rtnl_addr_get_ifindex(address) != index || rtnl_addr_get_family(address) != AF_INET)
      continue;
    std::array<char, 64> text{};
    std::string found = nl_addr2str(rtnl_addr_get_local(address), text.data(), text.size());
    if (found.find('/') == std::string::npos) found += "/32";
    out.push_back(std::move(found));
  }
  return out;
}

void Netlink::create_bridge(const std::string& name, const std::string& mac, std::uint32_t group) {
  const Message message = link_message(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, link_info(0));
  put(*message, IFLA_IFNAME, name);
  put_mac(*message, IFLA_ADDRESS, mac);  // a bridge without one changes it with its ports
  put_u32(*message, IFLA_GROUP, group);
  nest(*message, IFLA_LINKINFO, [&] {
    put(*message, IFLA_INFO_KIND, "bridge");
    nest(*message, IFLA_INFO_DATA, [&] { put_u8(*message, IFLA_BR_MCAST_SNOOPING, 0); });
  });
  send(*message, "create bridge " + name);
}

void Netlink::create_veth(const VethPair& pair) {
  const Message message = link_message(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, link_info(0));
  put(*message, IFLA_IFNAME, pair.name);
  put_mac(*message, IFLA_ADDRESS, pair.mac);
  put_u32(*message, IFLA_MTU, pair.mtu);
  put_u32(*message, IFLA_GROUP, pair.group);
  nest(*message, IFLA_LINKINFO, [&] {
    put(*message, IFLA_INFO_KIND, "veth");
    nest(*message, IFLA_INFO_DATA, [&] {
      nest(*message, VETH_INFO_PEER, [&] {
        ifinfomsg peer = link_info(0);
        check(nlmsg_append(message.get(), &peer, sizeof peer, NLMSG_ALIGNTO), "build message");
        put(*message, IFLA_IFNAME, pair.inner_name);
        put_mac(*message, IFLA_ADDRESS, pair.inner_mac);
        put_u32(*message, IFLA_MTU, pair.mtu);
        put_u32(*message, IFLA_NET_NS_FD, pair.inner_namespace);
      });
    });
  });
  send(*message, "create veth " + pair.name);
}

void Netlink::change(int index, const LinkChange& change) {
  ifinfomsg info = link_info(index);
  if (change.up) {
    info.ifi_change = IFF_UP;
    info.ifi_flags = *change.up ? IFF_UP : 0;
  }
  const Message message = link_message(RTM_SETLINK, 0, info);
  if (change.mac) put_mac(*message, IFLA_ADDRESS, *change.mac);
  if (change.alias) put(*message, IFLA_IFALIAS, *change.alias);
  if (change.mtu) put_u32(*message, IFLA_MTU, *change.mtu);
  if (change.group) put_u32(*message, IFLA_GROUP, *change.group);
  if (change.master) put_u32(*message, IFLA_MASTER, *change.master);
  send(*message, "change device " + std::to_string(index));
}

void Netlink::guard_bridge_port(int index) {
  const Message message = link_message(RTM_SETLINK, 0, link_info(index, AF_BRIDGE));
  nest(*message, IFLA_PROTINFO | NLA_F_NESTED, [&] { put_u8(*message, IFLA_BRPORT_GUARD, 1); });
  send(*message, "guard bridge port " + std::to_string(index));
}

void Netlink::remove(int index) {
  const Message message = link_message(RTM_DELLINK, 0, link_info(index));
  send(*message, "remove device " + std::to_string(index), NLE_NODEV);
}

void Netlink::remove_group(std::uint32_t group) {
  const Message message = link_message(RTM_DELLINK, 0, link_info(0));
  put_u32(*message, IFLA_GROUP, group);
  send(*message, "remove devices of group " + std::to_string(group), NLE_NODEV);
}

void Netlink::add_address(int index, const std::string& text) {
  const Address address = address_object(index, text);
  const int code = rtnl_addr_add(socket_.get(), address.get(), 0);
  if (code != -NLE_EXIST) check(code, "add address " + text);
}

void Netlink::remove_address(int index, const std::string& text) {
  const Address address = address_object(index, text);
  const int code = rtnl_addr_delete(socket_.get(), address.get(), 0);
  if (code != -NLE_NOADDR) check(code, "remove address " + text);
}

}  // namespace virga::network
