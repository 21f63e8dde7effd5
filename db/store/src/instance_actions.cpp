// SPDX-License-Identifier: Apache-2.0
#include "db/store/instance_actions.h"

namespace virga::store::instance_actions {

void insert(WriteTx& tx, const InstanceAction& a) {
  tx.exec(
      "INSERT INTO instance_actions (request_id, instance_id, action, user_id, project_id, message,"
      " start_us) VALUES ($1, $2, $3, $4, $5, $6, $7)",
      a.request_id, a.instance_id, a.action, a.user_id, a.project_id, a.message, a.start_us);
}

void set_message(WriteTx& tx, const std::string& instance_id, const std::string& request_id,
                 const std::string& message) {
  tx.exec("UPDATE instance_actions SET message = $1 WHERE instance_id = $2 AND request_id = $3",
          message, instance_id, request_id);
}

}  // namespace virga::store::instance_actions
