// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "db/model/placement.h"
#include "db/store/database.h"

/// What providers have given to consumers. Each change also changes what the inventories say is
/// used.
namespace virga::store::allocations {

/// Amounts of one host or one instance.
struct Amount {
  std::int64_t vcpus = 0;
  std::int64_t memory_mib = 0;
  std::int64_t disk_gib = 0;
  std::int64_t instances = 0;
};

/// Claims resources of a host for an instance, whose row must be there; the same claim twice is
/// one. Whether there is room, and the host's generation, are looked at before.
/// @throws Error{conflict} when the host has no inventory of what is claimed
void insert(WriteTx& tx, const std::string& instance_id, const std::string& host_id,
            const Amount& amount);
/// Changes what an instance has; its host stays.
/// @throws Error{conflict} when its host has no inventory of what is claimed
void update(WriteTx& tx, const std::string& instance_id, const Amount& amount);
/// Gives back all that a consumer has, and forgets it.  @return false when there was none
bool erase(WriteTx& tx, const std::string& consumer_id);
/// What hosts have given to instances, by host id; hosts without allocations are absent.
std::map<std::string, Amount> used_by_host(ReadTx& tx);

/// What a host may give away in all, overcommitment and reserve included, and what it has given.
struct Capacity {
  Amount total;
  Amount used;
};
/// By host id. Looks at inventories alone: its cost grows with hosts, not with instances.
std::map<std::string, Capacity> capacities(ReadTx& tx);

std::optional<model::Consumer> find_consumer(ReadTx& tx, const std::string& id);
/// Makes or changes a consumer. The generation is what the consumer has.
void put_consumer(WriteTx& tx, const model::Consumer& consumer, TimeUs now_us);
model::Allocations of_consumer(ReadTx& tx, const std::string& consumer_id);
/// By consumer.
std::vector<std::pair<model::Consumer, model::Resources>> of_provider(
    ReadTx& tx, const std::string& provider_id);
/// Gives back all that a consumer has; the consumer stays.
void clear(WriteTx& tx, const std::string& consumer_id);
/// Adds one allocation of a consumer that is there.
/// @throws Error{conflict} when the provider has no such inventory
void add(WriteTx& tx, const std::string& consumer_id, const std::string& provider_id,
         const std::string& resource_class, std::int64_t amount);
void erase_consumer(WriteTx& tx, const std::string& consumer_id);

/// Amounts of the consumers of a project, for one type of consumer.
struct TypeUsage {
  std::int64_t consumers = 0;
  model::Resources used;
};
/// By consumer type ("": unknown), of one user unless that is empty.
std::map<std::string, TypeUsage> of_project(ReadTx& tx, const std::string& project_id,
                                            const std::string& user_id);

}  // namespace virga::store::allocations
