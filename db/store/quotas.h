// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "db/store/database.h"

/// Limits that projects, their users and quota classes have instead of the defaults, and what is
/// used.
namespace virga::store::quotas {

/// Resource ("cores") -> limit; -1 is none.
using Limits = std::map<std::string, std::int64_t>;

/// What was set for a project, or for a user in it; without a user only the project's own.
Limits list(ReadTx& tx, const std::string& project_id, const std::string& user_id = "");
/// What its users were given altogether.
Limits sum_of_users(ReadTx& tx, const std::string& project_id);
void set(WriteTx& tx, const std::string& project_id, const std::string& user_id,
         const std::string& resource, std::int64_t limit);
/// Forgets what was set for a user; without a user, for the project and all its users.
void erase(WriteTx& tx, const std::string& project_id, const std::string& user_id);

Limits list_class(ReadTx& tx, const std::string& name);
void set_class(WriteTx& tx, const std::string& name, const std::string& resource,
               std::int64_t limit);

/// What live instances use.
struct InstanceUsage {
  std::int64_t instances = 0;
  std::int64_t vcpus = 0;
  std::int64_t memory_mib = 0;
};
/// Of a project, or of a user in it.
InstanceUsage usage_of(ReadTx& tx, const std::string& project_id, const std::string& user_id = "");

}  // namespace virga::store::quotas
