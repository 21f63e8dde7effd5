// SPDX-License-Identifier: Apache-2.0
// Filters of lists of users.
#pragma once

#include <vector>

#include "api/identity/src/list_filter.h"
#include "common/clock.h"
#include "db/model/identity.h"
#include "db/store/users.h"

namespace virga::identity {

/// domain_id, enabled, name, and password_expires_at with its operators: "lt:2026-11-06T15:32:17Z".
class UserFilter {
 public:
  /// @throws Error{invalid} when an operator or a time cannot be read
  explicit UserFilter(const http::Request& request);

  /// What the database can sort out.
  store::users::Query query(const std::string& after) const;
  bool accepts(const model::User& user) const;

 private:
  struct Expiry {
    std::string op;
    TimeUs time_us = 0;
  };
  std::string scope_;  // the only domain that a domain-scoped caller sees
  ListFilter filter_;
  std::vector<Expiry> expiries_;
};

}  // namespace virga::identity
