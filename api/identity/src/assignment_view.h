// SPDX-License-Identifier: Apache-2.0
// Role assignments as JSON.
#pragma once

#include <map>
#include <string>

#include "api/http/message.h"
#include "api/identity/assignments.h"
#include "common/json.h"
#include "db/store/database.h"

namespace virga::identity {

/// {"role", "user" or "group", "scope", "links"} of assignments, with names when asked for. Looks
/// each name up once.
class AssignmentViews {
 public:
  AssignmentViews(store::ReadTx& tx, const http::Request& request, bool with_names)
      : tx_(tx), request_(request), with_names_(with_names) {}

  json::object view(const Assignment& assignment);

 private:
  using Lookup = json::object (AssignmentViews::*)(const std::string& id);

  /// {"id"} or what `lookup` adds to it.
  json::object named(const std::string& kind, const std::string& id, Lookup lookup);
  json::object user(const std::string& id);
  json::object group(const std::string& id);
  json::object project(const std::string& id);
  json::object domain(const std::string& id);
  json::object role(const std::string& id);
  json::object in_domain(const std::string& name, const std::string& domain_id);

  store::ReadTx& tx_;
  const http::Request& request_;
  bool with_names_;
  std::map<std::string, json::object> known_;  // by kind and id
};

}  // namespace virga::identity
