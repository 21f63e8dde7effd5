// SPDX-License-Identifier: Apache-2.0
#include "db/store/host_strays.h"

#include <set>

namespace virga::store::host_strays {

std::vector<HostStray> list(ReadTx& tx) {
  Rows rows = tx.query(
      "SELECT host_id, instance_id, since_us FROM host_strays ORDER BY instance_id, host_id");
  std::vector<HostStray> strays;
  while (rows.next()) strays.push_back({rows.text(0), rows.text(1), rows.integer(2)});
  return strays;
}

void replace(WriteTx& tx, const std::string& host_id, const std::vector<std::string>& instance_ids,
             TimeUs now_us) {
  std::set<std::string> known;
  {
    Rows rows = tx.query("SELECT instance_id FROM host_strays WHERE host_id = $1", host_id);
    while (rows.next()) known.insert(rows.text(0));
  }
  for (const auto& id : instance_ids)
    if (known.erase(id) == 0)
      tx.exec(
          "INSERT INTO host_strays (host_id, instance_id, since_us) VALUES ($1, $2, $3)"
          " ON CONFLICT (host_id, instance_id) DO NOTHING",
          host_id, id, now_us);
  for (const auto& gone : known)
    tx.exec("DELETE FROM host_strays WHERE host_id = $1 AND instance_id = $2", host_id, gone);
}

}  // namespace virga::store::host_strays
