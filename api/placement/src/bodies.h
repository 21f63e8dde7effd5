// SPDX-License-Identifier: Apache-2.0
// Reading request bodies as the service's schemas have it: numbers are numbers, never text. Private
// to api/placement.
#pragma once

#include <optional>
#include <string>

#include "api/http/message.h"
#include "common/json.h"
#include "db/model/placement.h"

namespace virga::placement {

constexpr std::int64_t kMaxInt = 2'147'483'647;

/// @throws Error{invalid}
[[noreturn]] void refuse_body(const std::string& why);
/// The body, which must be JSON.
json::value body_of(const http::Request& request);
/// The same, which must be an object.
Fields object_of(const json::value& body);

std::int64_t strict_integer(const Fields& in, std::string_view key, std::int64_t least,
                            std::int64_t most);
/// A UUID as it is kept: lower case, with dashes.
std::string normal_uuid(const std::string& text);
/// A member that is a UUID, normal.
std::string uuid_member(const Fields& in, std::string_view key);

/// "^[A-Z0-9_]+$": names of resource classes and traits.
bool is_symbol(std::string_view name);
/// "^CUSTOM_[A-Z0-9_]+$" of at most 255 characters.
bool is_custom(std::string_view name);

/// The members of one inventory; what is missing is as the service has it.
model::Inventory read_inventory(const Fields& in);
/// {"VCPU": {...}, ...}
model::Inventories read_inventories(const Fields& in);
/// {"VCPU": 2, ...}, at least one.
model::Resources read_resources(const Fields& in);

}  // namespace virga::placement
