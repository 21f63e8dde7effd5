// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "db/model/image_task.h"
#include "db/store/database.h"

namespace virga::store::image_tasks {

void insert(WriteTx& tx, const model::ImageTask& task);
std::optional<model::ImageTask> find(ReadTx& tx, const std::string& id);
/// Newest first. `limit` rows after the task `marker` (empty: from the start) of one project
/// (empty: all) with that status and type (empty: any).
struct TaskFilter {
  std::string owner;
  std::string status;
  std::string type;
  std::string marker;
  std::int64_t limit = 25;
};
std::vector<model::ImageTask> list(ReadTx& tx, const TaskFilter& filter);
/// Of one image, oldest first.
std::vector<model::ImageTask> list_of_image(ReadTx& tx, const std::string& image_id);
/// Those that have not ended and whose time has come, oldest first.
std::vector<model::ImageTask> list_due(ReadTx& tx, TimeUs now_us);
/// Writes status, phase, result, message, attempt and times if the task has not ended.
/// @return false when it had
bool update(WriteTx& tx, const model::ImageTask& task);
void erase_expired(WriteTx& tx, TimeUs now_us);

}  // namespace virga::store::image_tasks
