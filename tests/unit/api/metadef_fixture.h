// SPDX-License-Identifier: Apache-2.0
// The Image API's routes over a temporary database.
#pragma once

#include <boost/json/serialize.hpp>

#include "api/image/image_api.h"
#include "tests/unit/api/api_call.h"

namespace virga::test {

class MetadefTest : public testing::Test {
 protected:
  MetadefTest() {
    authorizer_.add("root", "p0", "admin");
    authorizer_.add("ann", "p1", "reader");
    authorizer_.add("bob", "p2", "member");
    image::add_routes(router_, deps_);
  }
  Reply as(const std::string& user, const std::string& method, const std::string& path,
           const json::value& body = nullptr, Headers headers = {}) {
    clock_.advance_us(kSecondUs);
    headers.emplace_back("x-test-user", user);
    return call(router_, method, "/image/v2/metadefs" + path,
                body.is_null() ? "" : json::serialize(body), headers);
  }
  /// Makes a namespace with a bit of everything.
  void make(const std::string& name, const json::object& more = {}) {
    json::object body = json::parse(R"({
      "properties": {"cpus": {"title": "CPUs", "type": "integer", "minimum": 1, "default": 2}},
      "objects": [{"name": "o", "required": ["q"],
                   "properties": {"q": {"title": "Q", "type": "string", "enum": ["a"]}}}],
      "tags": [{"name": "t1"}, {"name": "t2"}],
      "resource_type_associations": [{"name": "OS::Nova::Flavor", "prefix": "hw:"}]
    })")
                            .as_object();
    body["namespace"] = name;
    for (const auto& [key, value] : more) body[key] = value;
    const Reply r = as("root", "POST", "/namespaces", body);
    ASSERT_EQ(r.status, 201) << r.text;
  }
  std::string names(const Reply& r, const char* list, const char* key = "name") {
    EXPECT_EQ(r.status, 200) << r.text;
    const json::value body = r.body();
    std::string all;
    for (const auto& item : body.at(list).as_array())
      all += (all.empty() ? "" : " ") + std::string(item.at(key).as_string());
    return all;
  }

  const TempDir dir_;
  store::Database db_{dir_.path("virga.db")};
  FakeClock clock_;
  TestAuthorizer authorizer_;
  http::Router router_{authorizer_};
  images::StoreSet stores_{{{"local", dir_.path("images"), ""}}, dir_.path("staging")};
  const image::ImageQuota quota_{"RegionOne"};
  image::ImageDeps deps_{db_, clock_, stores_, quota_};
};

}  // namespace virga::test
