// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "db/model/console.h"
#include "db/store/database.h"

/// Permissions to open consoles, by the hash of their secret.
namespace virga::store::console_tokens {

/// How many an instance has at most; a new one ends the one that would have expired first.
constexpr std::int64_t kMostOfInstance = 32;

void insert(WriteTx& tx, const model::ConsoleToken& token);
/// One that has not expired and was not used.
std::optional<model::ConsoleToken> find(ReadTx& tx, const std::string& hash, TimeUs now_us);
/// Uses it: nobody gets it again. nullopt when it has expired or was used.
std::optional<model::ConsoleToken> take(WriteTx& tx, const std::string& hash, TimeUs now_us);
/// Removes those that expired before `now_us`.  @return how many
std::int64_t erase_expired(WriteTx& tx, TimeUs now_us);

}  // namespace virga::store::console_tokens
