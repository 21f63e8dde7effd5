// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "db/model/keypair.h"
#include "db/store/database.h"

namespace virga::store::keypairs {

/// Gives it the next number.
/// @throws Error{conflict} when the user has one of that name
void insert(WriteTx& tx, const model::KeyPair& keypair);
std::optional<model::KeyPair> find(ReadTx& tx, const std::string& user_id, const std::string& name);
/// Ordered by name.
std::vector<model::KeyPair> list(ReadTx& tx, const std::string& user_id);
/// At most `limit` of them, those behind the name `after`.
std::vector<model::KeyPair> list_page(ReadTx& tx, const std::string& user_id,
                                      const std::string& after, std::int64_t limit);
std::int64_t count(ReadTx& tx, const std::string& user_id);
/// @return false when there was none
bool erase(WriteTx& tx, const std::string& user_id, const std::string& name);

}  // namespace virga::store::keypairs
