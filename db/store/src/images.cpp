// SPDX-License-Identifier: Apache-2.0
#include "db/store/images.h"

#include "common/error.h"
#include "db/store/instance_snapshots.h"
#include "db/store/src/image_rows.h"

namespace virga::store::images {
model::Image read_image(const Rows& r) {
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
  i.hash_algorithm = r.text(18);
  i.hash_value = r.text(19);
  i.unbootable = r.text(20);
  i.staged_digest = r.text(21);
  i.staged_size = r.integer(22);
  i.import_task = r.text(23);
  return i;
}

void read_details(ReadTx& tx, model::Image& image) {
  Rows properties =
      tx.query("SELECT name, value FROM image_properties WHERE image_id = $1", image.id);
  while (properties.next()) image.properties[properties.text(0)] = properties.text(1);
  Rows tags = tx.query("SELECT tag FROM image_tags WHERE image_id = $1 ORDER BY tag", image.id);
  while (tags.next()) image.tags.push_back(tags.text(0));
  Rows stores = tx.query(
      "SELECT store_id FROM image_locations WHERE image_id = $1 ORDER BY store_id", image.id);
  while (stores.next()) image.stores.push_back(stores.text(0));
}

namespace {

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
      ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18,"
      " $19, $20, $21, $22, $23, $24) ON CONFLICT (id) DO NOTHING",
      i.id, i.name, i.owner, name_of(i.status), name_of(i.visibility), i.disk_format,
      i.container_format, i.size, i.virtual_size, i.digest, i.checksum, i.refusal, i.min_disk_gib,
      i.min_memory_mib, i.is_protected, i.is_hidden, i.created_us, i.updated_us, i.hash_algorithm,
      i.hash_value, i.unbootable, i.staged_digest, i.staged_size, i.import_task);
  if (changed == 0) throw Error(ErrorKind::conflict, "Image ID " + i.id + " already exists!");
  write_children(tx, i);
  for (const auto& name : i.stores) add_location(tx, i.id, name);
}

std::optional<model::Image> find(ReadTx& tx, const std::string& id) {
  std::optional<model::Image> image;
  {
    Rows rows = tx.query("SELECT " IMAGE_COLUMNS " FROM images WHERE id = $1", id);
    if (!rows.next()) return std::nullopt;
    image = read_image(rows);
  }
  read_details(tx, *image);
  return image;
}

bool advance(WriteTx& tx, const std::string& id, model::ImageStatus from, model::ImageStatus to,
             TimeUs now_us) {
  return tx.exec(
             "UPDATE images SET status = $1, updated_us = $2, refusal = ''"
             " WHERE id = $3 AND status = $4",
             name_of(to), now_us, id, name_of(from)) > 0;
}

bool activate(WriteTx& tx, const std::string& id, const Uploaded& facts, TimeUs now_us) {
  const bool done =
      tx.exec(
          "UPDATE images SET status = 'active', size = $1, virtual_size = $2, digest = $3,"
          " checksum = $4, hash_algorithm = $5, hash_value = $6, unbootable = $7, refusal = '',"
          " staged_digest = '', staged_size = 0, updated_us = $8"
          " WHERE id = $9 AND status IN ('saving', 'importing')",
          facts.size, facts.virtual_size, facts.digest, facts.checksum, facts.hash_algorithm,
          facts.hash_value, facts.unbootable, now_us, id) > 0;
  if (done)
    for (const auto& name : facts.stores) add_location(tx, id, name);
  return done;
}

void add_location(WriteTx& tx, const std::string& id, const std::string& store_id) {
  tx.exec("INSERT INTO image_locations (image_id, store_id) VALUES ($1, $2) ON CONFLICT DO NOTHING",
          id, store_id);
}

void remove_location(WriteTx& tx, const std::string& id, const std::string& store_id) {
  tx.exec("DELETE FROM image_locations WHERE image_id = $1 AND store_id = $2", id, store_id);
}

bool stage(WriteTx& tx, const std::string& id, const std::string& digest, std::int64_t size,
           TimeUs now_us) {
  return tx.exec(
             "UPDATE images SET staged_digest = $1, staged_size = $2, size = $3, updated_us = $4"
             " WHERE id = $5 AND status IN ('uploading', 'importing')",
             digest, size, size, now_us, id) > 0;
}

void set_property(WriteTx& tx, const std::string& id, const std::string& name,
                  const std::string& value) {
  tx.exec(
      "INSERT INTO image_properties (image_id, name, value) VALUES ($1, $2, $3)"
      " ON CONFLICT (image_id, name) DO UPDATE SET value = excluded.value",
      id, name, value);
}

void set_import_task(WriteTx& tx, const std::string& id, const std::string& task_id) {
  tx.exec("UPDATE images SET import_task = $1 WHERE id = $2", task_id, id);
}

void requeue(WriteTx& tx, const std::string& id, const std::string& reason, TimeUs now_us) {
  tx.exec(
      "UPDATE images SET status = 'queued', refusal = $1, staged_digest = '', staged_size = 0,"
      " size = 0, virtual_size = 0, updated_us = $2"
      " WHERE id = $3 AND status IN ('saving', 'uploading', 'importing')",
      reason, now_us, id);
}

void refuse(WriteTx& tx, const std::string& id, model::ImageStatus to, const std::string& reason,
            TimeUs now_us) {
  tx.exec(
      "UPDATE images SET status = $1, refusal = $2, updated_us = $3"
      " WHERE id = $4 AND status = 'saving'",
      name_of(to), reason, now_us, id);
}

std::int64_t requeue_interrupted(WriteTx& tx, TimeUs now_us) {
  return tx.exec(
      "UPDATE images SET status = 'queued', updated_us = $1"
      " WHERE status = 'saving' OR (status = 'uploading' AND staged_digest = '')",
      now_us);
}

void update(WriteTx& tx, const model::Image& i) {
  if (tx.exec(
          "UPDATE images SET name = $1, visibility = $2, disk_format = $3, container_format = $4,"
          " min_disk_gib = $5, min_memory_mib = $6, is_protected = $7, is_hidden = $8,"
          " updated_us = $9, owner = $10 WHERE id = $11",
          i.name, name_of(i.visibility), i.disk_format, i.container_format, i.min_disk_gib,
          i.min_memory_mib, i.is_protected, i.is_hidden, i.updated_us, i.owner, i.id) == 0)
    throw Error(ErrorKind::not_found, "No image found with ID " + i.id);
  write_children(tx, i);
}

bool erase(WriteTx& tx, const std::string& id) {
  instance_snapshots::erase(tx, id);
  return tx.exec("DELETE FROM images WHERE id = $1", id) > 0;
}

std::int64_t count_with_digest(ReadTx& tx, const std::string& digest) {
  Rows rows = tx.query("SELECT count(*) FROM images WHERE digest = $1", digest);
  rows.next();
  return rows.integer(0);
}

bool is_stored(ReadTx& tx, const std::string& digest, const std::string& store_id) {
  Rows rows = tx.query(
      "SELECT 1 FROM images JOIN image_locations ON image_id = images.id"
      " WHERE digest = $1 AND store_id = $2 LIMIT 1",
      digest, store_id);
  return rows.next();
}

bool is_wanted(ReadTx& tx, const std::string& digest) {
  Rows rows = tx.query("SELECT 1 FROM images WHERE staged_digest = $1 LIMIT 1", digest);
  return rows.next();
}

std::vector<std::string> list_digests(ReadTx& tx) {
  Rows rows = tx.query("SELECT DISTINCT digest FROM images WHERE digest <> ''");
  std::vector<std::string> digests;
  while (rows.next()) digests.push_back(rows.text(0));
  return digests;
}

}  // namespace virga::store::images
