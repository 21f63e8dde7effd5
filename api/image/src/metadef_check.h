// SPDX-License-Identifier: Apache-2.0
// Checks JSON against the schemas that the API serves, so that what is published and what is asked
// for are one text.
#pragma once

#include <string>
#include <string_view>

#include "common/json.h"

namespace virga::image {

/// Checks a value against a schema document: type, enum, maxLength (in characters), minimum,
/// minItems, uniqueItems, items, required, properties, additionalProperties, allOf, and $ref into
/// the document's definitions. Texts must not have the character NUL. Linear in the size of the
/// value.
/// @throws Error{invalid} that names the document, the fault and where it is
void check_schema(const json::object& document, const json::value& value);

/// How many characters a UTF-8 text has.
std::size_t characters_of(std::string_view text) noexcept;

/// "Provided object does not match schema 'NAME': WHY".
[[noreturn]] void refuse_object(std::string_view schema, const std::string& why);

}  // namespace virga::image
