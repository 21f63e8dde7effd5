// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "db/model/identity.h"
#include "db/store/database.h"

/// Issued tokens, by the hash of their secret. Removing one notifies the topic "identity".
namespace virga::store::tokens {

void insert(WriteTx& tx, const model::Token& token);
/// The token, whether or not it has expired.
std::optional<model::Token> find(ReadTx& tx, const std::string& hash);
/// @return false when there was none
bool erase(WriteTx& tx, const std::string& hash);
/// Removes tokens that expired before `now_us`.  @return how many
std::int64_t erase_expired(WriteTx& tx, TimeUs now_us);

}  // namespace virga::store::tokens
