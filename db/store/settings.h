// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "db/store/database.h"

/// Single values, and counters for small numbers.
namespace virga::store::settings {

std::optional<std::string> find(ReadTx& tx, const std::string& name);
void set(WriteTx& tx, const std::string& name, const std::string& value);

/// The next number of a series: 1, 2, 3 ... Gaps never, repeats never.
std::int64_t next_number(WriteTx& tx, const std::string& series);

}  // namespace virga::store::settings
