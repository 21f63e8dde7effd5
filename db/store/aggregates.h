// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "db/model/aggregate.h"
#include "db/store/database.h"

/// Aggregates of hosts; their resource providers are in Placement aggregates of the same ids. What
/// changes the zone of a host notifies "host" with its id: guests read
/// their zone from their metadata.
namespace virga::store::aggregates {

/// With its metadata; hosts are added by add_host().
/// @throws Error{conflict} when the name is taken
void insert(WriteTx& tx, const model::Aggregate& aggregate);
std::optional<model::Aggregate> find(ReadTx& tx, std::int64_t number);
/// In the order in which they were made.
std::vector<model::Aggregate> list(ReadTx& tx);
/// @throws Error{conflict} when the name is taken
void rename(WriteTx& tx, std::int64_t number, const std::string& name, TimeUs now_us);
/// Adds and changes names; a name without a value is forgotten.
void change_metadata(WriteTx& tx, const model::Aggregate& aggregate,
                     const std::map<std::string, std::optional<std::string>>& changes,
                     TimeUs now_us);
/// @return false when the host is in the aggregate already
bool add_host(WriteTx& tx, const model::Aggregate& aggregate, const std::string& host_id,
              TimeUs now_us);
/// @return false when the host is not in the aggregate
bool remove_host(WriteTx& tx, const model::Aggregate& aggregate, const std::string& host_id,
                 TimeUs now_us);
void erase(WriteTx& tx, std::int64_t number);

/// The zone of a host; empty: no aggregate says one.
std::string zone_of(ReadTx& tx, const std::string& host_id);
/// The zones by host id; hosts without one are absent.
std::map<std::string, std::string> zones(ReadTx& tx);
/// Zones that aggregates other than this one say for any of its hosts, or for `host_id` if that is
/// given.
std::vector<std::string> other_zones(ReadTx& tx, std::int64_t number, const std::string& host_id);
/// True when a live instance is on a host of the aggregate.
bool has_instances(ReadTx& tx, std::int64_t number);

}  // namespace virga::store::aggregates
