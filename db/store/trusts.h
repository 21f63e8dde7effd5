// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "db/model/delegation.h"
#include "db/store/database.h"

/// Trusts and their roles. Every change notifies the topic "identity".
namespace virga::store::trusts {

/// The trust with its roles, also when it has expired or is used up.
std::optional<model::Trust> find(ReadTx& tx, const std::string& id);
/// Trusts of a trustor, of a trustee, or (both empty) all of them, with their roles, by id.
std::vector<model::Trust> list(ReadTx& tx, const std::string& trustor_user_id,
                               const std::string& trustee_user_id);
void insert(WriteTx& tx, const model::Trust& trust);
/// Takes one of the remaining uses.  @return false when there is none
bool consume_use(WriteTx& tx, const std::string& id);
/// Ends the trusts that were handed on from it, too.  @return false when there was none
bool erase(WriteTx& tx, const std::string& id);

}  // namespace virga::store::trusts
