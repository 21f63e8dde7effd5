// SPDX-License-Identifier: Apache-2.0
// A host network in a network and mount namespace of the test process, and plans for it.
#pragma once

#include <gtest/gtest.h>
#include <nftables/libnftables.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "common/cptr.h"
#include "network/host/host_network.h"
#include "network/host/src/namespaces.h"
#include "network/host/src/netlink.h"
#include "network/plan/ipv4.h"
#include "network/plan/rules.h"
#include "tests/lab/network_guest.h"

namespace virga::lab {

using namespace network;

inline const std::string kNetwork = "11111111-aaaa-4aaa-8aaa-000000000001";
inline const std::string kNetns = "virga-" + kNetwork;
inline const std::string kAll = "ff:ff:ff:ff:ff:ff";
inline const std::string kServer = "172.31.0.2";
inline const std::string kServerMac = "fa:16:3e:ff:00:02";

inline std::string port_id(int n) {
  char id[48];
  std::snprintf(id, sizeof id, "%08x-bbbb-4bbb-8bbb-000000000000", 0xabc00000 + n);
  return id;
}

inline std::string mac(int n) {
  char text[40];
  std::snprintf(text, sizeof text, "fa:16:3e:00:%02x:%02x", n / 256, n % 256);
  return text;
}

inline std::string address(int n) {
  return format_ipv4(*parse_ipv4("172.31.0.10") + static_cast<Ipv4>(n));
}

inline PortPlan port(int n) {
  return {.id = port_id(n),
          .network_id = kNetwork,
          .instance_id = "i",
          .tap = tap_name(port_id(n)),
          .bridge = "br-lab",
          .mac = mac(n),
          .mtu = 1450,
          .addresses = {address(n)},
          .enabled = true};
}

/// A network with DHCP and the first `count` ports on it.
inline HostPlan plan_with(int count) {
  HostPlan plan;
  NetworkPlan n{.id = kNetwork,
                .bridge = "br-lab",
                .netns = kNetns,
                .veth = veth_name(kNetwork),
                .mac = kServerMac,
                .mtu = 1450,
                .subnets = {{.id = "s",
                             .network_address = "172.31.0.0",
                             .prefix = 16,
                             .gateway = "172.31.0.1",
                             .server_address = kServer,
                             .dns_nameservers = {"9.9.9.9"},
                             .hosts = {}}}};
  for (int i = 0; i < count; ++i) {
    plan.ports.push_back(port(i));
    n.subnets[0].hosts.push_back({mac(i), address(i), "guest-" + std::to_string(i)});
  }
  plan.networks.push_back(n);
  return plan;
}

inline std::string nft(const std::string& command) {
  const CPtr<nft_ctx, nft_ctx_free> context(nft_ctx_new(NFT_CTX_DEFAULT));
  nft_ctx_buffer_output(context.get());
  nft_ctx_buffer_error(context.get());
  (void)nft_run_cmd_from_buffer(context.get(), command.c_str());
  return nft_ctx_get_output_buffer(context.get());
}

/// Sum of all packet counters of the table: what was dropped.
inline long dropped() {
  long sum = 0;
  const std::string text = nft("list table bridge virga");
  const std::string word = "counter packets ";
  for (auto at = text.find(word); at != std::string::npos; at = text.find(word, at + 1))
    sum += std::stol(text.substr(at + word.size()));
  return sum;
}

inline bool eventually(const std::function<bool()>& condition) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(5);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::yield();
  }
  return true;
}

class HostNetworkLab : public testing::Test {
 protected:
  /// Once per process: nothing outside of it is seen or changed.
  static void SetUpTestSuite() {
    if (::geteuid() != 0) return;
    ASSERT_EQ(::unshare(CLONE_NEWNET | CLONE_NEWNS), 0);
    ASSERT_EQ(::mount("", "/", "none", MS_REC | MS_PRIVATE, nullptr), 0);
    make_directories("/run/netns");
    ASSERT_EQ(::mount("lab", "/run/netns", "tmpfs", 0, nullptr), 0);
  }

  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "needs root";
    std::string pattern = std::filesystem::temp_directory_path() / "virga-lab-XXXXXX";
    folder_ = ::mkdtemp(pattern.data());
    ASSERT_EQ(::chmod(folder_.c_str(), 0755), 0);
    restart();
  }

  void TearDown() override {
    if (host_) host_->remove_all();
    if (!folder_.empty()) std::filesystem::remove_all(folder_);
  }

  /// A new agent.
  void restart() {
    host_ = make_linux_network(
        {.physical_networks = {{"public", "br-lab", true, "172.31.0.1/16"}},
         .state_directory = folder_ + "/state",
         .run_directory = folder_ + "/run",
         .metadata_program =
             std::filesystem::read_symlink("/proc/self/exe").parent_path() / "virga-metadata"});
  }

  int pid_of(const std::string& helper) const {
    const auto text = read_file(folder_ + "/run/" + kNetwork + "." + helper + ".pid");
    return text ? std::stoi(*text) : 0;
  }

  /// Everything that apply() makes, as text.
  std::string dump() {
    std::string out;
    const auto add_links = [&out] {
      Netlink netlink;
      for (const auto& [name, l] : netlink.links()) {
        out += name + " " + std::to_string(l.index) + " " + l.kind + " " + l.alias + " " + l.mac +
               " " + std::to_string(l.master) + " " + std::to_string(l.mtu) + " " +
               std::to_string(l.group) + (l.up ? " up" : " down");
        for (const auto& a : netlink.addresses(l.index)) out += " " + a;
        out += "\n";
      }
    };
    add_links();
    for (const auto& entry : std::filesystem::directory_iterator("/run/netns")) {
      out += entry.path().string() + "\n";
      in_namespace(ensure_namespace(entry.path().filename()), add_links);
    }
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_)) {
      struct stat facts {};
      (void)::stat(entry.path().c_str(), &facts);
      if (entry.is_regular_file())
        out += entry.path().string() + " " + std::to_string(facts.st_ino) + "\n";
    }
    return out + std::to_string(pid_of("dhcp")) + " " + std::to_string(pid_of("metadata")) + "\n" +
           nft("list table bridge virga") + nft("list ruleset");
  }

  /// A foreign port of the bridge: sees what leaves the guests.
  Card wire() {
    Card card("wire0");
    Netlink netlink;
    netlink.change(netlink.link("wire0").index,
                   {.master = netlink.link("br-lab").index, .up = true});
    return card;
  }

  std::string folder_;
  std::unique_ptr<HostNetwork> host_;
};

inline bool is_arp(const std::string& frame) {
  return frame.substr(12, 2) == be16(0x0806);
}

inline bool is_dhcp_reply(const std::string& frame) {
  return frame.size() > 282 && frame.substr(12, 2) == be16(0x0800) &&
         frame.substr(34, 4) == be16(67) + be16(68);
}

/// Waits until frames pass between the card of guest `n` and `out`, both ways: the kernel opens a
/// card for sending later than for receiving.
inline void join(const Card& card, int n, const Card& out) {
  const auto pass = [](const Card& from, const Card& to, const std::string& frame) {
    EXPECT_EQ(from.send_until(frame, to, [&](const std::string& f) { return f == frame; }), frame);
  };
  pass(card, out, ethernet(kAll, mac(n), 0x0800, udp(address(n), 7, "172.31.9.9", 7, "join")));
  pass(out, card,
       ethernet(kAll, "02:00:00:00:00:98", 0x0800, udp("172.31.9.9", 7, address(n), 7, "join")));
}

/// DISCOVER and REQUEST; the address that was handed out.
inline std::string lease(const Card& card, const std::string& from) {
  const auto ask = [&](const std::string& message) {
    return card.send_until(
        ethernet(kAll, from, 0x0800, udp("0.0.0.0", 68, "255.255.255.255", 67, message)), card,
        is_dhcp_reply);
  };
  const std::string offer = ask(dhcp(1, from));
  if (offer.empty()) return "no offer";
  std::uint32_t raw = 0;
  std::memcpy(&raw, offer.data() + 58, sizeof raw);
  const std::string given = format_ipv4(ntohl(raw));
  return ask(dhcp(3, from, given, kServer)).empty() ? "no ack" : given;
}

}  // namespace virga::lab
