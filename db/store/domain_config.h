// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "db/model/identity.h"
#include "db/store/database.h"

/// Options of domains that differ from the cloud's.
namespace virga::store::domain_config {

/// By group and name.
std::vector<model::DomainOption> list(ReadTx& tx, const std::string& domain_id);
/// Adds or replaces one.
void set(WriteTx& tx, const std::string& domain_id, const model::DomainOption& option);
/// Removes one option, a group of them (no name), or all (neither).
void erase(WriteTx& tx, const std::string& domain_id, const std::string& group,
           const std::string& name);

}  // namespace virga::store::domain_config
