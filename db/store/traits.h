// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/clock.h"
#include "db/store/database.h"

/// The traits of one's own: names that begin with "CUSTOM_".
namespace virga::store::traits {

/// When it was made.
std::optional<TimeUs> find(ReadTx& tx, const std::string& name);
/// Ordered by name.
std::vector<std::string> list(ReadTx& tx);
/// @return false when it is there already
bool insert(WriteTx& tx, const std::string& name, TimeUs now_us);
/// Names that some provider has, standard ones included; ordered.
std::vector<std::string> list_used(ReadTx& tx);
bool is_used(ReadTx& tx, const std::string& name);
/// @return false when there was none
bool erase(WriteTx& tx, const std::string& name);

}  // namespace virga::store::traits
