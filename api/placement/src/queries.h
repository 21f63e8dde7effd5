// SPDX-License-Identifier: Apache-2.0
// Query parameters that several lists know: resources, required, member_of. Private to
// api/placement.
#pragma once

#include <initializer_list>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "api/http/message.h"
#include "db/model/placement.h"
#include "db/store/database.h"

namespace virga::placement {

/// @throws Error{invalid}
[[noreturn]] void refuse_query(const std::string& why);
/// Refuses parameters that are not named.
void only_parameters(const http::Request& request, std::initializer_list<std::string_view> names);
/// The last value of a parameter: the one that counts.
std::optional<std::string> last_parameter(const http::Request& request, std::string_view name);
std::vector<std::string> all_parameters(const http::Request& request, std::string_view name);
/// A parameter that is a UUID, normal; nullopt: it is not there.
std::optional<std::string> uuid_parameter(const http::Request& request, std::string_view name);

/// "VCPU:2,MEMORY_MB:1024"
model::Resources parse_resources(const std::string& text);

/// Traits: at least one of each set, and none of the forbidden ones.
struct TraitWish {
  std::vector<std::set<std::string>> required;
  std::set<std::string> forbidden;

  bool empty() const { return required.empty() && forbidden.empty(); }
  bool met_by(const std::set<std::string>& traits) const;
  bool forbids_any(const std::set<std::string>& traits) const;
  bool requires_met_by(const std::set<std::string>& traits) const;
};
/// Of a parameter as the request's version understands it.
TraitWish parse_traits(const http::Request& request, const std::string& parameter);
/// One value; "in:A,B" is understood when `any` and "!A" when `forbidden`.
void add_traits(TraitWish& wish, const std::string& value, bool any, bool forbidden);

/// Aggregates: at least one of each set, and none of the forbidden ones.
using AggregateWish = TraitWish;
AggregateWish parse_member_of(const http::Request& request, const std::string& parameter);

bool knows_trait(store::ReadTx& tx, const std::string& name);
bool knows_class(store::ReadTx& tx, const std::string& name);
/// The first name that nobody knows; empty: all are known.
std::string unknown_trait(store::ReadTx& tx, const TraitWish& wish);
std::string unknown_class(store::ReadTx& tx, const model::Resources& resources);

}  // namespace virga::placement
