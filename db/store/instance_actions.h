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

}  // namespace virga::store::instance_actions
