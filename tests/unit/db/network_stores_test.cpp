// SPDX-License-Identifier: Apache-2.0
// Networks, subnets, ports and their addresses.
#include "db/store/networks.h"
#include "db/store/ports.h"
#include "tests/unit/db/store_fixture.h"

namespace virga::store {
namespace {

class NetworkStore : public StoreTest {
 protected:
  template <class F>
  auto write(F f) {
    return db_.write([&](WriteTx& tx) { return f(tx); });
  }
  NetworkStore() {
    write([](WriteTx& tx) {
      networks::insert(tx, network_row("n1", "physnet1"));
      networks::insert(tx, network_row("n2", "physnet2"));
      networks::insert(tx, subnet_row("s1", "n1"));
    });
  }
  static model::Network network_row(const std::string& id, const std::string& physical) {
    model::Network n;
    n.id = id;
    n.project_id = "p1";
    n.name = "name-of-" + id;
    n.physical_network = physical;
    n.mtu = 1450;
    n.shared = true;
    return n;
  }
  static model::Subnet subnet_row(const std::string& id, const std::string& network) {
    model::Subnet s;
    s.id = id;
    s.network_id = network;
    s.cidr = "10.0.0.0/24";
    s.gateway_ip = "10.0.0.1";
    s.dns_nameservers = {"9.9.9.9", "1.1.1.1"};
    s.pools = {{"10.0.0.100", "10.0.0.199"}, {"10.0.0.2", "10.0.0.9"}};
    return s;
  }
  model::Port port_row(const std::string& device, const std::string& address,
                       std::int64_t position = 0) {
    model::Port p;
    p.id = new_uuid();
    p.network_id = "n1";
    p.project_id = "p1";
    p.mac = "fa:16:3e:00:00:" + std::to_string(10 + ++ports_made_);
    p.device_id = device;
    p.device_owner = device.starts_with("dhcp") ? "network:dhcp" : "compute:nova";
    p.host_id = "h1";
    p.position = position;
    if (!address.empty()) p.fixed_ips = {{"s1", address}};
    return p;
  }
  model::Port add(const model::Port& p) {
    write([&](WriteTx& tx) { ports::insert(tx, p); });
    return p;
  }
  int ports_made_ = 0;
};

TEST_F(NetworkStore, KeepsNetworksAndSubnetsWithTheirListsInOrder) {
  db_.read([](ReadTx& tx) {
    const auto n = networks::find(tx, "n1").value();
    EXPECT_EQ(n.mtu, 1450);
    EXPECT_TRUE(n.shared);
    EXPECT_FALSE(n.external);
    EXPECT_EQ(networks::list(tx).size(), 2U);
    EXPECT_EQ(networks::find_flat(tx, "physnet2")->id, "n2");
    EXPECT_FALSE(networks::find_flat(tx, "physnet3"));
    const auto s = networks::find_subnet(tx, "s1").value();
    EXPECT_EQ(s.dns_nameservers, (std::vector<std::string>{"9.9.9.9", "1.1.1.1"}));
    ASSERT_EQ(s.pools.size(), 2U);
    EXPECT_EQ(s.pools[0].start, "10.0.0.100");
    EXPECT_EQ(networks::list_subnets_of(tx, "n1").size(), 1U);
    EXPECT_TRUE(networks::list_subnets_of(tx, "n2").empty());
    EXPECT_EQ(networks::list_subnets(tx).size(), 1U);
  });
}

TEST_F(NetworkStore, WhatIsInUseCannotBeErased) {
  add(port_row("i1", "10.0.0.5"));
  EXPECT_EQ(kind_of([&] { write([](WriteTx& tx) { return networks::erase(tx, "n1"); }); }),
            ErrorKind::conflict);
  EXPECT_EQ(kind_of([&] { write([](WriteTx& tx) { return networks::erase_subnet(tx, "s1"); }); }),
            ErrorKind::conflict);
  write([](WriteTx& tx) { return ports::erase_of_device(tx, "i1"); });
  EXPECT_TRUE(write([](WriteTx& tx) { return networks::erase_subnet(tx, "s1"); }));
  EXPECT_TRUE(write([](WriteTx& tx) { return networks::erase(tx, "n1"); }));
  EXPECT_FALSE(write([](WriteTx& tx) { return networks::erase(tx, "n1"); }));
  EXPECT_EQ(count("allocation_pools"), 0);
}

TEST_F(NetworkStore, AnAddressIsHandedOutOnce) {
  add(port_row("i1", "10.0.0.5"));
  const auto second = port_row("i2", "10.0.0.5");
  EXPECT_EQ(test::message_of([&] { add(second); }),
            "Unable to complete operation for network n1. The IP address 10.0.0.5 is in use.");
  EXPECT_EQ(count("ports"), 1) << "the port without its address is not there either";
  write([](WriteTx& tx) { return ports::erase_of_device(tx, "i1"); });
  EXPECT_EQ(count("ip_allocations"), 0);
  EXPECT_NO_THROW(add(second));
}

TEST_F(NetworkStore, AMacIsUniqueOnItsNetworkOnly) {
  auto a = add(port_row("i1", ""));
  auto b = port_row("i2", "");
  b.mac = a.mac;
  EXPECT_EQ(kind_of([&] { add(b); }), ErrorKind::conflict);
  b.network_id = "n2";
  EXPECT_NO_THROW(add(b));
}

TEST_F(NetworkStore, PortsAreFoundByDeviceNetworkAndProject) {
  const auto second = add(port_row("i1", "10.0.0.7", 1));
  const auto first = add(port_row("i1", "10.0.0.6", 0));
  auto foreign = port_row("i2", "10.0.0.8");
  foreign.project_id = "p2";
  add(foreign);
  db_.read([&](ReadTx& tx) {
    const auto of_device = ports::list_of_device(tx, "i1");
    ASSERT_EQ(of_device.size(), 2U);
    EXPECT_EQ(of_device[0].id, first.id);
    EXPECT_EQ(of_device[0].fixed_ips, first.fixed_ips);
    EXPECT_EQ(ports::list(tx, "p2").size(), 1U);
    EXPECT_EQ(ports::list(tx, "").size(), 3U);
    EXPECT_EQ(ports::list_of_network(tx, "n1").size(), 3U);
    EXPECT_EQ(ports::list_addresses(tx, "s1").size(), 3U);
    const auto shown = ports::list_instance_addresses(tx, "i1");
    ASSERT_EQ(shown.size(), 2U);
    EXPECT_EQ(shown[0].address, "10.0.0.6");
    EXPECT_EQ(shown[0].network_name, "name-of-n1");
    EXPECT_EQ(shown[1].mac, second.mac);
    EXPECT_EQ(ports::find(tx, second.id)->position, 1);
    EXPECT_FALSE(ports::find(tx, "none"));
  });
  EXPECT_TRUE(write([&](WriteTx& tx) { return ports::erase(tx, first.id); }));
  EXPECT_FALSE(write([&](WriteTx& tx) { return ports::erase(tx, first.id); }));
}

TEST_F(NetworkStore, DhcpPortsGoWithTheLastGuestOfTheirHost) {
  const auto guest = add(port_row("i1", "10.0.0.5"));
  const auto dhcp = add(port_row("dhcp-h1-n1", "10.0.0.2"));
  auto elsewhere = port_row("dhcp-h2-n1", "10.0.0.3");
  elsewhere.host_id = "h2";
  add(elsewhere);
  write([](WriteTx& tx) { ports::erase_unused_dhcp(tx, "h1"); });
  EXPECT_EQ(count("ports"), 3);
  write([&](WriteTx& tx) {
    ports::erase(tx, guest.id);
    ports::erase_unused_dhcp(tx, "h1");
  });
  db_.read([&](ReadTx& tx) {
    EXPECT_FALSE(ports::find(tx, dhcp.id));
    EXPECT_TRUE(ports::find(tx, elsewhere.id)) << "another host's stays";
  });
}

}  // namespace
}  // namespace virga::store
