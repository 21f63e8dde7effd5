// SPDX-License-Identifier: Apache-2.0
#include "db/store/instance_actions.h"

namespace virga::store::instance_actions {

void insert(WriteTx& tx, const InstanceAction& a) {
  tx.exec(
      "INSERT INTO instance_actions (request_id, instance_id, action, user_id, project_id, message,"
      " start_us) VALUES ($1, $2, $3, $4, $5, $6, $7)",
      a.request_id, a.instance_id, a.action, a.user_id, a.project_id, a.message, a.start_us);
}

}  // namespace virga::store::instance_actions
