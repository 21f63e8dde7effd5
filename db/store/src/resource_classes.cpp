// SPDX-License-Identifier: Apache-2.0
#include "db/store/resource_classes.h"

namespace virga::store::resource_classes {

std::optional<TimeUs> find(ReadTx& tx, const std::string& name) {
  Rows rows = tx.query("SELECT created_us FROM resource_classes WHERE name = $1", name);
  if (!rows.next()) return std::nullopt;
  return rows.integer(0);
}

std::vector<std::string> list(ReadTx& tx) {
  Rows rows = tx.query("SELECT name FROM resource_classes ORDER BY name");
  std::vector<std::string> names;
  while (rows.next()) names.push_back(rows.text(0));
  return names;
}

bool insert(WriteTx& tx, const std::string& name, TimeUs now_us) {
  return tx.exec(
             "INSERT INTO resource_classes (name, created_us) VALUES ($1, $2) ON CONFLICT DO "
             "NOTHING",
             name, now_us) > 0;
}

bool rename(WriteTx& tx, const std::string& name, const std::string& new_name) {
  if (name != new_name && find(tx, new_name)) return false;
  tx.exec("UPDATE resource_classes SET name = $1 WHERE name = $2", new_name, name);
  return true;
}

bool erase(WriteTx& tx, const std::string& name) {
  return tx.exec("DELETE FROM resource_classes WHERE name = $1", name) > 0;
}

}  // namespace virga::store::resource_classes
