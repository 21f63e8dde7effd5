// SPDX-License-Identifier: Apache-2.0
#include "db/store/domain_config.h"

namespace virga::store::domain_config {

std::vector<model::DomainOption> list(ReadTx& tx, const std::string& domain_id) {
  Rows rows = tx.query(
      "SELECT group_name, option_name, value, sensitive FROM domain_config WHERE domain_id = $1"
      " ORDER BY group_name, option_name",
      domain_id);
  std::vector<model::DomainOption> options;
  while (rows.next()) options.push_back({rows.text(0), rows.text(1), rows.text(2), rows.flag(3)});
  return options;
}

void set(WriteTx& tx, const std::string& domain_id, const model::DomainOption& o) {
  tx.exec(
      "INSERT INTO domain_config (domain_id, group_name, option_name, value, sensitive)"
      " VALUES ($1, $2, $3, $4, $5) ON CONFLICT (domain_id, group_name, option_name)"
      " DO UPDATE SET value = excluded.value, sensitive = excluded.sensitive",
      domain_id, o.group, o.name, o.value, o.sensitive);
}

void erase(WriteTx& tx, const std::string& domain_id, const std::string& group,
           const std::string& name) {
  tx.exec(
      "DELETE FROM domain_config WHERE domain_id = $1 AND ($2 = '' OR group_name = $2)"
      " AND ($3 = '' OR option_name = $3)",
      domain_id, group, name);
}

}  // namespace virga::store::domain_config
