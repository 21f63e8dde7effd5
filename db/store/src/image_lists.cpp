// SPDX-License-Identifier: Apache-2.0
#include "db/store/image_lists.h"

#include "db/store/images.h"
#include "db/store/src/image_rows.h"

// Each part of the union has an index in the order of the result, so that a page reads no more rows
// than it shows (and those that its filters refuse).
#define SEEK "(created_us, id) < ($1, $2)"
#define ORDER " ORDER BY created_us DESC, id DESC"
#define ALL_IMAGES(NAMED) "SELECT " IMAGE_COLUMNS " FROM images WHERE " SEEK NAMED ORDER
#define PART(NAMED) "SELECT " IMAGE_COLUMNS " FROM images WHERE " SEEK NAMED
#define SEEN_IMAGES(NAMED) \
  PART(NAMED)              \
  " AND owner = $3 UNION ALL " PART(NAMED)                                                   \
  " AND visibility = 'public' AND owner <> $3 UNION ALL " PART(NAMED)                        \
  " AND visibility = 'community' AND owner <> $3 AND $4 = 1 UNION ALL " PART(NAMED)          \
  " AND visibility = 'shared' AND owner <> $3 AND id IN (SELECT image_id FROM image_members" \
  " WHERE member_id = $3 AND (status = $5 OR $5 = ''))" ORDER

namespace virga::store::images {
namespace {

void visit_each(Rows& rows, const std::function<bool(const model::Image&)>& visit) {
  while (rows.next())
    if (!visit(read_image(rows))) return;
}

}  // namespace

void scan(ReadTx& tx, const ImageScope& scope, const ImagePosition& after,
          const std::function<bool(const model::Image&)>& visit) {
  const TimeUs time = after.created_us;
  if (scope.everything && scope.name.empty()) {
    Rows rows = tx.query(ALL_IMAGES(""), time, after.id);
    visit_each(rows, visit);
  } else if (scope.everything) {
    Rows rows = tx.query(ALL_IMAGES(" AND name = $3"), time, after.id, scope.name);
    visit_each(rows, visit);
  } else if (scope.name.empty()) {
    Rows rows = tx.query(SEEN_IMAGES(""), time, after.id, scope.project_id, scope.community,
                         scope.member_status);
    visit_each(rows, visit);
  } else {
    // $6 stands before $3 in the text, and numbers count by their first use.
    Rows rows = tx.query(SEEN_IMAGES(" AND name = $6"), time, after.id, scope.name,
                         scope.project_id, scope.community, scope.member_status);
    visit_each(rows, visit);
  }
}

std::optional<model::Image> find_visible(ReadTx& tx, const std::string& id,
                                         const std::string& project_id) {
  std::optional<model::Image> image;
  {
    Rows rows = tx.query("SELECT " IMAGE_COLUMNS
                         " FROM images WHERE id = $1 AND (owner = $2 OR visibility = 'public'"
                         " OR visibility = 'community' OR (visibility = 'shared' AND EXISTS"
                         " (SELECT 1 FROM image_members WHERE image_id = images.id"
                         " AND member_id = $2)))",
                         id, project_id);
    if (!rows.next()) return std::nullopt;
    image = read_image(rows);
  }
  read_details(tx, *image);
  return image;
}

bool has_tag(ReadTx& tx, const std::string& image_id, const std::string& tag) {
  Rows rows = tx.query("SELECT 1 FROM image_tags WHERE image_id = $1 AND tag = $2", image_id, tag);
  return rows.next();
}

bool has_property(ReadTx& tx, const std::string& image_id, const std::string& name,
                  const std::string& value) {
  Rows rows =
      tx.query("SELECT 1 FROM image_properties WHERE image_id = $1 AND name = $2 AND value = $3",
               image_id, name, value);
  return rows.next();
}

std::vector<std::string> list_backups(ReadTx& tx, const std::string& owner,
                                      const std::string& instance_id,
                                      const std::string& backup_type) {
  Rows rows = tx.query(
      "SELECT id FROM images WHERE owner = $1 AND status = 'active' AND is_protected = 0"
      " AND id IN (SELECT image_id FROM image_properties WHERE name = 'instance_uuid'"
      "  AND value = $2)"
      " AND id IN (SELECT image_id FROM image_properties WHERE name = 'image_type'"
      "  AND value = 'backup')"
      " AND id IN (SELECT image_id FROM image_properties WHERE name = 'backup_type'"
      "  AND value = $3)"
      " ORDER BY created_us DESC, id DESC",
      owner, instance_id, backup_type);
  std::vector<std::string> ids;
  while (rows.next()) ids.push_back(rows.text(0));
  return ids;
}

ImageUsage usage_of(ReadTx& tx, const std::string& project_id) {
  ImageUsage usage;
  {
    Rows rows = tx.query(
        "SELECT count(*), coalesce(sum(staged_size), 0),"
        " coalesce(sum(CASE WHEN status IN ('saving', 'uploading', 'importing') OR"
        " import_task <> '' THEN 1 ELSE 0 END), 0) FROM images WHERE owner = $1",
        project_id);
    rows.next();
    usage.images = rows.integer(0);
    usage.staged_bytes = rows.integer(1);
    usage.uploading = rows.integer(2);
  }
  Rows rows = tx.query(
      "SELECT coalesce(sum(size), 0) FROM images JOIN image_locations ON image_id = images.id"
      " WHERE owner = $1",
      project_id);
  rows.next();
  usage.stored_bytes = rows.integer(0);
  return usage;
}

}  // namespace virga::store::images
