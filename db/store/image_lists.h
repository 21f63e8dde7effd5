// SPDX-License-Identifier: Apache-2.0
// Which images a project sees, newest first.
#pragma once

#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "db/model/image.h"
#include "db/store/database.h"

namespace virga::store::images {

/// Whose view of the images it is.
struct ImageScope {
  std::string project_id = {};
  bool everything = false;         ///< an administrator's
  bool community = false;          ///< others' community images too
  std::string member_status = {};  ///< of images shared with the project; empty: any
  std::string name = {};           ///< only images of this name; empty: all
};

/// After which image to go on.
struct ImagePosition {
  TimeUs created_us = std::numeric_limits<TimeUs>::max();
  std::string id = {};
};

/// Calls `visit` with the images of a scope, newest first, until it returns false. Properties, tags
/// and stores are not read.
void scan(ReadTx& tx, const ImageScope& scope, const ImagePosition& after,
          const std::function<bool(const model::Image&)>& visit);

/// The image if the project may see it.
std::optional<model::Image> find_visible(ReadTx& tx, const std::string& id,
                                         const std::string& project_id);

bool has_tag(ReadTx& tx, const std::string& image_id, const std::string& tag);
bool has_property(ReadTx& tx, const std::string& image_id, const std::string& name,
                  const std::string& value);

/// Ids of the active backups of a type of an instance that the project owns and that are not
/// protected, newest first.
std::vector<std::string> list_backups(ReadTx& tx, const std::string& owner,
                                      const std::string& instance_id,
                                      const std::string& backup_type);

/// What a project uses.
struct ImageUsage {
  std::int64_t stored_bytes = 0;  ///< of all its images, a copy in each store counted
  std::int64_t staged_bytes = 0;
  std::int64_t images = 0;
  std::int64_t uploading = 0;  ///< images whose data is on its way
};
ImageUsage usage_of(ReadTx& tx, const std::string& project_id);

}  // namespace virga::store::images
