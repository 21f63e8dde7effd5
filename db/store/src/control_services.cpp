// SPDX-License-Identifier: Apache-2.0
#include "db/store/control_services.h"

#include "common/random.h"
#include "db/store/settings.h"

namespace virga::store::control_services {

void note_start(WriteTx& tx, const std::string& host, const std::string& name, TimeUs now_us) {
  if (tx.exec("UPDATE control_services SET started_us = $1 WHERE host = $2 AND name = $3", now_us,
              host, name) > 0)
    return;
  const std::int64_t number = settings::next_number(tx, "host");
  tx.exec(
      "INSERT INTO control_services (id, number, name, host, started_us)"
      " VALUES ($1, $2, $3, $4, $5)",
      new_uuid(), number, name, host, now_us);
}

std::vector<model::ControlService> list(ReadTx& tx) {
  Rows rows =
      tx.query("SELECT id, number, name, host, started_us FROM control_services ORDER BY number");
  std::vector<model::ControlService> all;
  while (rows.next())
    all.push_back({rows.text(0), rows.integer(1), rows.text(2), rows.text(3), rows.integer(4)});
  return all;
}

bool erase(WriteTx& tx, const std::string& id) {
  return tx.exec("DELETE FROM control_services WHERE id = $1", id) > 0;
}

}  // namespace virga::store::control_services
