// SPDX-License-Identifier: Apache-2.0
// Checks and writes of inventories. Private to api/placement.
#pragma once

#include <string>

#include "api/http/message.h"
#include "db/model/placement.h"
#include "db/store/database.h"

namespace virga::placement {

/// Refuses an inventory of which nothing could be given away.
/// @throws Error{invalid} whose text begins with `what`
void require_capacity(const http::Request& request, const std::string& what,
                      const std::string& provider_id, const std::string& resource_class,
                      const model::Inventory& inventory);

/// Makes the inventories of a provider equal to `wanted`. The generation is the caller's to raise.
/// @throws Refusal when one that is to go has allocations
void replace_inventories(store::WriteTx& tx, const std::string& provider_id,
                         const model::Inventories& wanted, const std::string& what, TimeUs now_us);

}  // namespace virga::placement
