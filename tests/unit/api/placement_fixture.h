// SPDX-License-Identifier: Apache-2.0
// The small cloud with the Placement API's routes beside those of the Compute API.
#pragma once

#include "api/placement/placement_api.h"
#include "tests/unit/api/cloud_fixture.h"

namespace virga::test {

class PlacementTest : public CloudTest {
 protected:
  PlacementTest() { placement::add_routes(router_, placement_deps_); }

  Reply ask(const std::string& version, const std::string& user, const std::string& what,
            const std::string& body = "") {
    const std::size_t blank = what.find(' ');
    return call(router_, what.substr(0, blank), "/placement" + what.substr(blank + 1), body,
                {{"x-test-user", user}, {"openstack-api-version", "placement " + version}});
  }
  /// As an administrator.
  Reply root(const std::string& version, const std::string& what, const std::string& body = "") {
    return ask(version, "root", what, body);
  }
  static const json::object& error_of(const json::value& body) {
    return body.at("errors").as_array().front().as_object();
  }
  static std::string code_of(const Reply& reply) {
    const json::value body = reply.body();
    return std::string(error_of(body).at("code").as_string());
  }
  /// Makes a provider with an inventory: {"total": 8}; returns its id.
  std::string provider(const std::string& name, const std::string& inventories = "{}",
                       const std::string& parent = "") {
    const std::string id = new_uuid();
    std::string body = R"({"name": ")" + name + R"(", "uuid": ")" + id + "\"";
    if (!parent.empty()) body += R"(, "parent_provider_uuid": ")" + parent + "\"";
    EXPECT_EQ(root("1.20", "POST /resource_providers", body + "}").status, 200);
    const Reply r =
        root("1.20", "PUT /resource_providers/" + id + "/inventories",
             R"({"resource_provider_generation": 0, "inventories": )" + inventories + "}");
    EXPECT_EQ(r.status, 200) << r.text;
    return id;
  }
  std::int64_t generation(const std::string& id) {
    return root("1.20", "GET /resource_providers/" + id).body().at("generation").as_int64();
  }
  Reply set_traits(const std::string& id, const std::string& traits) {
    return root("1.20", "PUT /resource_providers/" + id + "/traits",
                R"({"resource_provider_generation": )" + std::to_string(generation(id)) +
                    R"(, "traits": )" + traits + "}");
  }
  Reply set_aggregates(const std::string& id, const std::string& aggregates) {
    return root("1.20", "PUT /resource_providers/" + id + "/aggregates",
                R"({"resource_provider_generation": )" + std::to_string(generation(id)) +
                    R"(, "aggregates": )" + aggregates + "}");
  }
  /// An allocation at 1.38.
  Reply allocate(const std::string& consumer, const std::string& generation,
                 const std::string& allocations) {
    return root("1.38", "PUT /allocations/" + consumer,
                R"({"allocations": )" + allocations + R"(, "project_id": "p1", "user_id": "u1",
                    "consumer_generation": )" +
                    generation + R"(, "consumer_type": "INSTANCE"})");
  }
  static std::string of(const std::string& id, const std::string& resources) {
    return "{\"" + id + R"(": {"resources": )" + resources + "}}";
  }

  placement::PlacementDeps placement_deps_{db_, clock_};
};

}  // namespace virga::test
