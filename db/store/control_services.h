// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "db/model/control_service.h"
#include "db/store/database.h"

/// Services of the control plane itself.
namespace virga::store::control_services {

/// Notes that a service has started on a host; makes its row when it is new.
void note_start(WriteTx& tx, const std::string& host, const std::string& name, TimeUs now_us);
/// Ordered by number.
std::vector<model::ControlService> list(ReadTx& tx);
/// @return false when there was none
bool erase(WriteTx& tx, const std::string& id);

}  // namespace virga::store::control_services
