// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "db/model/network.h"
#include "db/store/database.h"

/// Networks and their subnets.
namespace virga::store::networks {

/// @throws Error{conflict} when the id is taken
void insert(WriteTx& tx, const model::Network& network);
void insert(WriteTx& tx, const model::Subnet& subnet);
std::optional<model::Network> find(ReadTx& tx, const std::string& id);
/// Ordered by id.
std::vector<model::Network> list(ReadTx& tx);
/// The flat network on a physical network.
std::optional<model::Network> find_flat(ReadTx& tx, const std::string& physical_network);
std::optional<model::Subnet> find_subnet(ReadTx& tx, const std::string& id);
/// All subnets, ordered by id.
std::vector<model::Subnet> list_subnets(ReadTx& tx);
/// The subnets of a network, oldest first.
std::vector<model::Subnet> list_subnets_of(ReadTx& tx, const std::string& network_id);
/// @throws Error{conflict} when something still refers to it.  @return false when there was none
bool erase(WriteTx& tx, const std::string& id);
bool erase_subnet(WriteTx& tx, const std::string& id);

}  // namespace virga::store::networks
