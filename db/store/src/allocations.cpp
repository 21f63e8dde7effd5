// SPDX-License-Identifier: Apache-2.0
#include "db/store/allocations.h"

namespace virga::store::allocations {

void insert(WriteTx& tx, const std::string& instance_id, const std::string& host_id,
            const Amount& amount) {
  tx.exec(
      "INSERT INTO allocations (instance_id, host_id, vcpus, memory_mib, disk_gib)"
      " VALUES ($1, $2, $3, $4, $5) ON CONFLICT (instance_id) DO NOTHING",
      instance_id, host_id, amount.vcpus, amount.memory_mib, amount.disk_gib);
}

void update(WriteTx& tx, const std::string& instance_id, const Amount& amount) {
  tx.exec(
      "UPDATE allocations SET vcpus = $1, memory_mib = $2, disk_gib = $3 WHERE instance_id = $4",
      amount.vcpus, amount.memory_mib, amount.disk_gib, instance_id);
}

bool erase(WriteTx& tx, const std::string& instance_id) {
  return tx.exec("DELETE FROM allocations WHERE instance_id = $1", instance_id) > 0;
}

std::map<std::string, Amount> used_by_host(ReadTx& tx) {
  Rows rows = tx.query(
      "SELECT host_id, sum(vcpus), sum(memory_mib), sum(disk_gib), count(*) FROM allocations"
      " GROUP BY host_id");
  std::map<std::string, Amount> used;
  while (rows.next())
    used[rows.text(0)] = {rows.integer(1), rows.integer(2), rows.integer(3), rows.integer(4)};
  return used;
}

}  // namespace virga::store::allocations
