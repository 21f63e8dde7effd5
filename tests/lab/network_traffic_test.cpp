// SPDX-License-Identifier: Apache-2.0
// What guests can and cannot do on the wire, with real frames through real taps. Needs root.
#include <gtest/gtest.h>

#include <cstdio>

#include "common/file.h"
#include "tests/lab/network_fixture.h"
#include "tests/lab/network_kernel_guest.h"

using namespace virga;
using namespace virga::lab;

namespace {

model::DesiredInstance instance(int n, const std::string& user_data = "") {
  model::DesiredInstance wanted;
  wanted.instance.id = port_id(n);
  wanted.instance.hostname = "guest";
  wanted.instance.user_data = user_data.empty() ? "data of " + std::to_string(n) : user_data;
  model::Port p;
  p.id = port_id(n);
  p.network_id = kNetwork;
  p.mac = mac(n);
  p.fixed_ips = {{"s", address(n)}};
  wanted.ports = {p};
  return wanted;
}

/// VmRSS in KiB.
long resident(int pid) {
  const std::string status = read_file("/proc/" + std::to_string(pid) + "/status").value_or("");
  const auto at = status.find("VmRSS:");
  return at == std::string::npos ? 0 : std::stol(status.substr(at + 6));
}

}  // namespace

TEST_F(HostNetworkLab, AGuestCannotPretendToBeAnother) {
  host_->apply(plan_with(2));
  const Card guest(port(0).tap);
  const Card out = wire();
  join(guest, 0, out);
  const std::string me = mac(0);
  const std::string other = mac(1);
  const std::string far = "172.31.9.9";
  const std::string good_ip = udp(address(0), 5000, far, 5000, "x");
  const std::vector<std::string> forged = {
      ethernet(kAll, other, 0x0800, good_ip),
      ethernet(kAll, me, 0x0800, udp(address(1), 5000, far, 5000, "x")),
      ethernet(kAll, me, 0x0800, udp("0.0.0.0", 5000, far, 5000, "x")),
      ethernet(kAll, me, 0x0800, udp(address(0), 67, "255.255.255.255", 68, "offer")),
      ethernet(kAll, me, 0x0806, arp(1, me, address(1), far)),
      ethernet(kAll, me, 0x0806, arp(2, me, "172.31.0.1", far)),
      ethernet(kAll, me, 0x0806, arp(1, other, address(0), far)),
      ethernet(kAll, me, 0x0806, arp(2, me, "0.0.0.0", far)),
      ethernet(kAll, me, 0x86dd, std::string(40, '\x60')),
      ethernet(kAll, me, 0x8100, be16(5) + be16(0x0800) + good_ip),
      ethernet(kAll, me, 0x8100, be16(0) + be16(0x0806) + arp(1, me, address(0), far)),
      ethernet(kAll, me, 0x88a8, be16(5) + be16(0x0800) + good_ip),
      ethernet(kAll, me, 0x88a8, be16(5) + be16(0x8100) + be16(6) + be16(0x0800) + good_ip),
      ethernet(kAll, me, 0x8863, std::string(46, '\0')),
      ethernet("01:80:c2:00:00:00", me, 0x0026, std::string(46, '\x42')),
      ethernet("01:80:c2:00:00:0e", me, 0x88cc, std::string(46, '\0')),
  };
  const std::string mark = ethernet(kAll, me, 0x0800, udp(address(0), 6000, far, 6000, "mark"));
  for (std::size_t i = 0; i < forged.size(); ++i) {
    const long before = dropped();
    guest.send(forged[i]);
    guest.send(mark);
    std::size_t leaked = 0;
    EXPECT_EQ(out.receive([&](const std::string& frame) {
      // The host itself may speak; only the guest's frames count.
      leaked += frame.substr(6, 6) == bytes_of_mac(me) && frame != mark ? 1 : 0;
      leaked += frame.substr(6, 6) == bytes_of_mac(other) ? 1 : 0;
      return frame == mark;
    }),
              mark)
        << i;
    EXPECT_EQ(leaked, 0U) << "frame " << i;
    EXPECT_TRUE(eventually([&] { return dropped() > before; })) << "frame " << i;
  }
}

TEST_F(HostNetworkLab, AGuestCanSpeakForItself) {
  host_->apply(plan_with(2));
  const Card guest(port(0).tap);
  const Card neighbour(port(1).tap);
  const Card out = wire();
  join(guest, 0, out);
  join(neighbour, 1, out);
  for (const auto& frame :
       {ethernet(kAll, mac(0), 0x0806, arp(1, mac(0), address(0), "172.31.9.9")),
        ethernet(kAll, mac(0), 0x0806, arp(1, mac(0), "0.0.0.0", address(0))),
        ethernet(kAll, mac(0), 0x0800, udp(address(0), 5000, "172.31.9.9", 53, "x"))}) {
    const auto same = [&](const std::string& f) { return f == frame; };
    guest.send(frame);
    EXPECT_EQ(out.receive(same), frame);
    EXPECT_EQ(neighbour.receive(same), frame);
  }
}

TEST_F(HostNetworkLab, ATapThatTheRulesDoNotNameIsSilent) {
  host_->apply(plan_with(1));
  const Card out = wire();
  Netlink netlink;
  const Card stray("tapstray");
  netlink.change(netlink.link("tapstray").index,
                 {.group = kGuestGroup, .master = netlink.link("br-lab").index, .up = true});
  const Card guest(port(0).tap);
  join(guest, 0, out);
  stray.send(ethernet(kAll, mac(7), 0x0806, arp(1, mac(7), address(7), kServer)));
  guest.send(ethernet(kAll, mac(0), 0x0806, arp(1, mac(0), address(0), "172.31.9.9")));
  EXPECT_EQ(out.receive(is_arp).substr(6, 6), bytes_of_mac(mac(0)));
}

TEST_F(HostNetworkLab, DhcpStaysBetweenTheGuestAndItsServer) {
  host_->apply(plan_with(2));
  const Card guest(port(0).tap);
  const Card out = wire();
  join(guest, 0, out);
  EXPECT_EQ(lease(guest, mac(0)), address(0));
  // Neither its broadcasts nor the server's answers are on the wire, and a foreign server is not
  // heard.
  out.send(ethernet(kAll, "02:00:00:00:00:99", 0x0800,
                    udp("172.31.0.99", 67, "255.255.255.255", 68, dhcp(2, mac(0)))));
  out.send(
      ethernet(kAll, "02:00:00:00:00:99", 0x0800, udp("172.31.0.99", 9, address(0), 9, "mark")));
  std::size_t foreign = 0;
  EXPECT_NE(guest.receive([&](const std::string& f) {
    foreign += is_dhcp_reply(f) ? 1 : 0;
    return f.ends_with("mark");
  }),
            "");
  EXPECT_EQ(foreign, 0U);
  const std::string mark = ethernet(kAll, mac(0), 0x0800, udp(address(0), 9, "172.31.9.9", 9, "m"));
  guest.send(mark);
  EXPECT_EQ(out.receive([&](const std::string& f) {
    EXPECT_TRUE(is_arp(f) || f.substr(6, 6) != bytes_of_mac(mac(0)) || f == mark);
    EXPECT_FALSE(is_dhcp_reply(f));
    return f == mark;
  }),
            mark);
}

TEST_F(HostNetworkLab, ANewGuestIsServedWithoutARestart) {
  host_->apply(plan_with(1));
  const int before = pid_of("dhcp");
  host_->apply(plan_with(2));
  EXPECT_EQ(lease(Card(port(1).tap), mac(1)), address(1));
  EXPECT_EQ(pid_of("dhcp"), before);
}

TEST_F(HostNetworkLab, AnAddressPassesToANewOwnerAtOnce) {
  HostPlan plan = plan_with(2);
  host_->apply(plan);
  EXPECT_EQ(lease(Card(port(0).tap), mac(0)), address(0));
  plan.ports[1].addresses = {address(0)};
  plan.ports.erase(plan.ports.begin());
  plan.networks[0].subnets[0].hosts = {{mac(1), address(0), "heir"}};
  host_->apply(plan);
  EXPECT_EQ(lease(Card(port(1).tap), mac(1)), address(0));
}

// A guest with the kernel's own TCP: its card in a namespace, joined to the tap by a pump.
TEST_F(HostNetworkLab, AGuestReadsItsOwnMetadata) {
  for (const int n : {0, 1}) host_->set_metadata(instance(n));
  host_->apply(plan_with(2));
  for (const int n : {0, 1}) {
    const KernelGuest guest(port(n).tap, mac(n), address(n));
    EXPECT_EQ(guest.get("/latest/meta-data/local-ipv4"), address(n));
    EXPECT_EQ(guest.get("/openstack/latest/user_data"), "data of " + std::to_string(n));
    EXPECT_EQ(guest.get("/nothing"), "Not Found");
  }
  host_->set_metadata(instance(0, "changed"));
  const KernelGuest guest(port(0).tap, mac(0), address(0));
  EXPECT_EQ(guest.get("/latest/user-data"), "changed");
  EXPECT_EQ(guest.get("/latest/user-data", "172.31.0.2"), "");  // nothing else listens for guests
  std::printf("resident: virga-metadata %ld KiB, dnsmasq %ld KiB\n", resident(pid_of("metadata")),
              resident(pid_of("dhcp")));
}

TEST_F(HostNetworkLab, MetadataGoesWithItsPort) {
  for (const int n : {0, 1}) host_->set_metadata(instance(n));
  const std::string file = folder_ + "/state/" + kNetwork + "/metadata/";
  host_->apply({});  // a plan that was made before the port was known
  EXPECT_TRUE(std::filesystem::exists(file + address(1)));
  host_->apply(plan_with(2));
  host_->apply(plan_with(1));
  EXPECT_TRUE(std::filesystem::exists(file + address(0)));
  EXPECT_FALSE(std::filesystem::exists(file + address(1)));
  host_->set_metadata(instance(1));
  host_->remove_all();
  EXPECT_TRUE(std::filesystem::is_empty(folder_ + "/state"));
}

TEST_F(HostNetworkLab, TheMetadataProgramIsConfined) {
  host_->apply(plan_with(1));
  const std::string process = "/proc/" + std::to_string(pid_of("metadata"));
  const std::string status = read_file(process + "/status").value();
  EXPECT_NE(status.find("NoNewPrivs:\t1"), std::string::npos);
  EXPECT_NE(status.find("CapEff:\t0000000000000000"), std::string::npos);
  EXPECT_EQ(status.find("Uid:\t0"), std::string::npos);
  EXPECT_EQ(std::filesystem::read_symlink(process + "/root"),
            folder_ + "/state/" + kNetwork + "/metadata");
}
