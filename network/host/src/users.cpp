// SPDX-License-Identifier: Apache-2.0
#include "network/host/src/users.h"

#include <grp.h>
#include <pwd.h>

#include <vector>

#include "common/error.h"

namespace virga::network {

std::optional<User> find_user(const std::string& name) {
  std::vector<char> buffer(1 << 16);
  passwd entry{};
  passwd* found = nullptr;
  if (::getpwnam_r(name.c_str(), &entry, buffer.data(), buffer.size(), &found) != 0 ||
      found == nullptr)
    return std::nullopt;
  User user{.name = name,
            .group = std::to_string(entry.pw_gid),
            .uid = entry.pw_uid,
            .gid = entry.pw_gid};
  group group_entry{};
  group* group_found = nullptr;
  if (::getgrgid_r(user.gid, &group_entry, buffer.data(), buffer.size(), &group_found) == 0 &&
      group_found != nullptr)
    user.group = group_entry.gr_name;
  return user;
}

User first_user(std::initializer_list<std::string> names) {
  for (const auto& name : names)
    if (auto user = find_user(name)) return *std::move(user);
  throw Error(ErrorKind::unavailable, "There is no user " + *names.begin() + " on this host.");
}

}  // namespace virga::network
