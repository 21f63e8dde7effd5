// SPDX-License-Identifier: Apache-2.0
// Links and addresses of one network namespace, by rtnetlink. Each change is one message: it
// happens whole or not at all.
#pragma once

#include <netlink/socket.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/cptr.h"

struct nl_msg;

namespace virga::network {

/// A device as the kernel shows it.
struct Link {
  int index = 0;
  std::string name;
  std::string kind;  ///< "tun", "veth", "bridge", ""
  std::string alias;
  std::string mac;
  int master = 0;  ///< index of the bridge; 0: none
  std::int64_t mtu = 0;
  std::uint32_t group = 0;
  bool up = false;
};

using Links = std::map<std::string, Link>;  // by name

/// What to set on a device; what is absent stays.
struct LinkChange {
  std::optional<std::string> mac = std::nullopt;
  std::optional<std::string> alias = std::nullopt;
  std::optional<std::int64_t> mtu = std::nullopt;
  std::optional<std::uint32_t> group = std::nullopt;
  std::optional<int> master = std::nullopt;  ///< 0: none
  std::optional<bool> up = std::nullopt;
};

/// A pair of devices, one end in another namespace.
struct VethPair {
  std::string name;
  std::string mac;
  std::string inner_name;
  std::string inner_mac;
  std::int64_t mtu = 1500;
  std::uint32_t group = 0;   ///< of the outer end
  int inner_namespace = -1;  ///< descriptor
};

/// A socket in the namespace of the thread that made it; it stays there. Not thread-safe.
/// Every function throws Error{unavailable} when the kernel refuses.
class Netlink {
 public:
  Netlink();

  Links links();
  /// @throws Error{unavailable} also when there is no such device
  Link link(const std::string& name);
  /// IPv4 addresses of a device as "172.31.0.2/24".
  std::vector<std::string> addresses(int index);

  /// Down, with multicast snooping and IPv6 address generation off.
  void create_bridge(const std::string& name, const std::string& mac, std::uint32_t group);
  void create_veth(const VethPair& pair);
  void change(int index, const LinkChange& change);
  /// A bridge port whose guest sends spanning tree frames is shut.
  void guard_bridge_port(int index);
  /// Absence is success.
  void remove(int index);
  /// Every device of the group, in about the time of one. None is success.
  void remove_group(std::uint32_t group);
  /// `address` is "172.31.0.2/24". Already there (already gone) is success.
  void add_address(int index, const std::string& address);
  void remove_address(int index, const std::string& address);

 private:
  void send(nl_msg& message, const std::string& what, int accepted_error = 0);

  CPtr<nl_sock, nl_socket_free> socket_;
};

}  // namespace virga::network
