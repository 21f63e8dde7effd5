// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "db/model/delegation.h"
#include "db/store/database.h"

/// Application credentials with their roles and access rules. Every change notifies the topic
/// "identity".
namespace virga::store::application_credentials {

/// The credential, also when it has expired.
std::optional<model::ApplicationCredential> find(ReadTx& tx, const std::string& id);
std::optional<model::ApplicationCredential> find_named(ReadTx& tx, const std::string& user_id,
                                                       const std::string& name);
/// Those of a user, by name.
std::vector<model::ApplicationCredential> list(ReadTx& tx, const std::string& user_id);
/// Its access rules must be there.  @throws Error{conflict} when the user has one of that name
void insert(WriteTx& tx, const model::ApplicationCredential& credential);
/// @return false when there was none
bool erase(WriteTx& tx, const std::string& id);

}  // namespace virga::store::application_credentials
