// SPDX-License-Identifier: Apache-2.0
#include "db/store/instance_migrations.h"

#define MIGRATION_COLUMNS                                                             \
  "id, number, instance_id, type, status, source_host, dest_host, dest_address,"      \
  " old_flavor_number, new_flavor_number, user_id, project_id, hidden, memory_total," \
  " memory_processed, memory_remaining, disk_total, disk_processed, disk_remaining,"  \
  " created_us, updated_us"

// What has been changed never has the time at which it was made.
#define CHANGED "(CASE WHEN updated_us = 0 THEN created_us ELSE updated_us END)"

#define SELECT_FILTERED                                                                        \
  "SELECT " MIGRATION_COLUMNS                                                                  \
  " FROM migrations WHERE hidden = 0"                                                          \
  " AND (source_host = $1 OR dest_host = $1 OR $1 = '') AND (source_host = $2 OR $2 = '')"     \
  " AND (status = $3 OR $3 = '') AND (type = $4 OR $4 = '') AND (instance_id = $5 OR $5 = '')" \
  " AND (user_id = $6 OR $6 = '') AND (project_id = $7 OR $7 = '')"                            \
  " AND ($8 = 0 OR " CHANGED " >= $8) AND ($9 = 0 OR " CHANGED " <= $9)"

namespace virga::store::instance_migrations {
namespace {

model::Migration read(const Rows& r) {
  model::Migration m;
  m.id = r.text(0);
  m.number = r.integer(1);
  m.instance_id = r.text(2);
  m.type = r.text(3);
  m.status = r.text(4);
  m.source_host = r.text(5);
  m.dest_host = r.text(6);
  m.dest_address = r.text(7);
  m.old_flavor_number = r.integer(8);
  m.new_flavor_number = r.integer(9);
  m.user_id = r.text(10);
  m.project_id = r.text(11);
  m.hidden = r.flag(12);
  m.memory_total = r.integer(13);
  m.memory_processed = r.integer(14);
  m.memory_remaining = r.integer(15);
  m.disk_total = r.integer(16);
  m.disk_processed = r.integer(17);
  m.disk_remaining = r.integer(18);
  m.created_us = r.integer(19);
  m.updated_us = r.integer(20);
  return m;
}

std::vector<model::Migration> read_all(Rows rows) {
  std::vector<model::Migration> all;
  while (rows.next()) all.push_back(read(rows));
  return all;
}

}  // namespace

void insert(WriteTx& tx, const model::Migration& m) {
  tx.exec("INSERT INTO migrations (" MIGRATION_COLUMNS
          ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17,"
          " $18, $19, $20, $21)",
          m.id, m.number, m.instance_id, m.type, m.status, m.source_host, m.dest_host,
          m.dest_address, m.old_flavor_number, m.new_flavor_number, m.user_id, m.project_id,
          m.hidden, m.memory_total, m.memory_processed, m.memory_remaining, m.disk_total,
          m.disk_processed, m.disk_remaining, m.created_us, m.updated_us);
}

std::optional<model::Migration> find(ReadTx& tx, const std::string& id) {
  Rows rows = tx.query("SELECT " MIGRATION_COLUMNS " FROM migrations WHERE id = $1", id);
  if (!rows.next()) return std::nullopt;
  return read(rows);
}

std::vector<model::Migration> list(ReadTx& tx, const Filter& f) {
  if (!f.newest_first)
    return read_all(tx.query(SELECT_FILTERED " ORDER BY number LIMIT $10", f.host, f.source_host,
                             f.status, f.type, f.instance_id, f.user_id, f.project_id, f.since_us,
                             f.before_us, f.limit));
  const auto after = f.marker.empty() ? std::nullopt : find(tx, f.marker);
  const std::int64_t created = after ? after->created_us : INT64_MAX;
  const std::int64_t number = after ? after->number : INT64_MAX;
  return read_all(tx.query(SELECT_FILTERED
                           " AND (created_us < $10 OR (created_us = $10 AND number < $11))"
                           " ORDER BY created_us DESC, number DESC LIMIT $12",
                           f.host, f.source_host, f.status, f.type, f.instance_id, f.user_id,
                           f.project_id, f.since_us, f.before_us, created, number, f.limit));
}

void update(WriteTx& tx, const model::Migration& m, TimeUs now_us) {
  tx.exec(
      "UPDATE migrations SET status = $1, dest_host = $2, dest_address = $3, hidden = $4,"
      " memory_total = $5, memory_processed = $6, memory_remaining = $7, disk_total = $8,"
      " disk_processed = $9, disk_remaining = $10, updated_us = $11 WHERE id = $12",
      m.status, m.dest_host, m.dest_address, m.hidden, m.memory_total, m.memory_processed,
      m.memory_remaining, m.disk_total, m.disk_processed, m.disk_remaining, now_us, m.id);
}

bool any_in_progress(ReadTx& tx, const std::string& host) {
  Rows rows = tx.query(
      "SELECT 1 FROM migrations WHERE (source_host = $1 OR dest_host = $1) AND status NOT IN"
      " ('confirmed', 'reverted', 'error', 'failed', 'completed', 'cancelled', 'done') LIMIT 1",
      host);
  return rows.next();
}

bool any_evacuated(ReadTx& tx, const std::string& host) {
  Rows rows = tx.query(
      "SELECT 1 FROM migrations WHERE source_host = $1 AND status = 'done' AND type = 'evacuation'"
      " LIMIT 1",
      host);
  return rows.next();
}

}  // namespace virga::store::instance_migrations
