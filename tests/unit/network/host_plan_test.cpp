// SPDX-License-Identifier: Apache-2.0
#include "network/plan/host_plan.h"

#include <gtest/gtest.h>

#include "common/error.h"

using namespace virga;
using namespace virga::network;

namespace {

const std::string kNetwork = "11111111-aaaa-4aaa-8aaa-000000000001";
const std::string kPort = "22222222-bbbb-4bbb-8bbb-000000000001";

model::DesiredNetwork network(const std::string& id) {
  model::DesiredNetwork n;
  n.id = id;
  n.physical_network = "public";
  n.mtu = 1450;
  n.subnets.push_back({.id = "subnet-1",
                       .network_id = id,
                       .project_id = {},
                       .name = {},
                       .description = {},
                       .cidr = "172.31.0.0/24",
                       .gateway_ip = "172.31.0.1",
                       .enable_dhcp = true,
                       .dns_nameservers = {"9.9.9.9"},
                       .pools = {}});
  n.dhcp_port.mac = "FA:16:3E:00:00:FE";
  n.dhcp_port.fixed_ips = {{"subnet-1", "172.31.0.2"}};
  return n;
}

model::Port port(const std::string& id, const std::string& network_id, const std::string& address) {
  model::Port p;
  p.id = id;
  p.network_id = network_id;
  p.mac = "FA:16:3E:00:00:01";
  p.fixed_ips = {{"subnet-1", address}};
  return p;
}

model::DesiredHost one_instance() {
  model::DesiredHost host;
  host.networks = {network(kNetwork), network("99999999-aaaa-4aaa-8aaa-000000000002")};
  model::DesiredInstance wanted;
  wanted.instance.id = "instance-1";
  wanted.instance.hostname = "Web_Server.example";
  wanted.ports = {port(kPort, kNetwork, "172.31.0.5")};
  host.instances.push_back(wanted);
  return host;
}

const BridgeMap kBridges = {{"public", "br-virga"}};

}  // namespace

TEST(HostPlan, GivesAPortItsTapBridgeAndAddresses) {
  const HostPlan plan = plan_host(one_instance(), kBridges, {});
  ASSERT_EQ(plan.ports.size(), 1U);
  EXPECT_EQ(plan.ports[0], (PortPlan{.id = kPort,
                                     .network_id = kNetwork,
                                     .instance_id = "instance-1",
                                     .tap = "tap22222222-bb",
                                     .bridge = "br-virga",
                                     .mac = "fa:16:3e:00:00:01",
                                     .mtu = 1450,
                                     .addresses = {"172.31.0.5"},
                                     .enabled = true}));
}

TEST(HostPlan, HasOnlyNetworksThatAnInstanceHereIsOn) {
  const HostPlan plan = plan_host(one_instance(), kBridges, {});
  ASSERT_EQ(plan.networks.size(), 1U);
  const NetworkPlan& n = plan.networks[0];
  EXPECT_EQ(n.id, kNetwork);
  EXPECT_EQ(n.netns, "virga-" + kNetwork);
  EXPECT_EQ(n.veth, "vh11111111-aa");
  EXPECT_EQ(n.mac, "fa:16:3e:00:00:fe");
  ASSERT_EQ(n.subnets.size(), 1U);
  EXPECT_EQ(n.subnets[0],
            (SubnetPlan{.id = "subnet-1",
                        .network_address = "172.31.0.0",
                        .prefix = 24,
                        .gateway = "172.31.0.1",
                        .server_address = "172.31.0.2",
                        .dns_nameservers = {"9.9.9.9"},
                        .hosts = {{"fa:16:3e:00:00:01", "172.31.0.5", "webserver"}}}));
}

TEST(HostPlan, KeepsPortsUntilTheInstanceIsReleased) {
  model::DesiredHost host = one_instance();
  host.instances[0].instance.wish = model::PowerWish::absent;
  EXPECT_EQ(plan_host(host, kBridges, {}).ports.size(), 1U);
  EXPECT_EQ(plan_host(host, kBridges, {"instance-1"}), HostPlan{});
}

TEST(HostPlan, ServesNoSubnetWithoutDhcpOrWithoutAnAddressForTheServer) {
  model::DesiredHost host = one_instance();
  host.networks[0].subnets[0].enable_dhcp = false;
  EXPECT_TRUE(plan_host(host, kBridges, {}).networks[0].subnets.empty());
  host = one_instance();
  host.networks[0].dhcp_port.fixed_ips.clear();
  EXPECT_TRUE(plan_host(host, kBridges, {}).networks[0].subnets.empty());
}

TEST(HostPlan, DisablesAPortThatIsAdministrativelyDown) {
  model::DesiredHost host = one_instance();
  host.instances[0].ports[0].admin_state_up = false;
  EXPECT_FALSE(plan_host(host, kBridges, {}).ports[0].enabled);
}

TEST(HostPlan, NamesAHostAfterItsAddressWhenNothingElseIsLeft) {
  model::DesiredHost host = one_instance();
  host.instances[0].instance.hostname = "__";
  EXPECT_EQ(plan_host(host, kBridges, {}).networks[0].subnets[0].hosts[0].name, "host-172-31-0-5");
}

TEST(HostPlan, DoesNotDependOnTheOrderOfItsInput) {
  model::DesiredHost host = one_instance();
  host.instances.push_back(host.instances[0]);
  host.instances[1].instance.id = "instance-2";
  host.instances[1].ports = {port("00000000-bbbb-4bbb-8bbb-000000000002", kNetwork, "172.31.0.10")};
  model::DesiredHost reversed = host;
  std::swap(reversed.instances[0], reversed.instances[1]);
  EXPECT_EQ(plan_host(host, kBridges, {}), plan_host(reversed, kBridges, {}));
  EXPECT_EQ(plan_host(host, kBridges, {}).networks[0].subnets[0].hosts[1].address, "172.31.0.10");
}

TEST(HostPlan, RefusesAnUnknownPhysicalNetworkAndAnUnknownNetwork) {
  EXPECT_THROW(plan_host(one_instance(), {}, {}), Error);
  model::DesiredHost host = one_instance();
  host.networks.clear();
  EXPECT_THROW(plan_host(host, kBridges, {}), Error);
}

TEST(HostPlan, NamesFitADeviceName) {
  EXPECT_LE(tap_name(kPort).size(), 15U);
  EXPECT_LE(veth_name(kNetwork).size(), 15U);
}
