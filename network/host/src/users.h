// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

namespace virga::network {

/// A system user and its first group.
struct User {
  std::string name;
  std::string group;
  uid_t uid = 0;
  gid_t gid = 0;
};

/// nullopt when there is no such user.
std::optional<User> find_user(const std::string& name);

/// The first of the names that is a user.  @throws Error{unavailable} when none is
User first_user(std::initializer_list<std::string> names);

}  // namespace virga::network
