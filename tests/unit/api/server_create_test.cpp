// SPDX-License-Identifier: Apache-2.0
// POST /servers: one transaction, or nothing.
#include <set>
#include <thread>

#include "common/hash.h"
#include "db/store/allocations.h"
#include "db/store/domains.h"
#include "db/store/keypairs.h"
#include "db/store/ports.h"
#include "db/store/users.h"
#include "tests/unit/api/cloud_fixture.h"

namespace virga::compute {
namespace {

using test::Reply;
using test::WriteTx;

class ServerCreate : public test::CloudTest {
 protected:
  std::int64_t instances() { return number("SELECT count(*) FROM instances"); }
  void expect_no_rows() {
    EXPECT_EQ(instances(), 0);
    EXPECT_EQ(number("SELECT count(*) FROM allocations"), 0);
    EXPECT_EQ(number("SELECT count(*) FROM ports"), 0);
    EXPECT_EQ(number("SELECT count(*) FROM ip_allocations"), 0);
    EXPECT_EQ(number("SELECT count(*) FROM instance_actions"), 0);
    EXPECT_EQ(number("SELECT count(*) FROM counters"), 0);
    EXPECT_EQ(number("SELECT coalesce(sum(generation), 0) FROM resource_providers"), 0);
  }
  json::object with(const std::string& key, json::value value) {
    json::object server = wanted();
    server[key] = std::move(value);
    return server;
  }
};

TEST_F(ServerCreate, WritesEverythingAtOnce) {
  add_host("h1");
  add_network();
  const Reply r = create(wanted());
  ASSERT_EQ(r.status, 202) << r.text;
  const std::string id(r.body().at("server").at("id").as_string());
  EXPECT_EQ(r.header("Location"), "http://cloud:8774/compute/v2.1/servers/" + id);
  const auto i = instance(id);
  EXPECT_EQ(i.project_id, "p1");
  EXPECT_EQ(i.user_id, "user-ann");
  EXPECT_EQ(i.host_id, "h1");
  EXPECT_EQ(i.image_digest, std::string(64, 'd'));
  EXPECT_EQ(i.image_format, "qcow2");
  EXPECT_EQ(i.memory_mib, 1024);
  EXPECT_EQ(i.generation, 1);
  EXPECT_EQ(i.wish, model::PowerWish::running);
  EXPECT_EQ(number("SELECT count(*) FROM instance_actions WHERE action = 'create'"), 1);
  EXPECT_EQ(number("SELECT generation FROM resource_providers"), 1);
  db_.read([&](store::ReadTx& tx) {
    EXPECT_EQ(store::allocations::used_by_host(tx).at("h1").disk_gib, 10);
    const auto ports = store::ports::list_of_device(tx, id);
    ASSERT_EQ(ports.size(), 1U);
    EXPECT_EQ(ports[0].fixed_ips.at(0).address, "10.0.0.10");
    EXPECT_EQ(ports[0].host_id, "h1");
    EXPECT_TRUE(ports[0].mac.starts_with("fa:16:3e:"));
    EXPECT_EQ(store::ports::list(tx, "").size(), 2U) << "and one for the host's DHCP";
  });
}

TEST_F(ServerCreate, AnEmptyPoolOfAddressesLeavesNoRows) {
  add_host("h1");
  add_network("10.0.0.10", "10.0.0.12");
  EXPECT_EQ(create(with("min_count", 3)).status, 409) << "three and the DHCP port do not fit";
  expect_no_rows();
  EXPECT_EQ(create(with("min_count", 2)).status, 202);
}

TEST_F(ServerCreate, NoValidHostIsAnErrorThatExplainsItself) {
  add_network();
  add_host("small", 1024);
  add_host("silent");
  db_.write([](WriteTx& tx) { tx.exec("UPDATE hosts SET last_seen_us = 0 WHERE id = 'silent'"); });
  const std::string id = created();
  const json::value body = as("ann", "GET", "/servers/" + id).body();
  const json::value& server = body.at("server");
  EXPECT_EQ(server.at("status"), "ERROR");
  EXPECT_EQ(server.at("fault").at("message"),
            "No valid host was found. 2 hosts: ComputeFilter refused 1, RamFilter refused 1.");
  EXPECT_EQ(number("SELECT count(*) FROM ports"), 0);
  EXPECT_EQ(number("SELECT count(*) FROM allocations"), 0);
  EXPECT_EQ(as("ann", "DELETE", "/servers/" + id).status, 204);
  EXPECT_EQ(as("ann", "GET", "/servers/" + id).status, 404) << "nothing to wait for";
}

TEST_F(ServerCreate, ManyAtOnceGetNumberedNames) {
  add_host("h1");
  EXPECT_EQ(create(with("max_count", 3)).status, 202);
  std::set<std::string> names;
  std::set<std::string> hosts;
  db_.read([&](store::ReadTx& tx) {
    for (const auto& i : store::instances::list(tx, {})) {
      names.insert(i.name);
      hosts.insert(i.hostname);
    }
  });
  EXPECT_EQ(names, (std::set<std::string>{"web-1", "web-2", "web-3"}));
  EXPECT_EQ(hosts, names);
}

TEST_F(ServerCreate, HostNamesAreAlwaysValid) {
  lift_quotas();
  add_host("h1", 1 << 20);
  const auto hostnames = [&](const std::string& name, int count) {
    json::object server = with("min_count", count);
    server["name"] = name;
    EXPECT_EQ(create(server).status, 202) << name;
    std::set<std::string> found;
    db_.write([&](WriteTx& tx) {
      for (const auto& i : store::instances::list(tx, {})) found.insert(i.hostname);
      tx.exec("DELETE FROM allocations");
      tx.exec("DELETE FROM consumers");
      tx.exec("UPDATE inventories SET used = 0");
      tx.exec("DELETE FROM instances");
    });
    return found;
  };
  EXPECT_EQ(hostnames("My_Web Server.", 1), std::set<std::string>{"my-web-server"});
  for (const char* name : {"\xe4\xb8\xad\xe6\x96\x87", "---", "..", "a"}) {
    for (const int count : {1, 2}) {
      const auto found = hostnames(name, count);
      EXPECT_EQ(found.size(), static_cast<std::size_t>(count));
      for (const auto& hostname : found) {
        EXPECT_FALSE(hostname.empty()) << name;
        EXPECT_NE(hostname.front(), '-') << name;
      }
    }
  }
  for (const auto& hostname : hostnames(std::string(200, 'a'), 100)) {
    EXPECT_LE(hostname.size(), 63U);
    EXPECT_NE(hostname.find('-'), std::string::npos) << "the number is kept";
  }
}

TEST_F(ServerCreate, UnknownAndForeignThingsAreRefused) {
  add_host("h1");
  add_network();
  const json::object bad[] = {
      with("flavorRef", "none"),
      with("flavorRef", "secret"),
      with("imageRef", json::string(new_uuid())),
      with("imageRef", ""),
      with("key_name", "none"),
      with("networks", json::array{json::object{{"uuid", new_uuid()}}}),
      with("networks", json::array{json::object{{"uuid", "x"}}}),
      with("networks", json::array{json::object{{"uuid", network_}, {"fixed_ip", "10.9.9.9"}}}),
      with("networks", json::array{json::object{{"uuid", network_}, {"fixed_ip", "10.0.0.1"}}}),
      with("networks", json::array{json::object{{"uuid", network_}, {"fixed_ip", "10.0.0.255"}}}),
      with("security_groups", json::array{json::object{{"name", "web"}}}),
      with("user_data", "not base64!"),
      with("min_count", 0),
      with("max_count", 101),
      with("metadata", json::object{{"a", 5}}),
      with("metadata", json::object{{"", "x"}}),
      with("name", ""),
      with("name", json::string(256, 'x')),
      with("host_id", "h1"),
      with("status", "ACTIVE"),
  };
  for (const auto& server : bad) {
    const Reply r = create(server);
    EXPECT_EQ(r.status, 400) << json::serialize(server) << r.text;
  }
  expect_no_rows();
}

TEST_F(ServerCreate, AnImageThatCannotBootOnTheFlavorIsRefused) {
  add_host("h1");
  const auto change = [&](std::string_view literal) {
    db_.write([&](WriteTx& tx) { tx.exec(literal); });
  };
  change("UPDATE images SET virtual_size = 10 * 1073741824 + 1");
  EXPECT_EQ(create(wanted()).status, 400);
  change("UPDATE images SET virtual_size = 10 * 1073741824, min_memory_mib = 1025");
  EXPECT_EQ(create(wanted()).status, 400);
  change("UPDATE images SET min_memory_mib = 1024, min_disk_gib = 11");
  EXPECT_EQ(create(wanted()).status, 400);
  change("UPDATE images SET min_disk_gib = 10, disk_format = 'iso'");
  EXPECT_EQ(create(wanted()).status, 400);
  change("UPDATE images SET disk_format = 'raw', status = 'queued'");
  EXPECT_EQ(create(wanted()).status, 400);
  change("UPDATE images SET status = 'active', visibility = 'private'");
  EXPECT_EQ(create(wanted()).status, 400) << "another project's";
  EXPECT_EQ(create(wanted(), "root").status, 202);
}

TEST_F(ServerCreate, AWantedAddressIsGivenOnce) {
  add_host("h1");
  add_network();
  const json::array networks{json::object{{"uuid", network_}, {"fixed_ip", "10.0.0.77"}}};
  EXPECT_EQ(create(with("networks", networks)).status, 202);
  EXPECT_EQ(create(with("networks", networks)).status, 409);
  EXPECT_EQ(instances(), 1);
}

TEST_F(ServerCreate, TheKeyOfTheUserIsCopied) {
  add_host("h1");
  db_.write([](WriteTx& tx) {
    store::domains::insert(tx, model::Domain{"d", "d", "", true});
    store::users::insert(tx, model::User{"user-ann", "d", "ann", "", true});
    store::keypairs::insert(tx, {"user-ann", "k", "ssh", "ssh-rsa AAAA", "aa", 1});
  });
  const Reply r = create(with("key_name", "k"));
  ASSERT_EQ(r.status, 202);
  EXPECT_EQ(instance(std::string(r.body().at("server").at("id").as_string())).public_key,
            "ssh-rsa AAAA");
  EXPECT_EQ(create(with("key_name", "k"), "bob").status, 400) << "another user's";
}

TEST_F(ServerCreate, SeveralNetworksNeedAChoice) {
  add_host("h1");
  add_network();
  EXPECT_EQ(create(wanted()).status, 202);
  db_.write([](WriteTx& tx) {
    model::Network n;
    n.id = new_uuid();
    n.project_id = "p1";
    store::networks::insert(tx, n);
    model::Subnet s;
    s.id = new_uuid();
    s.network_id = n.id;
    s.cidr = "10.1.0.0/24";
    store::networks::insert(tx, s);
  });
  EXPECT_EQ(create(wanted()).status, 409);
  EXPECT_EQ(create(wanted(), "bob").status, 202) << "he sees one only";
  EXPECT_EQ(create(with("networks", json::array{})).status, 202) << "none at all";
}

TEST_F(ServerCreate, ReadersMayNot) {
  EXPECT_EQ(create(wanted(), "reader").status, 403);
  EXPECT_EQ(create(wanted(), "nobody").status, 401);
}

TEST_F(ServerCreate, ParallelRequestsNeverExceedAHost) {
  lift_quotas();
  add_host("h1", 40 * 1024 + 512);  // room for 40 by memory, 64 by processors
  add_network();
  constexpr int kThreads = 10;
  constexpr int kEach = 20;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t)
    threads.emplace_back([this] {
      for (int n = 0; n < kEach; ++n) EXPECT_EQ(create(wanted()).status, 202);
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(instances(), kThreads * kEach);
  EXPECT_EQ(number("SELECT count(*) FROM instances WHERE host_id = 'h1'"), 40);
  EXPECT_EQ(number("SELECT count(*) FROM instances WHERE fault_code = 500"), kThreads * kEach - 40);
  EXPECT_EQ(number("SELECT sum(used) FROM allocations WHERE resource_class = 'MEMORY_MB'"),
            40 * 1024);
  EXPECT_EQ(number("SELECT count(DISTINCT address) FROM ip_allocations"), 41);
  EXPECT_EQ(number("SELECT count(DISTINCT number) FROM instances"), kThreads * kEach);
}

}  // namespace
}  // namespace virga::compute
