// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "db/model/placement.h"
#include "db/store/database.h"

/// What resource providers have, by resource class. The amounts used are changed by allocations.
namespace virga::store::inventories {

model::Inventories of_provider(ReadTx& tx, const std::string& provider_id);
std::optional<model::Inventory> find(ReadTx& tx, const std::string& provider_id,
                                     const std::string& resource_class);
using Visitor = std::function<void(std::string_view provider_id, std::string_view resource_class,
                                   const model::Inventory&)>;
/// Calls f for each inventory that there is. f must not use the database.
void each(ReadTx& tx, const Visitor& f);

/// Makes or replaces an inventory, as an administrator wants it; what is used stays.
void put(WriteTx& tx, const std::string& provider_id, const std::string& resource_class,
         const model::Inventory& inventory, TimeUs now_us);
/// @return false when there was none  @throws Error{conflict} when it has allocations
bool erase(WriteTx& tx, const std::string& provider_id, const std::string& resource_class);
/// True when some provider has that class.
bool any_of_class(ReadTx& tx, const std::string& resource_class);

/// What the configuration says of hosts.
struct Defaults {
  std::int64_t cpu_ratio_percent = 400;
  std::int64_t memory_reserve_mib = 512;
};
/// Takes over the configuration, for all hosts whose ratio and reserve nobody has set, and for
/// those to come.
void set_defaults(WriteTx& tx, const Defaults& defaults);

/// What a host says that it has.
struct Totals {
  std::int64_t vcpus = 0;
  std::int64_t memory_mib = 0;
  std::int64_t disk_gib = 0;
};
/// Keeps the totals of a host equal to its report; ratios and reserves stay.
/// @return true when something has changed, so that the generation is to be raised
bool keep(WriteTx& tx, const std::string& host_id, const Totals& totals, TimeUs now_us);

}  // namespace virga::store::inventories
