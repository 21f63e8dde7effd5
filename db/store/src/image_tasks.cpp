// SPDX-License-Identifier: Apache-2.0
#include "db/store/image_tasks.h"

#define TASK_COLUMNS                                                                       \
  "id, type, status, phase, owner, image_id, user_id, request_id, input, result, message," \
  " attempt, wake_us, deadline_us, expires_us, created_us, updated_us"

namespace virga::store::image_tasks {
namespace {

model::ImageTask read(const Rows& r) {
  model::ImageTask t;
  t.id = r.text(0);
  t.type = r.text(1);
  t.status = r.text(2);
  t.phase = r.text(3);
  t.owner = r.text(4);
  t.image_id = r.text(5);
  t.user_id = r.text(6);
  t.request_id = r.text(7);
  t.input = r.text(8);
  t.result = r.text(9);
  t.message = r.text(10);
  t.attempt = r.integer(11);
  t.wake_us = r.integer(12);
  t.deadline_us = r.integer(13);
  t.expires_us = r.integer(14);
  t.created_us = r.integer(15);
  t.updated_us = r.integer(16);
  return t;
}

std::vector<model::ImageTask> all(Rows& rows) {
  std::vector<model::ImageTask> tasks;
  while (rows.next()) tasks.push_back(read(rows));
  return tasks;
}

}  // namespace

void insert(WriteTx& tx, const model::ImageTask& t) {
  tx.exec("INSERT INTO image_tasks (" TASK_COLUMNS
          ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)",
          t.id, t.type, t.status, t.phase, t.owner, t.image_id, t.user_id, t.request_id, t.input,
          t.result, t.message, t.attempt, t.wake_us, t.deadline_us, t.expires_us, t.created_us,
          t.updated_us);
}

std::optional<model::ImageTask> find(ReadTx& tx, const std::string& id) {
  Rows rows = tx.query("SELECT " TASK_COLUMNS " FROM image_tasks WHERE id = $1", id);
  if (!rows.next()) return std::nullopt;
  return read(rows);
}

std::vector<model::ImageTask> list(ReadTx& tx, const TaskFilter& f) {
  Rows rows =
      tx.query("SELECT " TASK_COLUMNS
               " FROM image_tasks WHERE ($1 = '' OR owner = $1) AND ($2 = '' OR status = $2)"
               " AND ($3 = '' OR type = $3) AND ($4 = '' OR (created_us, id) <"
               " (SELECT created_us, id FROM image_tasks WHERE id = $4))"
               " ORDER BY created_us DESC, id DESC LIMIT $5",
               f.owner, f.status, f.type, f.marker, f.limit);
  return all(rows);
}

std::vector<model::ImageTask> list_of_image(ReadTx& tx, const std::string& image_id) {
  Rows rows = tx.query("SELECT " TASK_COLUMNS
                       " FROM image_tasks WHERE image_id = $1 ORDER BY created_us, id",
                       image_id);
  return all(rows);
}

std::vector<model::ImageTask> list_due(ReadTx& tx, TimeUs now_us) {
  Rows rows = tx.query("SELECT " TASK_COLUMNS
                       " FROM image_tasks WHERE status IN ('pending', 'processing')"
                       " AND wake_us <= $1 ORDER BY wake_us, id",
                       now_us);
  return all(rows);
}

bool update(WriteTx& tx, const model::ImageTask& t) {
  return tx.exec(
             "UPDATE image_tasks SET status = $1, phase = $2, result = $3, message = $4,"
             " attempt = $5, wake_us = $6, expires_us = $7, updated_us = $8"
             " WHERE id = $9 AND status IN ('pending', 'processing')",
             t.status, t.phase, t.result, t.message, t.attempt, t.wake_us, t.expires_us,
             t.updated_us, t.id) > 0;
}

void erase_expired(WriteTx& tx, TimeUs now_us) {
  tx.exec("DELETE FROM image_tasks WHERE expires_us > 0 AND expires_us <= $1", now_us);
}

}  // namespace virga::store::image_tasks
