// SPDX-License-Identifier: Apache-2.0
// A small cloud in a temporary database with the Compute API's routes in front of it.
#pragma once

#include <boost/json/serialize.hpp>

#include "api/compute/compute_api.h"
#include "db/store/database.h"
#include "db/store/flavors.h"
#include "db/store/hosts.h"
#include "db/store/images.h"
#include "db/store/instances.h"
#include "db/store/networks.h"
#include "db/store/quotas.h"
#include "tests/unit/api/api_call.h"

namespace virga::test {

using store::ReadTx;
using store::WriteTx;

class CloudTest : public testing::Test {
 protected:
  CloudTest() {
    authorizer_.add("ann", "p1", "member");
    authorizer_.add("reader", "p1", "reader");
    authorizer_.add("bob", "p2", "member");
    authorizer_.add("root", "p0", "admin");
    compute::add_routes(router_, deps_);
    db_.write([&](WriteTx& tx) {
      store::flavors::insert(tx, {"small", "m1.small", 1, 1024, 10, 0, 0, true, "", 1});
      store::flavors::insert(tx, {"secret", "m1.secret", 1, 1024, 10, 0, 0, false, "", 1});
      model::Image image;
      image.id = image_;
      image.name = "cirros";
      image.owner = "p0";
      image.visibility = model::ImageVisibility::public_;
      image.status = model::ImageStatus::active;
      image.disk_format = "qcow2";
      image.digest = std::string(64, 'd');
      image.virtual_size = 1 << 20;
      store::images::insert(tx, image);
    });
  }

  void add_host(const std::string& id, std::int64_t memory_mib = 8192 + 512) {
    db_.write([&](WriteTx& tx) {
      model::Host h;
      h.id = id;
      h.name = "name-of-" + id;
      h.number = ++numbers_;
      h.vcpus = 16;
      h.memory_mib = memory_mib;
      h.disk_gib = 4000;
      h.cpu_info = "{}";
      h.last_seen_us = clock_.now_us();
      store::hosts::insert(tx, h);
    });
  }

  /// Projects may have as many instances as the hosts hold.
  void lift_quotas() {
    db_.write([](WriteTx& tx) {
      for (const char* resource : {"instances", "cores", "ram"})
        store::quotas::set_class(tx, "default", resource, -1);
    });
  }

  void add_network(const std::string& first = "10.0.0.10", const std::string& last = "10.0.0.250") {
    db_.write([&](WriteTx& tx) {
      model::Network n;
      n.id = network_;
      n.project_id = "p0";
      n.name = "lan";
      n.physical_network = "physnet1";
      n.shared = true;
      store::networks::insert(tx, n);
      model::Subnet s;
      s.id = new_uuid();
      s.network_id = network_;
      s.cidr = "10.0.0.0/24";
      s.gateway_ip = "10.0.0.1";
      s.pools = {{first, last}};
      store::networks::insert(tx, s);
    });
  }

  Reply as(const std::string& user, const std::string& method, const std::string& path,
           const json::value& body = nullptr) {
    return call(router_, method, "/compute/v2.1" + path,
                body.is_null() ? "" : json::serialize(body), {{"x-test-user", user}});
  }
  json::object wanted(const std::string& name = "web") const {
    return {{"name", name}, {"imageRef", image_}, {"flavorRef", "small"}};
  }
  Reply create(json::object server, const std::string& user = "ann") {
    return as(user, "POST", "/servers", json::object{{"server", std::move(server)}});
  }
  /// Creates one and returns its id.
  std::string created(const std::string& name = "web", const std::string& user = "ann") {
    const Reply r = create(wanted(name), user);
    EXPECT_EQ(r.status, 202) << r.text;
    return std::string(r.body().at("server").at("id").as_string());
  }
  model::Instance instance(const std::string& id) {
    return db_.read([&](ReadTx& tx) { return store::instances::find(tx, id, "").value(); });
  }
  /// One number from the database.
  std::int64_t number(std::string_view literal) {
    return db_.read([&](ReadTx& tx) {
      store::Rows rows = tx.query(literal);
      rows.next();
      return rows.integer(0);
    });
  }

  const TempDir dir_;
  store::Database db_{dir_.path("virga.db")};
  FakeClock clock_;
  TestAuthorizer authorizer_;
  http::Router router_{authorizer_};
  compute::ComputeDeps deps_{db_, clock_,
                             [](const std::string& host, const std::string&, std::size_t) {
                               return "console of " + host + "\nlast\n";
                             }};
  const std::string image_ = new_uuid();
  const std::string network_ = new_uuid();
  std::int64_t numbers_ = 0;
};

}  // namespace virga::test
