// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "common/clock.h"
#include "db/store/database.h"

/// The record of accepted requests on instances.
namespace virga::store::instance_actions {

struct InstanceAction {
  std::string request_id;
  std::string instance_id;
  std::string action;  ///< "create", "reboot", ...
  std::string user_id;
  std::string project_id;
  std::string message;
  TimeUs start_us = 0;
};

void insert(WriteTx& tx, const InstanceAction& action);
/// Notes why what was accepted did not succeed.
void set_message(WriteTx& tx, const std::string& instance_id, const std::string& request_id,
                 const std::string& message);

}  // namespace virga::store::instance_actions
