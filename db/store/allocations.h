// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>

#include "db/store/database.h"

/// What hosts have given to instances.
namespace virga::store::allocations {

/// Amounts of one host or one instance.
struct Amount {
  std::int64_t vcpus = 0;
  std::int64_t memory_mib = 0;
  std::int64_t disk_gib = 0;
  std::int64_t instances = 0;
};

/// Claims resources for an instance; the same claim twice is one.
void insert(WriteTx& tx, const std::string& instance_id, const std::string& host_id,
            const Amount& amount);
/// Changes what an instance has; its host stays.
void update(WriteTx& tx, const std::string& instance_id, const Amount& amount);
/// @return false when there was none
bool erase(WriteTx& tx, const std::string& instance_id);
/// Sums by host id; hosts without allocations are absent.
std::map<std::string, Amount> used_by_host(ReadTx& tx);

}  // namespace virga::store::allocations
