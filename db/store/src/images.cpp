// SPDX-License-Identifier: Apache-2.0
#include "db/store/images.h"

#include "common/error.h"

#define IMAGE_COLUMNS                                                                              \
  "id, name, owner, status, visibility, disk_format, container_format, size, virtual_size,"        \
  " digest, checksum, refusal, min_disk_gib, min_memory_mib, is_protected, is_hidden, created_us," \
  " updated_us"

namespace virga::store::images {
namespace {

model::Image read(const Rows& r) {
  model::Image i;
  i.id = r.text(0);
  i.name = r.text(1);
  i.owner = r.text(2);
  i.status = model::image_status_named(r.text(3));
  i.visibility = model::image_visibility_named(r.text(4));
  i.disk_format = r.text(5);
  i.container_format = r.text(6);
  i.size = r.integer(7);
  i.virtual_size = r.integer(8);
  i.digest = r.text(9);
  i.checksum = r.text(10);
  i.refusal = r.text(11);
  i.min_disk_gib = r.integer(12);
  i.min_memory_mib = r.integer(13);
  i.is_protected = r.flag(14);
  i.is_hidden = r.flag(15);
  i.created_us = r.integer(16);
  i.updated_us = r.integer(17);
  return i;
}

void read_children(ReadTx& tx, model::Image& image) {
  Rows properties =
      tx.query("SELECT name, value FROM image_properties WHERE image_id = $1", image.id);
  while (properties.next()) image.properties[properties.text(0)] = properties.text(1);
  Rows tags = tx.query("SELECT tag FROM image_tags WHERE image_id = $1 ORDER BY tag", image.id);
  while (tags.next()) image.tags.push_back(tags.text(0));
}

void write_children(WriteTx& tx, const model::Image& image) {
  tx.exec("DELETE FROM image_properties WHERE image_id = $1", image.id);
  for (const auto& [name, value] : image.properties)
    tx.exec("INSERT INTO image_properties (image_id, name, value) VALUES ($1, $2, $3)", image.id,
            name, value);
  tx.exec("DELETE FROM image_tags WHERE image_id = $1", image.id);
  for (const auto& tag : image.tags)
    tx.exec("INSERT INTO image_tags (image_id, tag) VALUES ($1, $2) ON CONFLICT DO NOTHING",
            image.id, tag);
}

}  // namespace

void insert(WriteTx& tx, const model::Image& i) {
  const auto changed = tx.exec(
      "INSERT INTO images (" IMAGE_COLUMNS
      ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)"
      " ON CONFLICT (id) DO NOTHING",
      i.id, i.name, i.owner, name_of(i.status), name_of(i.visibility), i.disk_format,
      i.container_format, i.size, i.virtual_size, i.digest, i.checksum, i.refusal, i.min_disk_gib,
      i.min_memory_mib, i.is_protected, i.is_hidden, i.created_us, i.updated_us);
  if (changed == 0) throw Error(ErrorKind::conflict, "Image ID " + i.id + " already exists!");
  write_children(tx, i);
}

std::optional<model::Image> find(ReadTx& tx, const std::string& id) {
  std::optional<model::Image> image;
  {
    Rows rows = tx.query("SELECT " IMAGE_COLUMNS " FROM images WHERE id = $1", id);
    if (!rows.next()) return std::nullopt;
    image = read(rows);
  }
  read_children(tx, *image);
  return image;
}

std::vector<model::Image> list(ReadTx& tx, const std::string& marker, std::int64_t limit) {
  std::vector<model::Image> images;
  {
    Rows rows = tx.query("SELECT " IMAGE_COLUMNS
                         " FROM images WHERE $1 = '' OR (created_us, id) <"
                         " (SELECT created_us, id FROM images WHERE id = $2)"
                         " ORDER BY created_us DESC, id DESC LIMIT $3",
                         marker, marker, limit);
    while (rows.next()) images.push_back(read(rows));
  }
  for (auto& image : images) read_children(tx, image);
  return images;
}

bool advance(WriteTx& tx, const std::string& id, model::ImageStatus from, model::ImageStatus to,
             TimeUs now_us) {
  return tx.exec(
             "UPDATE images SET status = $1, updated_us = $2, refusal = ''"
             " WHERE id = $3 AND status = $4",
             name_of(to), now_us, id, name_of(from)) > 0;
}

bool activate(WriteTx& tx, const std::string& id, const Uploaded& facts, TimeUs now_us) {
  return tx.exec(
             "UPDATE images SET status = 'active', size = $1, virtual_size = $2, digest = $3,"
             " checksum = $4, refusal = '', updated_us = $5 WHERE id = $6 AND status = 'saving'",
             facts.size, facts.virtual_size, facts.digest, facts.checksum, now_us, id) > 0;
}

void refuse(WriteTx& tx, const std::string& id, model::ImageStatus to, const std::string& reason,
            TimeUs now_us) {
  tx.exec(
      "UPDATE images SET status = $1, refusal = $2, updated_us = $3"
      " WHERE id = $4 AND status = 'saving'",
      name_of(to), reason, now_us, id);
}

std::int64_t requeue_interrupted(WriteTx& tx, TimeUs now_us) {
  return tx.exec("UPDATE images SET status = 'queued', updated_us = $1 WHERE status = 'saving'",
                 now_us);
}

void update(WriteTx& tx, const model::Image& i) {
  if (tx.exec(
          "UPDATE images SET name = $1, visibility = $2, disk_format = $3, container_format = $4,"
          " min_disk_gib = $5, min_memory_mib = $6, is_protected = $7, is_hidden = $8,"
          " updated_us = $9 WHERE id = $10",
          i.name, name_of(i.visibility), i.disk_format, i.container_format, i.min_disk_gib,
          i.min_memory_mib, i.is_protected, i.is_hidden, i.updated_us, i.id) == 0)
    throw Error(ErrorKind::not_found, "No image found with ID " + i.id);
  write_children(tx, i);
}

bool erase(WriteTx& tx, const std::string& id) {
  return tx.exec("DELETE FROM images WHERE id = $1", id) > 0;
}

std::int64_t count_with_digest(ReadTx& tx, const std::string& digest) {
  Rows rows = tx.query("SELECT count(*) FROM images WHERE digest = $1", digest);
  rows.next();
  return rows.integer(0);
}

std::vector<std::string> list_digests(ReadTx& tx) {
  Rows rows = tx.query("SELECT DISTINCT digest FROM images WHERE digest <> ''");
  std::vector<std::string> digests;
  while (rows.next()) digests.push_back(rows.text(0));
  return digests;
}

}  // namespace virga::store::images
