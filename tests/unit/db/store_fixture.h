// SPDX-License-Identifier: Apache-2.0
// A database in a temporary folder, and rows to put into it.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "db/model/host.h"
#include "db/model/instance.h"
#include "db/store/database.h"
#include "tests/unit/common/test_support.h"

namespace virga::store {

using test::kind_of;

class StoreTest : public testing::Test {
 protected:
  std::int64_t count(const std::string& table) {
    const std::string sql = "SELECT count(*) FROM " + table;
    static std::vector<std::string> kept;  // statements are cached by address
    kept.push_back(sql);
    return db_.read([&](ReadTx& tx) {
      Rows rows = tx.query(kept.back());
      rows.next();
      return rows.integer(0);
    });
  }

  const test::TempDir dir_;
  Database db_{dir_.path("virga.db")};
};

inline model::Host host_row(const std::string& id, std::int64_t number = 1) {
  model::Host h;
  h.id = id;
  h.name = "name-of-" + id;
  h.number = number;
  h.vcpus = 8;
  h.memory_mib = 16384;
  h.disk_gib = 500;
  h.cpu_info = "{}";
  return h;
}

inline model::Instance instance_row(const std::string& project = "p1", TimeUs created = 100) {
  model::Instance i;
  i.id = new_uuid();
  i.number = 10;
  i.project_id = project;
  i.user_id = "u1";
  i.name = "web";
  i.hostname = "web";
  i.image_id = "image";
  i.image_digest = "digest";
  i.image_format = "qcow2";
  i.flavor_id = "f";
  i.flavor_name = "small";
  i.vcpus = 1;
  i.memory_mib = 512;
  i.host_id = "h1";
  i.created_us = created;
  i.updated_us = created;
  return i;
}

}  // namespace virga::store
