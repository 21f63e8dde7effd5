// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "common/clock.h"

namespace virga::model {

/// Work that fills an image. Moved by the import controller; a crash anywhere repeats one phase.
/// Source: Image API v2, "Tasks".
struct ImageTask {
  std::string id;
  std::string type;    ///< "api_image_import" or "import"
  std::string status;  ///< "pending", "processing", "success", "failure"
  std::string phase;   ///< "fetch", "store", "done"
  std::string owner;   ///< project id
  std::string image_id;
  std::string user_id;
  std::string request_id;  ///< of the request that asked for it
  std::string input;       ///< JSON object
  std::string result;      ///< JSON object; empty: none
  std::string message;     ///< why it failed
  std::int64_t attempt = 0;
  TimeUs wake_us = 0;      ///< not looked at before
  TimeUs deadline_us = 0;  ///< fails when it is not done by then
  TimeUs expires_us = 0;   ///< forgotten then; 0: not ended yet
  TimeUs created_us = 0;
  TimeUs updated_us = 0;
};

}  // namespace virga::model
