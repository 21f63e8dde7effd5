// SPDX-License-Identifier: Apache-2.0
#include "network/plan/rules.h"

#include <algorithm>
#include <map>

#include "common/hash.h"
#include "network/plan/ipv4.h"

namespace virga::network {
namespace {

constexpr std::string_view kTable = "bridge virga";

bool is_hex(char c) noexcept {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

std::string quoted(const std::string& device) {
  return '"' + device + '"';
}

/// Elements of the sets; only checked values get here.
struct Elements {
  std::vector<std::string> stations;      // device . mac
  std::vector<std::string> sources;       // device . mac . address
  std::vector<std::string> dhcp_guests;   // device
  std::vector<std::string> helper_pairs;  // guest device . helper device
};

bool usable(const PortPlan& port) {
  return is_device_name(port.tap) && is_unicast_mac(port.mac) &&
         std::all_of(port.addresses.begin(), port.addresses.end(),
                     [](const std::string& a) { return parse_ipv4(a).has_value(); });
}

void add_port(Elements& elements, const PortPlan& port, const std::string* helper) {
  const std::string station = quoted(port.tap) + " . " + port.mac;
  elements.stations.push_back(station);
  for (const auto& address : port.addresses)
    elements.sources.push_back(station + " . " + format_ipv4(*parse_ipv4(address)));
  if (helper == nullptr) return;
  elements.dhcp_guests.push_back(quoted(port.tap));
  elements.helper_pairs.push_back(quoted(port.tap) + " . " + quoted(*helper));
}

std::string set(const std::string& name, const std::string& type,
                const std::vector<std::string>& elements) {
  std::string text = "  set " + name + " {\n    type " + type + "\n";
  if (!elements.empty()) {
    text += "    elements = {\n";
    for (const auto& element : elements) text += "      " + element + ",\n";
    text += "    }\n";
  }
  return text + "  }\n";
}

std::string chain(const std::string& name, const std::vector<std::string>& rules) {
  std::string text = "  chain " + name + " {\n";
  for (const auto& rule : rules) text += "    " + rule + "\n";
  return text + "  }\n";
}

/// What a guest may send. The device is part of every set's key: a value is right for one port
/// only.
std::string from_guest() {
  return chain(
      "from_guest",
      {"iifname . ether saddr != @stations counter drop",
       // Also drops tagged frames, IPv6 (no addresses of it are handed out) and 802.3 frames.
       "ether type != { ip, arp } counter drop",
       "ether type arp arp htype 1 arp ptype ip arp hlen 6 arp plen 4 arp operation { request, "
       "reply "
       "} jump from_guest_arp",
       "ether type arp counter drop",
       "ether type ip ip saddr 0.0.0.0 ip daddr 255.255.255.255 udp sport 68 udp dport 67 accept",
       "ether type ip udp sport 67 counter drop",
       "ether type ip iifname . ether saddr . ip saddr @sources accept", "counter drop"});
}

std::string from_guest_arp() {
  return chain(
      "from_guest_arp",
      {"iifname . arp saddr ether . arp saddr ip @sources accept",
       // A probe asks for an address before using it.
       "arp operation request arp saddr ip 0.0.0.0 iifname . arp saddr ether @stations accept",
       "counter drop"});
}

std::string helper_chains() {
  const std::string metadata(kMetadataAddress);
  return chain("from_helper",
               {"ether type arp accept", "ether type ip udp sport 67 udp dport 68 accept",
                "ether type ip ip saddr " + metadata + " tcp sport 80 accept", "counter drop"}) +
         chain("to_helper",
               {"iifname . oifname != @helper_pairs counter drop", "ether type arp accept",
                "ether type ip udp sport 68 udp dport 67 accept",
                "ether type ip ip daddr " + metadata + " tcp dport 80 accept", "counter drop"});
}

std::string base_chains() {
  const std::string guest = std::to_string(kGuestGroup);
  const std::string helper = std::to_string(kHelperGroup);
  return chain("prerouting", {"type filter hook prerouting priority -300; policy accept;",
                              "meta iifgroup " + guest + " jump from_guest",
                              "meta iifgroup " + helper + " jump from_helper",
                              "meta iifgroup " + std::to_string(kDoomedGroup) + " drop"}) +
         chain("forward",
               {"type filter hook forward priority -300; policy accept;",
                "meta oifgroup " + helper + " jump to_helper",
                "meta iifgroup " + helper + " oifname . iifname != @helper_pairs counter drop",
                // Guests that we serve talk to our server only, whatever else answers on the wire.
                "iifname @dhcp_guests ether type ip udp sport 68 udp dport 67 counter drop",
                "oifname @dhcp_guests meta iifgroup != " + helper +
                    " ether type ip udp sport 67 udp dport 68 counter drop"}) +
         // Frames for link-local group addresses reach the host without the prerouting hook.
         chain("input", {"type filter hook input priority -300; policy accept;",
                         "meta iifgroup " + guest + " ether type != { ip, arp } counter drop"});
}

}  // namespace

bool is_unicast_mac(std::string_view text) noexcept {
  if (text.size() != 17) return false;
  for (std::size_t i = 0; i < text.size(); ++i)
    if (i % 3 == 2 ? text[i] != ':' : !is_hex(text[i])) return false;
  constexpr std::string_view kEven = "02468ace";  // low bit of the first octet clear
  return kEven.find(text[1]) != std::string_view::npos && text != "00:00:00:00:00:00";
}

bool is_device_name(std::string_view text) noexcept {
  if (text.empty() || text.size() > 15 || text == "." || text == "..") return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
  });
}

Ruleset plan_rules(const HostPlan& plan) {
  std::map<std::string, const std::string*> helpers;  // network id -> host side of its helpers
  for (const auto& network : plan.networks)
    if (!network.subnets.empty() && is_device_name(network.veth))
      helpers.emplace(network.id, &network.veth);

  Ruleset rules;
  Elements elements;
  for (const auto& port : plan.ports) {
    if (!port.enabled) continue;
    const auto helper = helpers.find(port.network_id);
    if (usable(port))
      add_port(elements, port, helper == helpers.end() ? nullptr : helper->second);
    else
      rules.refused.push_back(port.id);
  }
  const std::string body = set("stations", "ifname . ether_addr", elements.stations) +
                           set("sources", "ifname . ether_addr . ipv4_addr", elements.sources) +
                           set("dhcp_guests", "ifname", elements.dhcp_guests) +
                           set("helper_pairs", "ifname . ifname", elements.helper_pairs) +
                           from_guest_arp() + from_guest() + helper_chains() + base_chains();
  rules.digest = sha256_hex(body).substr(0, 16);
  const std::string table(kTable);
  rules.text = "add table " + table + "\ndelete table " + table + "\ntable " + table + " {\n" +
               chain("plan_" + rules.digest, {}) + body + "}\n";
  return rules;
}

}  // namespace virga::network
