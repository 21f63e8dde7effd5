// SPDX-License-Identifier: Apache-2.0
// Calls of the Identity API as an administrator ("admin") or a member ("ann").
#pragma once

#include <boost/json/serialize.hpp>

#include "api/identity/identity_api.h"
#include "tests/unit/api/identity_fixture.h"

namespace virga::identity {

class IdentityCallTest : public IdentityTest {
 protected:
  IdentityCallTest() {
    add_routes(router_, deps_);
    issue("admin", "u2", "p1");
    issue("ann", "u1", "p1");
  }
  test::Reply send(const std::string& method, const std::string& path,
                   const json::value& body = nullptr, const std::string& token = "admin") {
    return test::call(router_, method, "/identity/v3" + path,
                      body.is_null() ? "" : json::serialize(body), {{"x-auth-token", token}});
  }
  test::Reply get(const std::string& path, const std::string& token = "admin") {
    return send("GET", path, nullptr, token);
  }
  /// The resource under `key` of an answer that must have that status.
  static json::object resource(const test::Reply& reply, int status, const char* key) {
    EXPECT_EQ(reply.status, status) << reply.text;
    if (reply.status != status) return {};
    return reply.body().at(key).as_object();
  }
  std::string id_of(const test::Reply& reply, const char* key) {
    const json::object made = resource(reply, 201, key);
    return made.empty() ? "" : std::string(made.at("id").as_string());
  }
  std::string make(const char* key, const json::object& body) {
    return id_of(send("POST", "/" + std::string(key) + "s", json::object{{key, body}}), key);
  }
  static std::string message(const test::Reply& reply) {
    return std::string(reply.body().at("error").at("message").as_string());
  }
  /// The names in a list, in its order.
  std::vector<std::string> names(const std::string& path, const char* key,
                                 const std::string& token = "admin") {
    std::vector<std::string> all;
    const test::Reply reply = get(path, token);
    EXPECT_EQ(reply.status, 200) << reply.text;
    if (reply.status != 200) return all;
    const json::value body = reply.body();
    for (const auto& one : body.at(key).as_array()) all.emplace_back(one.at("name").as_string());
    return all;
  }
  std::int64_t count(std::string_view sql) {
    return db_.read([&](store::ReadTx& tx) {
      auto rows = tx.query(sql);
      rows.next();
      return rows.integer(0);
    });
  }

  Passwords passwords_;
  http::Router router_{authorizer_};
  IdentityDeps deps_{db_, clock_, authorizer_, passwords_};
};

}  // namespace virga::identity
