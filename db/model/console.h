// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "common/clock.h"

namespace virga::model {

/// What of a guest is reached from outside.
enum class ConsoleKind {
  vnc,     ///< its screen, by the RFB protocol
  serial,  ///< its first serial line
};

/// Permission to open one console once.
struct ConsoleToken {
  std::string hash;  ///< SHA-256 of the secret
  std::string instance_id;
  ConsoleKind kind = ConsoleKind::vnc;
  std::int64_t run_epoch = 0;  ///< of the run of the guest that may be reached
  std::string user_id;         ///< who asked for it
  std::string project_id;      ///< on which he must hold a role; empty: on none
  TimeUs expires_us = 0;
};

const char* name_of(ConsoleKind kind) noexcept;
/// @throws Error{invalid} for other words
ConsoleKind console_kind_named(const std::string& name);

}  // namespace virga::model
