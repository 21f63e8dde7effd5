// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "db/model/instance_migration.h"
#include "db/store/database.h"

/// Moves of instances between hosts or flavors.
namespace virga::store::instance_migrations {

/// Which migrations a list shows. Empty or 0: no restriction. Hidden ones are never shown.
struct Filter {
  std::string host;  ///< name; the source or the destination
  std::string source_host;
  std::string status;
  std::string type;
  std::string instance_id;
  std::string user_id;
  std::string project_id;
  TimeUs since_us = 0;   ///< changed at that time or later
  TimeUs before_us = 0;  ///< changed at that time or earlier
  bool newest_first = false;
  std::string marker;  ///< id of the last one of the page before, in a list with newest_first
  std::int64_t limit = INT64_MAX;
};

void insert(WriteTx& tx, const model::Migration& migration);
std::optional<model::Migration> find(ReadTx& tx, const std::string& id);
std::vector<model::Migration> list(ReadTx& tx, const Filter& filter);
/// Writes back status, hosts and progress.
void update(WriteTx& tx, const model::Migration& migration, TimeUs now_us);
/// True when one from or to the host of that name has not ended.
bool any_in_progress(ReadTx& tx, const std::string& host);
/// True when the host of that name was evacuated and has not been started since.
bool any_evacuated(ReadTx& tx, const std::string& host);

}  // namespace virga::store::instance_migrations
