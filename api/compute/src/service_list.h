// SPDX-License-Identifier: Apache-2.0
// The services of the cloud as Compute's operators know them: nova-compute for each host, and those
// of the control plane. Private to api/compute.
#pragma once

#include <string>
#include <vector>

#include "api/compute/compute_api.h"
#include "db/model/host.h"

namespace virga::compute {

/// The zone of the control plane's services.
constexpr const char* kInternalZone = "internal";

struct ShownService {
  std::string id;
  std::int64_t number = 0;
  std::string binary;  ///< "nova-compute"
  std::string topic;   ///< "compute"
  std::string host;
  std::string zone;
  bool enabled = true;
  std::string disabled_reason;
  bool forced_down = false;
  bool up = false;
  TimeUs updated_us = 0;  ///< when it was last heard of; 0: never
};

/// All of them, hosts first.
std::vector<ShownService> list_services(store::ReadTx& tx, const ComputeDeps& deps);
/// That of one host.
ShownService service_of(store::ReadTx& tx, const ComputeDeps& deps, const model::Host& host);

}  // namespace virga::compute
