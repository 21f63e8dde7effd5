// SPDX-License-Identifier: Apache-2.0
// Which address a new port gets, and what a subnet has when its owner does not say. Pure.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "db/model/network.h"
#include "network/plan/ipv4.h"

namespace virga::network {

/// The lowest address of the pools that is not used; nullopt when all are. Pools may overlap and
/// come in any order; one with an unreadable or reversed range has no addresses.
std::optional<std::string> next_address(const std::vector<model::AllocationPool>& pools,
                                        const std::set<Ipv4>& used);

/// All host addresses except the gateway, in ascending ranges: the whole of a /32, nothing of a
/// /31. Source: Network API v2.0, "Subnets", allocation_pools.
/// @param gateway nullopt: the subnet has none
std::vector<model::AllocationPool> default_pools(const Cidr& cidr, std::optional<Ipv4> gateway);

/// The first host address; nullopt for a /32.
std::optional<Ipv4> default_gateway(const Cidr& cidr) noexcept;

}  // namespace virga::network
