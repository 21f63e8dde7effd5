// SPDX-License-Identifier: Apache-2.0
#include "network/plan/dhcp.h"

#include <gmock/gmock.h>

using namespace virga::network;
using testing::AllOf;
using testing::Contains;
using testing::Not;
using testing::StartsWith;

namespace {

NetworkPlan network() {
  NetworkPlan plan;
  plan.mtu = 1450;
  plan.subnets = {{.id = "s",
                   .network_address = "172.31.0.0",
                   .prefix = 20,
                   .gateway = "172.31.0.1",
                   .server_address = "172.31.0.2",
                   .dns_nameservers = {"9.9.9.9", "1.1.1.1"},
                   .hosts = {{"fa:16:3e:00:00:01", "172.31.0.5", "web"},
                             {"fa:16:3e:00:00:02", "172.31.0.6", "db"}}}};
  return plan;
}

std::vector<std::string> arguments(const NetworkPlan& plan) {
  return dhcp_arguments(plan, {.program = "/usr/sbin/dnsmasq",
                               .user = "dnsmasq",
                               .group = "nogroup",
                               .interface = "eth0",
                               .hosts_file = "/state/hosts",
                               .lease_file = "/state/leases",
                               .pid_file = "/run/pid"});
}

}  // namespace

TEST(DhcpArguments, DescribeEachSubnet) {
  const auto argv = arguments(network());
  EXPECT_EQ(argv[0], "/usr/sbin/dnsmasq");
  for (const auto* expected :
       {"--port=0", "--pid-file=/run/pid", "--dhcp-hostsfile=/state/hosts", "--user=dnsmasq",
        "--dhcp-range=set:s0,172.31.0.0,static,255.255.240.0,86400s",
        "--dhcp-option-force=tag:s0,option:mtu,1450",
        "--dhcp-option=tag:s0,option:router,172.31.0.1",
        "--dhcp-option=tag:s0,option:dns-server,9.9.9.9,1.1.1.1",
        "--dhcp-option=tag:s0,option:classless-static-route,169.254.169.254/32,172.31.0.2,0.0.0.0/"
        "0,172.31.0.1"})
    EXPECT_THAT(argv, Contains(expected));
}

TEST(DhcpArguments, SendNoRouterAndNoDnsWhenThereIsNone) {
  NetworkPlan plan = network();
  plan.subnets[0].gateway.clear();
  plan.subnets[0].dns_nameservers = {"not an address,--option"};
  const auto argv = arguments(plan);
  EXPECT_THAT(argv, Contains("--dhcp-option=tag:s0,option:router"));
  EXPECT_THAT(argv, Contains("--dhcp-option=tag:s0,option:dns-server"));
  EXPECT_THAT(argv,
              Contains("--dhcp-option=tag:s0,option:classless-static-route,169.254.169.254/32,"
                       "172.31.0.2"));
}

TEST(DhcpHosts, AreOneLineEach) {
  EXPECT_EQ(dhcp_hosts(network()),
            "fa:16:3e:00:00:01,id:*,172.31.0.5,web\nfa:16:3e:00:00:02,id:*,172.31.0.6,db\n");
}

TEST(DhcpHosts, LeaveOutUnusableValues) {
  NetworkPlan plan = network();
  plan.subnets[0].hosts = {{"fa:16:3e:00:00:01", "172.31.0.5", "a,b"},
                           {"fa:16:3e:00:00:01", "172.31.0.5\n", "a"},
                           {"*", "172.31.0.5", "a"}};
  EXPECT_EQ(dhcp_hosts(plan), "");
}

TEST(Leases, OfAFormerOwnerAreDropped) {
  const std::string other = "1 fa:16:3e:00:00:02 172.31.0.6 db 01:fa\n";
  const std::string gone = "1 fa:16:3e:00:00:08 172.31.0.8 gone *\n";
  EXPECT_EQ(
      leases_without_conflicts("1 fa:16:3e:00:00:77 172.31.0.5 old *\n" + other + gone, network()),
      other + gone);
  EXPECT_FALSE(leases_without_conflicts(other + gone, network()));
  EXPECT_FALSE(leases_without_conflicts("", network()));
  EXPECT_FALSE(leases_without_conflicts("garbage\n\nx y\nno end", network()));
}
