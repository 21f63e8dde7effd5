// SPDX-License-Identifier: Apache-2.0
// The words that the Compute API shows for an instance, computed from desired and observed columns.
#pragma once

#include <string_view>

#include "db/model/instance.h"

namespace virga::model {

/// Source: Compute API, "Server status"; the words are Nova's. The views point to constants.
struct InstanceStatus {
  std::string_view status;      ///< "ACTIVE"
  std::string_view vm_state;    ///< "active"
  std::string_view task_state;  ///< empty: null
  int power_state = 0;          ///< 0 none, 1 running, 3 paused, 4 shut down, 6 crashed
};

/// True when its host has done what is wanted of it. Pure.
bool is_done(const Instance& instance) noexcept;

/// True when it is to go for good: a host also forgets those that go to the shelf.
bool is_deleting(const Instance& instance) noexcept;

/// Pure.
InstanceStatus derive_status(const Instance& instance) noexcept;

}  // namespace virga::model
