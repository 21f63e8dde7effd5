// SPDX-License-Identifier: Apache-2.0
#include "db/store/image_members.h"

namespace virga::store::image_members {
namespace {

model::ImageMember read(const Rows& r) {
  return {r.text(0), r.text(1), r.text(2), r.integer(3), r.integer(4)};
}

}  // namespace

bool insert(WriteTx& tx, const model::ImageMember& m) {
  return tx.exec(
             "INSERT INTO image_members (image_id, member_id, status, created_us, updated_us)"
             " VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
             m.image_id, m.member_id, m.status, m.created_us, m.updated_us) > 0;
}

std::optional<model::ImageMember> find(ReadTx& tx, const std::string& image_id,
                                       const std::string& member_id) {
  Rows rows = tx.query(
      "SELECT image_id, member_id, status, created_us, updated_us FROM image_members"
      " WHERE image_id = $1 AND member_id = $2",
      image_id, member_id);
  if (!rows.next()) return std::nullopt;
  return read(rows);
}

std::vector<model::ImageMember> list(ReadTx& tx, const std::string& image_id) {
  Rows rows = tx.query(
      "SELECT image_id, member_id, status, created_us, updated_us FROM image_members"
      " WHERE image_id = $1 ORDER BY created_us, member_id",
      image_id);
  std::vector<model::ImageMember> members;
  while (rows.next()) members.push_back(read(rows));
  return members;
}

std::int64_t count(ReadTx& tx, const std::string& image_id) {
  Rows rows = tx.query("SELECT count(*) FROM image_members WHERE image_id = $1", image_id);
  rows.next();
  return rows.integer(0);
}

void set_status(WriteTx& tx, const model::ImageMember& m) {
  tx.exec(
      "UPDATE image_members SET status = $1, updated_us = $2"
      " WHERE image_id = $3 AND member_id = $4",
      m.status, m.updated_us, m.image_id, m.member_id);
}

bool erase(WriteTx& tx, const std::string& image_id, const std::string& member_id) {
  return tx.exec("DELETE FROM image_members WHERE image_id = $1 AND member_id = $2", image_id,
                 member_id) > 0;
}

}  // namespace virga::store::image_members
