// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "db/model/image.h"
#include "db/store/database.h"

namespace virga::store::image_members {

/// @return false when the project is a member already
bool insert(WriteTx& tx, const model::ImageMember& member);
std::optional<model::ImageMember> find(ReadTx& tx, const std::string& image_id,
                                       const std::string& member_id);
/// In the order in which they were added.
std::vector<model::ImageMember> list(ReadTx& tx, const std::string& image_id);
std::int64_t count(ReadTx& tx, const std::string& image_id);
void set_status(WriteTx& tx, const model::ImageMember& member);
/// @return false when there was none
bool erase(WriteTx& tx, const std::string& image_id, const std::string& member_id);

}  // namespace virga::store::image_members
