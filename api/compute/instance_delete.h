// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "common/clock.h"
#include "db/model/instance.h"
#include "db/store/database.h"

namespace virga::compute {

/// The end of an instance, once nothing of it is left on its host: gives back its ports, addresses
/// and allocation, and marks the row. One transaction.
void finish_instance_delete(store::WriteTx& tx, const model::Instance& instance, TimeUs now_us);

}  // namespace virga::compute
