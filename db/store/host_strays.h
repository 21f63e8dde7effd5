// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "common/clock.h"
#include "db/store/database.h"

/// What hosts have of instances that nobody wants there, as they reported it.
namespace virga::store::host_strays {

struct HostStray {
  std::string host_id;
  std::string instance_id;  ///< may be of no instance that we know
  TimeUs since_us = 0;      ///< when it was first reported
};

/// Ordered by instance and host.
std::vector<HostStray> list(ReadTx& tx);

/// Takes over what a host reported; writes only what is different.
void replace(WriteTx& tx, const std::string& host_id, const std::vector<std::string>& instance_ids,
             TimeUs now_us);

}  // namespace virga::store::host_strays
