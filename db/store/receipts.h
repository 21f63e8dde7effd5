// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "db/model/delegation.h"
#include "db/store/database.h"

/// Receipts of logins that need more methods, by the hash of their secret.
namespace virga::store::receipts {

/// The receipt, whether or not it has expired.
std::optional<model::AuthReceipt> find(ReadTx& tx, const std::string& hash);
void insert(WriteTx& tx, const model::AuthReceipt& receipt);
/// Removes receipts that expired before `now_us`.  @return how many
std::int64_t erase_expired(WriteTx& tx, TimeUs now_us);

}  // namespace virga::store::receipts
