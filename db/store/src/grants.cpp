// SPDX-License-Identifier: Apache-2.0
#include "db/store/grants.h"

#include "common/error.h"

namespace virga::store::grants {

void insert(WriteTx& tx, const model::Grant& g) {
  tx.exec(
      "INSERT INTO grants (role_id, actor_kind, actor_id, target_kind, target_id, inherited)"
      " VALUES ($1, $2, $3, $4, $5, $6)"
      " ON CONFLICT (actor_kind, actor_id, target_kind, target_id, inherited, role_id) DO NOTHING",
      g.role_id, name_of(g.actor_kind), g.actor_id, name_of(g.target_kind), g.target_id,
      g.inherited);
  tx.notify("identity", g.actor_id);
}

std::vector<model::Role> list_roles(ReadTx& tx, const std::string& user_id,
                                    const std::string& project_id) {
  Rows rows = tx.query(
      "WITH RECURSIVE held (id) AS (SELECT role_id FROM grants WHERE actor_kind = 'user'"
      " AND actor_id = $1 AND target_kind = 'project' AND target_id = $2 AND inherited = 0"
      " UNION SELECT implied_id FROM implied_roles JOIN held ON prior_id = held.id)"
      " SELECT roles.id, roles.name FROM roles JOIN held ON held.id = roles.id ORDER BY roles.name",
      user_id, project_id);
  std::vector<model::Role> roles;
  while (rows.next()) roles.push_back({rows.text(0), rows.text(1)});
  return roles;
}

}  // namespace virga::store::grants
