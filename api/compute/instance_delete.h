// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "common/clock.h"
#include "db/model/instance.h"
#include "db/store/database.h"

namespace virga::compute {

/// An instance is to go: its host is to remove it, or it ends at once when it has none. What was to
/// become an image of it does not, and what it was to come back from goes. One transaction.
void begin_instance_delete(store::WriteTx& tx, const model::Instance& instance, TimeUs now_us);

/// The end of an instance, once nothing of it is left on its host: gives back its ports, addresses
/// and allocation, and marks the row. One transaction.
void finish_instance_delete(store::WriteTx& tx, const model::Instance& instance, TimeUs now_us);

}  // namespace virga::compute
