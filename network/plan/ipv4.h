// SPDX-License-Identifier: Apache-2.0
// IPv4 addresses and prefixes: strict text forms and arithmetic. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace virga::network {

/// An address in host byte order.
using Ipv4 = std::uint32_t;

/// Four decimal numbers without leading zeros, nothing else. nullopt for any other text.
std::optional<Ipv4> parse_ipv4(std::string_view text);

/// "172.31.0.5".
std::string format_ipv4(Ipv4 address);

/// A prefix. `network` has no bits below the prefix.
struct Cidr {
  Ipv4 network = 0;
  int prefix = 32;  ///< 0..32

  Ipv4 mask() const noexcept { return prefix == 0 ? 0 : ~Ipv4{0} << (32 - prefix); }
  Ipv4 first() const noexcept { return network; }
  Ipv4 last() const noexcept { return network | ~mask(); }
  bool contains(Ipv4 address) const noexcept { return (address & mask()) == network; }
  /// True when some address is in both.
  bool overlaps(const Cidr& other) const noexcept {
    return contains(other.network) || other.contains(network);
  }
  /// True for an address that a port may have: for prefixes up to 30 not the first and not the
  /// last.
  bool is_host(Ipv4 address) const noexcept {
    return contains(address) && (prefix > 30 || (address != first() && address != last()));
  }
  bool operator==(const Cidr&) const = default;
};

/// "address/prefix"; bits below the prefix are cleared. A caller that accepts only canonical text
/// compares it with format_cidr() of the result. nullopt for any other text.
std::optional<Cidr> parse_cidr(std::string_view text);

/// "172.31.0.0/24".
std::string format_cidr(const Cidr& cidr);

}  // namespace virga::network
