// SPDX-License-Identifier: Apache-2.0
// The small cloud, asked at a version of the Compute API.
#pragma once

#include "tests/unit/api/cloud_fixture.h"

namespace virga::test {

class VersionedCloudTest : public CloudTest {
 protected:
  /// @param what "POST /os-aggregates"
  Reply at(const std::string& version, const std::string& user, const std::string& what,
           const json::value& body = nullptr) {
    const std::size_t blank = what.find(' ');
    return call(router_, what.substr(0, blank), "/compute/v2.1" + what.substr(blank + 1),
                body.is_null() ? "" : json::serialize(body),
                {{"x-test-user", user}, {"openstack-api-version", "compute " + version}});
  }
  /// As an administrator.
  Reply root(const std::string& version, const std::string& what,
             const json::value& body = nullptr) {
    return at(version, "root", what, body);
  }
  /// The same with a body in JSON's own words.
  Reply root_text(const std::string& version, const std::string& what, const std::string& body) {
    return root(version, what, json::parse(body));
  }
  /// The names of an object's members, sorted.
  static std::string keys_of(const json::value& value) {
    std::vector<std::string> keys;
    for (const auto& member : value.as_object()) keys.emplace_back(member.key());
    std::sort(keys.begin(), keys.end());
    std::string text;
    for (const auto& key : keys) text += (text.empty() ? "" : " ") + key;
    return text;
  }
  static std::string message_of(const Reply& reply) {
    const json::value body = reply.body();
    return std::string(body.as_object().begin()->value().at("message").as_string());
  }
};

}  // namespace virga::test
