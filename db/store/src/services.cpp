// SPDX-License-Identifier: Apache-2.0
#include "db/store/services.h"

#include "common/error.h"

namespace virga::store::services {
namespace {

model::Service read(const Rows& rows) {
  model::Service it;
  it.id = rows.text(0);
  it.type = rows.text(1);
  it.name = rows.text(2);
  it.enabled = rows.flag(3);
  it.extra = rows.text(4);
  return it;
}

void require_one(std::int64_t changed, const std::string& id) {
  if (changed == 0) throw Error(ErrorKind::not_found, "Could not find service: " + id + ".");
}

}  // namespace

std::optional<model::Service> find(ReadTx& tx, const std::string& id) {
  Rows rows = tx.query("SELECT id, type, name, enabled, extra FROM services WHERE id = $1", id);
  if (!rows.next()) return std::nullopt;
  return read(rows);
}

std::vector<model::Service> list(ReadTx& tx) {
  Rows rows =
      tx.query("SELECT id, type, name, enabled, extra FROM services ORDER BY type, name, id");
  std::vector<model::Service> all;
  while (rows.next()) all.push_back(read(rows));
  return all;
}

void insert(WriteTx& tx, const model::Service& it) {
  tx.exec("INSERT INTO services (id, type, name, enabled, extra) VALUES ($1, $2, $3, $4, $5)",
          it.id, it.type, it.name, it.enabled, it.extra);
  tx.notify("catalog", it.id);
}

void update(WriteTx& tx, const model::Service& it) {
  const auto changed =
      tx.exec("UPDATE services SET type = $1, name = $2, enabled = $3, extra = $4 WHERE id = $5",
              it.type, it.name, it.enabled, it.extra, it.id);
  require_one(changed, it.id);
  tx.notify("catalog", it.id);
}

void erase(WriteTx& tx, const std::string& id) {
  require_one(tx.exec("DELETE FROM services WHERE id = $1", id), id);
  tx.notify("catalog", id);
}

}  // namespace virga::store::services
