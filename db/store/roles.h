// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "db/model/identity.h"
#include "db/store/database.h"

/// Roles and what they imply. Every change notifies the topic "identity".
namespace virga::store::roles {

std::optional<model::Role> find(ReadTx& tx, const std::string& id);
/// A role of a domain; without one, of the whole cloud.
std::optional<model::Role> find_named(ReadTx& tx, const std::string& name,
                                      const std::string& domain_id = {});
/// The roles of a domain ("": of the whole cloud), by name.
std::vector<model::Role> list(ReadTx& tx, const std::string& domain_id);
/// All roles, of the cloud and of domains, by name.
std::vector<model::Role> list_all(ReadTx& tx);
/// @throws Error{conflict} when the id or name is taken
void insert(WriteTx& tx, const model::Role& role);
/// Replaces what may change: name, description, options, extra.  @throws Error{conflict}
void update(WriteTx& tx, const model::Role& role);
/// Ends its grants and implications, too.  @return false when there was none
bool erase(WriteTx& tx, const std::string& id);

/// Who has the role `prior_id` has `implied_id` as well. Idempotent.
void imply(WriteTx& tx, const std::string& prior_id, const std::string& implied_id);
/// @return false when there was no such implication
bool unimply(WriteTx& tx, const std::string& prior_id, const std::string& implied_id);
/// True when the one implies the other directly.
bool implies(ReadTx& tx, const std::string& prior_id, const std::string& implied_id);
/// Roles that a role implies directly, by name.
std::vector<model::Role> list_implied(ReadTx& tx, const std::string& prior_id);
/// All implications as {prior, implied}.
std::vector<std::pair<std::string, std::string>> list_implications(ReadTx& tx);

}  // namespace virga::store::roles
