// SPDX-License-Identifier: Apache-2.0
// The Identity API with a token for each kind of caller.
#pragma once

#include <boost/json/serialize.hpp>

#include "api/identity/identity_api.h"
#include "tests/unit/api/identity_fixture.h"

namespace virga::identity {

class CatalogTest : public IdentityTest {
 protected:
  CatalogTest() {
    add_routes(router_, deps_);
    write([](WriteTx& tx) { ensure_own_catalog(tx, "RegionOne"); });
    issue("member", "u1", "p1");
    issue("admin", "u2", "p1");
  }
  /// Calls beneath /identity/v3 as "admin" or "member".
  test::Reply as(const std::string& who, const std::string& method, const std::string& path,
                 const json::value& body = nullptr) {
    return test::call(router_, method, "/identity/v3" + path,
                      body.is_null() ? "" : json::serialize(body), {{"x-auth-token", who}});
  }
  test::Reply admin(const std::string& method, const std::string& path,
                    const json::value& body = nullptr) {
    return as("admin", method, path, body);
  }
  /// The id of what a POST made.
  std::string made(const std::string& path, const std::string& key, const json::object& in) {
    const test::Reply r = admin("POST", path, json::object{{key, in}});
    EXPECT_EQ(r.status, 201) << r.text;
    const json::value body = r.body();
    return std::string(body.at(key).at("id").as_string());
  }
  std::string service(const std::string& type) {
    return made("/services", "service", {{"type", type}});
  }

  Passwords passwords_;
  http::Router router_{authorizer_};
  IdentityDeps deps_{db_, clock_, authorizer_, passwords_};
};

}  // namespace virga::identity
