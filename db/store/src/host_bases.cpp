// SPDX-License-Identifier: Apache-2.0
#include "db/store/host_bases.h"

#include <algorithm>

namespace virga::store::host_bases {
namespace {

bool same_base(const model::ObservedBase& a, const model::ObservedBase& b) {
  return a.digest == b.digest && a.format == b.format;
}

}  // namespace

std::vector<model::ObservedBase> list_of_host(ReadTx& tx, const std::string& host_id) {
  Rows r = tx.query(
      "SELECT digest, format, size, used_us, made_us, disks FROM host_bases WHERE host_id = $1"
      " ORDER BY digest, format",
      host_id);
  std::vector<model::ObservedBase> bases;
  while (r.next())
    bases.push_back({r.text(0), r.text(1), r.integer(2), r.integer(3), r.integer(4), r.integer(5)});
  return bases;
}

void replace(WriteTx& tx, const std::string& host_id,
             const std::vector<model::ObservedBase>& bases) {
  const auto known = list_of_host(tx, host_id);
  for (const auto& old : known) {
    const auto is_old = [&](const auto& base) { return same_base(base, old); };
    if (std::none_of(bases.begin(), bases.end(), is_old))
      tx.exec("DELETE FROM host_bases WHERE host_id = $1 AND digest = $2 AND format = $3", host_id,
              old.digest, old.format);
  }
  for (const auto& b : bases) {
    if (std::find(known.begin(), known.end(), b) != known.end()) continue;
    tx.exec(
        "INSERT INTO host_bases (host_id, digest, format, size, used_us, made_us, disks)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (host_id, digest, format) DO UPDATE SET"
        " size = excluded.size, used_us = excluded.used_us, made_us = excluded.made_us,"
        " disks = excluded.disks",
        host_id, b.digest, b.format, b.size, b.used_us, b.made_us, b.disks);
  }
}

}  // namespace virga::store::host_bases
