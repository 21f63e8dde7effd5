// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "db/model/placement.h"
#include "db/store/database.h"

/// Resource providers, their traits and their aggregates.
namespace virga::store::resource_providers {

/// @throws Error{conflict} when its id or name is taken
void insert(WriteTx& tx, const model::ResourceProvider& provider);
std::optional<model::ResourceProvider> find(ReadTx& tx, const std::string& id);
std::optional<model::ResourceProvider> find_named(ReadTx& tx, const std::string& name);
/// Ordered by age.
std::vector<model::ResourceProvider> list(ReadTx& tx);
/// All providers with all that belongs to them, ordered by age.
std::vector<model::WholeProvider> list_whole(ReadTx& tx);
/// Writes name, root and parent.  @throws Error{conflict} when the name is taken
void update(WriteTx& tx, const model::ResourceProvider& provider, TimeUs now_us);
/// The provider and all below it.
std::vector<model::ResourceProvider> list_subtree(ReadTx& tx, const std::string& id);
bool has_children(ReadTx& tx, const std::string& id);
bool has_allocations(ReadTx& tx, const std::string& id);
void erase(WriteTx& tx, const std::string& id);
/// Raises the generation.
void touch(WriteTx& tx, const std::string& id);
/// Raises the generation if it still is `generation`.  @return false when somebody else was first
bool guard(WriteTx& tx, const std::string& id, std::int64_t generation);

std::set<std::string> traits_of(ReadTx& tx, const std::string& id);
void set_traits(WriteTx& tx, const std::string& id, const std::set<std::string>& traits);
void add_trait(WriteTx& tx, const std::string& id, const std::string& trait);
void remove_trait(WriteTx& tx, const std::string& id, const std::string& trait);

std::set<std::string> aggregates_of(ReadTx& tx, const std::string& id);
void set_aggregates(WriteTx& tx, const std::string& id, const std::set<std::string>& aggregates);
void add_aggregate(WriteTx& tx, const std::string& id, const std::string& aggregate_id);
void remove_aggregate(WriteTx& tx, const std::string& id, const std::string& aggregate_id);

}  // namespace virga::store::resource_providers
