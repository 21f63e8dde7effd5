// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "db/model/metadef.h"
#include "db/store/database.h"

namespace virga::store::metadef_namespaces {

/// Which namespaces to list. Empty texts do not narrow the list.
struct Query {
  std::string viewer = {};          ///< project that sees its own and public ones; empty: sees all
  std::string visibility = {};      ///< "public" or "private"
  std::string resource_types = {};  ///< has an association with one of these: "one,two"
  std::string sort_key = "created_at";  ///< one of sort_keys()
  bool ascending = false;
  std::string marker = {};  ///< id of the namespace before the first
  std::int64_t limit = 0;
};

/// @throws Error{conflict} when the name is taken
void insert(WriteTx& tx, const model::MetadefNamespace& space);
/// By name.
std::optional<model::MetadefNamespace> find(ReadTx& tx, const std::string& name);
/// Equal keys are ordered by time of creation.
std::vector<model::MetadefNamespace> list(ReadTx& tx, const Query& query);
/// The API's names of what a list can be sorted by.
const std::vector<std::string_view>& sort_keys();
/// Replaces everything but id and time of creation.  @throws Error{conflict} when the name is taken
void update(WriteTx& tx, const model::MetadefNamespace& space);
/// With all that it holds.
void erase(WriteTx& tx, const std::string& id);

}  // namespace virga::store::metadef_namespaces
