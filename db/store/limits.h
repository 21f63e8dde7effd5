// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "db/model/limit.h"
#include "db/store/database.h"

/// Limits of projects and domains.
namespace virga::store::limits {

std::optional<model::Limit> find(ReadTx& tx, const std::string& id);
std::vector<model::Limit> list(ReadTx& tx);
std::vector<model::Limit> list_of_project(ReadTx& tx, const std::string& project_id);
/// @throws Error{conflict} when the project or domain has one of that resource already
void insert(WriteTx& tx, const model::Limit& limit);
/// The limit and its description.  @throws Error{not_found}
void update(WriteTx& tx, const model::Limit& limit);
/// @throws Error{not_found}
void erase(WriteTx& tx, const std::string& id);

/// What is limited, and for whom.
struct Question {
  std::string service_type;  ///< "image"
  std::string region_id;
  std::string resource_name;  ///< "image_count_total"
  std::string project_id;
};
/// The limit that holds for a project: its own, else the default of the region, else the default of
/// all regions; nullopt when none is registered, -1 when there is no bound.
std::optional<std::int64_t> effective_limit(ReadTx& tx, const Question& question);

}  // namespace virga::store::limits
