// SPDX-License-Identifier: Apache-2.0
// Resources, who provides and who consumes them.  Source: Placement API.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>

#include "common/clock.h"

namespace virga::model {

/// What a provider has of one resource class.
struct Inventory {
  std::int64_t total = 0;
  std::int64_t reserved = 0;
  std::int64_t min_unit = 1;
  std::int64_t max_unit = 2'147'483'647;
  std::int64_t step_size = 1;
  std::int64_t ratio = 1'000'000;  ///< of overcommitment, in millionths
  std::int64_t used = 0;           ///< the sum of its allocations
  TimeUs updated_us = 0;

  /// How much may be given away in all.
  std::int64_t capacity() const noexcept {
    return static_cast<std::int64_t>(static_cast<double>(total - reserved) *
                                     (static_cast<double>(ratio) / 1e6));
  }
  /// True when the amount is of the right size and there is room for it.
  bool fits(std::int64_t amount) const noexcept { return allows(amount) && has_room(amount); }
  bool allows(std::int64_t amount) const noexcept {
    return amount >= min_unit && amount <= max_unit && amount % step_size == 0;
  }
  bool has_room(std::int64_t amount) const noexcept { return used + amount <= capacity(); }
};

/// By resource class: "VCPU".
using Inventories = std::map<std::string, Inventory>;
/// Amounts by resource class.
using Resources = std::map<std::string, std::int64_t>;

/// Something that has resources: a host, or a part of it, or what hosts share.
struct ResourceProvider {
  std::string id;
  std::string name;             ///< unique
  std::int64_t generation = 0;  ///< guards its inventories, traits and allocations
  std::string root_id;          ///< of its tree; its own when it has no parent
  std::string parent_id;        ///< empty: none
  TimeUs created_us = 0;
  TimeUs updated_us = 0;
};

/// A provider with all that requests for resources look at.
struct WholeProvider {
  ResourceProvider provider;
  Inventories inventories;
  std::set<std::string> traits;
  std::set<std::string> aggregates;
};

/// Something that uses resources: an instance.
struct Consumer {
  std::string id;
  std::int64_t generation = 0;
  std::string project_id;
  std::string user_id;
  std::string type;  ///< "INSTANCE"; empty: unknown
};

/// What a consumer has, by provider id.
using Allocations = std::map<std::string, Resources>;

}  // namespace virga::model
