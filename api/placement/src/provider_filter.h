// SPDX-License-Identifier: Apache-2.0
// Which providers a list shows. Private to api/placement.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "api/http/message.h"
#include "api/placement/src/queries.h"
#include "db/model/placement.h"

namespace virga::placement {

/// The provider of that id.  @throws Error{not_found}
model::ResourceProvider get_provider(store::ReadTx& tx, const std::string& id);

/// What the query of GET /resource_providers asks for.
struct ProviderFilter {
  std::optional<std::string> name;
  std::optional<std::string> id;
  std::optional<std::string> in_tree;
  AggregateWish member_of;
  TraitWish traits;
  model::Resources resources;
};
/// @throws Error{invalid}, also for names that nobody knows
ProviderFilter read_filter(store::ReadTx& tx, const http::Request& request);

/// Those that match, in their order. Pure.
std::vector<model::ResourceProvider> filtered(const std::vector<model::WholeProvider>& all,
                                              const ProviderFilter& filter);

}  // namespace virga::placement
