// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "db/model/cached_base.h"
#include "db/store/database.h"

/// Which base images the hosts hold, as they reported it.
namespace virga::store::host_bases {

/// Ordered by digest and format.
std::vector<model::ObservedBase> list_of_host(ReadTx& tx, const std::string& host_id);

/// Takes over what a host reported; writes only what is different.
void replace(WriteTx& tx, const std::string& host_id,
             const std::vector<model::ObservedBase>& bases);

}  // namespace virga::store::host_bases
