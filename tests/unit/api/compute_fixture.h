// SPDX-License-Identifier: Apache-2.0
// The small cloud, asked at chosen microversions, with the rows of its callers.
#pragma once

#include "db/store/domains.h"
#include "db/store/projects.h"
#include "db/store/users.h"
#include "tests/unit/api/cloud_fixture.h"

namespace virga::test {

class ComputeTest : public CloudTest {
 protected:
  ComputeTest() {
    db_.write([](WriteTx& tx) {
      store::domains::insert(tx, model::Domain{"d", "d", "", true});
      for (const char* project : {"p0", "p1", "p2"})
        store::projects::insert(tx, model::Project{project, "d", project, "", true});
      for (const std::string user : {"ann", "bob", "reader", "root"})
        store::users::insert(tx, model::User{"user-" + user, "d", user, "", true});
    });
  }

  /// A request of microversion 2.`minor`.
  Reply at(int minor, const std::string& user, const std::string& method, const std::string& path,
           const json::value& body = nullptr) {
    return call(
        router_, method, "/compute/v2.1" + path, body.is_null() ? "" : json::serialize(body),
        {{"x-test-user", user}, {"openstack-api-version", "compute 2." + std::to_string(minor)}});
  }
  int status_at(int minor, const std::string& user, const std::string& method,
                const std::string& path, const json::value& body = nullptr) {
    return at(minor, user, method, path, body).status;
  }
};

/// The members of a list's items under one key.
inline std::vector<std::string> texts(const json::value& list, const char* key) {
  std::vector<std::string> found;
  for (const auto& item : list.as_array()) found.emplace_back(item.at(key).as_string());
  return found;
}

}  // namespace virga::test
