// SPDX-License-Identifier: Apache-2.0
// A small cloud with the routes under /virga/v1.
#pragma once

#include "api/virga/virga_api.h"
#include "tests/unit/api/cloud_fixture.h"

namespace virga::own {

using store::ReadTx;
using store::WriteTx;

class VirgaTest : public test::CloudTest {
 protected:
  VirgaTest() {
    router_.add_service({"/virga/v1", http::identity_error, {}});
    add_routes(router_, virga_deps_);
  }

  test::Reply ask(const std::string& user, const std::string& method, const std::string& path,
                  const std::string& body = "") {
    return test::call(router_, method, "/virga/v1" + path, body, {{"x-test-user", user}});
  }
  void heard_of(const std::string& host) {
    db_.write([&](store::WriteTx& tx) { store::hosts::touch(tx, host, clock_.now_us()); });
  }

  images::StoreSet stores_{{{"local", dir_.path("images"), ""}}, dir_.path("staging")};
  EventFeed feed_{db_, clock_, 2};
  VirgaDeps virga_deps_{db_, clock_, stores_, feed_};
};

}  // namespace virga::own
