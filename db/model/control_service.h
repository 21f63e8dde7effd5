// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "common/clock.h"

namespace virga::model {

/// A service of the control plane itself, as operators know it from Nova.
struct ControlService {
  std::string id;
  std::int64_t number = 0;
  std::string name;       ///< "nova-conductor"
  std::string host;       ///< name of the machine that virgad runs on
  TimeUs started_us = 0;  ///< when it last started there
};

}  // namespace virga::model
