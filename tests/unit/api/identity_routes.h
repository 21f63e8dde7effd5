// SPDX-License-Identifier: Apache-2.0
// The Identity API's routes over a temporary database, called with real tokens.
#pragma once

#include <boost/json/serialize.hpp>

#include "api/identity/identity_api.h"
#include "tests/unit/api/identity_fixture.h"

namespace virga::identity {

/// "admin" is a token of bob (u2), an administrator by his role on p1; "ann" one of u1 on p1.
class RoutesTest : public IdentityTest {
 protected:
  RoutesTest() {
    add_routes(router_, deps_);
    issue("admin", "u2", "p1");
    issue("ann", "u1", "p1");
  }
  test::Reply as(const std::string& token, const std::string& method, const std::string& path,
                 const json::value& body = nullptr) {
    return test::call(router_, method, "/identity/v3" + path,
                      body.is_null() ? "" : json::serialize(body), {{"x-auth-token", token}});
  }
  int status(const std::string& token, const std::string& method, const std::string& path,
             const json::value& body = nullptr) {
    return as(token, method, path, body).status;
  }
  test::Reply log_in(const json::object& identity, const json::value& scope = nullptr) {
    json::object auth{{"identity", identity}};
    if (!scope.is_null()) auth["scope"] = scope;
    return test::call(router_, "POST", "/identity/v3/auth/tokens",
                      json::serialize(json::object{{"auth", auth}}));
  }
  static json::object by_token(const std::string& secret) {
    return {{"methods", json::array{"token"}}, {"token", {{"id", secret}}}};
  }
  /// The text member `key` of the only member of an answer.
  static std::string of(const test::Reply& reply, const char* object, const char* key) {
    const json::value body = reply.body();
    const json::value* const value = body.as_object().if_contains(object);
    if (value == nullptr) return "no " + std::string(object) + ": " + reply.text;
    return std::string(value->at(key).as_string());
  }
  /// The names of a list's members, in order.
  static std::vector<std::string> names(const test::Reply& reply, const char* list) {
    std::vector<std::string> all;
    const json::value body = reply.body();
    for (const auto& item : body.at(list).as_array()) all.emplace_back(item.at("name").as_string());
    return all;
  }

  Passwords passwords_;
  http::Router router_{authorizer_};
  IdentityDeps deps_{db_, clock_, authorizer_, passwords_};
};

}  // namespace virga::identity
