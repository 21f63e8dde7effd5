// SPDX-License-Identifier: Apache-2.0
#include "db/store/traits.h"

namespace virga::store::traits {

std::optional<TimeUs> find(ReadTx& tx, const std::string& name) {
  Rows rows = tx.query("SELECT created_us FROM traits WHERE name = $1", name);
  if (!rows.next()) return std::nullopt;
  return rows.integer(0);
}

std::vector<std::string> list(ReadTx& tx) {
  Rows rows = tx.query("SELECT name FROM traits ORDER BY name");
  std::vector<std::string> names;
  while (rows.next()) names.push_back(rows.text(0));
  return names;
}

bool insert(WriteTx& tx, const std::string& name, TimeUs now_us) {
  return tx.exec("INSERT INTO traits (name, created_us) VALUES ($1, $2) ON CONFLICT DO NOTHING",
                 name, now_us) > 0;
}

std::vector<std::string> list_used(ReadTx& tx) {
  Rows rows = tx.query("SELECT DISTINCT trait FROM provider_traits ORDER BY trait");
  std::vector<std::string> names;
  while (rows.next()) names.push_back(rows.text(0));
  return names;
}

bool is_used(ReadTx& tx, const std::string& name) {
  Rows rows = tx.query("SELECT 1 FROM provider_traits WHERE trait = $1 LIMIT 1", name);
  return rows.next();
}

bool erase(WriteTx& tx, const std::string& name) {
  return tx.exec("DELETE FROM traits WHERE name = $1", name) > 0;
}

}  // namespace virga::store::traits
