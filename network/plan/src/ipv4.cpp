// SPDX-License-Identifier: Apache-2.0
#include "network/plan/ipv4.h"

#include <arpa/inet.h>

#include <charconv>

namespace virga::network {

std::optional<Ipv4> parse_ipv4(std::string_view text) {
  constexpr std::size_t kLongest = 15;  // "255.255.255.255"
  if (text.size() > kLongest || text.find('\0') != std::string_view::npos) return std::nullopt;
  in_addr raw{};
  if (::inet_pton(AF_INET, std::string(text).c_str(), &raw) != 1) return std::nullopt;
  return ntohl(raw.s_addr);
}

std::string format_ipv4(Ipv4 address) {
  std::string text;
  for (int shift = 24; shift >= 0; shift -= 8) {
    if (!text.empty()) text += '.';
    text += std::to_string((address >> shift) & 0xffU);
  }
  return text;
}

std::optional<Cidr> parse_cidr(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const auto address = parse_ipv4(text.substr(0, slash));
  const std::string_view digits = text.substr(slash + 1);
  if (!address || digits.empty() || digits.size() > 2) return std::nullopt;
  if (digits.size() == 2 && digits[0] == '0') return std::nullopt;
  unsigned prefix = 0;
  const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), prefix);
  if (failure != std::errc{} || end != digits.data() + digits.size() || prefix > 32)
    return std::nullopt;
  Cidr cidr{.network = 0, .prefix = static_cast<int>(prefix)};
  cidr.network = *address & cidr.mask();
  return cidr;
}

std::string format_cidr(const Cidr& cidr) {
  return format_ipv4(cidr.network) + "/" + std::to_string(cidr.prefix);
}

}  // namespace virga::network
