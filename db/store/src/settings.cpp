// SPDX-License-Identifier: Apache-2.0
#include "db/store/settings.h"

namespace virga::store::settings {

std::optional<std::string> find(ReadTx& tx, const std::string& name) {
  Rows rows = tx.query("SELECT value FROM settings WHERE name = $1", name);
  if (!rows.next()) return std::nullopt;
  return rows.text(0);
}

void set(WriteTx& tx, const std::string& name, const std::string& value) {
  tx.exec(
      "INSERT INTO settings (name, value) VALUES ($1, $2)"
      " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
      name, value);
}

std::int64_t next_number(WriteTx& tx, const std::string& series) {
  Rows rows = tx.query(
      "INSERT INTO counters (name, value) VALUES ($1, 1)"
      " ON CONFLICT (name) DO UPDATE SET value = counters.value + 1 RETURNING value",
      series);
  rows.next();
  const std::int64_t number = rows.integer(0);
  rows.next();  // lets the statement run to its end
  return number;
}

}  // namespace virga::store::settings
