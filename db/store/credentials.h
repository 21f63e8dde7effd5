// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "db/model/credential.h"
#include "db/store/database.h"

/// Credentials of users. Their blobs are sealed; the API has the key.
namespace virga::store::credentials {

std::optional<model::Credential> find(ReadTx& tx, const std::string& id);
/// Those of a user and of a type; empty: of all.
std::vector<model::Credential> list(ReadTx& tx, const std::string& user_id,
                                    const std::string& type);
/// @throws Error{conflict} when the id is taken, or the user or project is not there
void insert(WriteTx& tx, const model::Credential& credential);
/// @throws Error{not_found}
void set_sealed_blob(WriteTx& tx, const std::string& id, const std::string& sealed_blob);
/// @throws Error{not_found}
void erase(WriteTx& tx, const std::string& id);
/// True when any table holds a secret that is sealed with the key file.
bool any_sealed(ReadTx& tx);

}  // namespace virga::store::credentials
