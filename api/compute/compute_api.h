// SPDX-License-Identifier: Apache-2.0
// Compute API v2.1: routes.
#pragma once

#include <functional>
#include <string>

#include "api/http/router.h"
#include "common/clock.h"
#include "db/model/host.h"
#include "db/store/database.h"

namespace virga::compute {

/// Asks a host for the end of an instance's console log.
/// @throws Error{unavailable} when the host does not answer in time
using ReadConsole = std::function<std::string(
    const std::string& host_id, const std::string& instance_id, std::size_t max_bytes)>;

/// What the Compute handlers need. Outlives the server.
struct ComputeDeps {
  store::Database& db;
  const Clock& clock;
  ReadConsole read_console;
  std::string availability_zone = "nova";
  std::string control_host = "control";            ///< name of this process's machine
  std::string region = "RegionOne";                ///< whose limits of images hold
  TimeUs console_token_life_us = 600 * kSecondUs;  ///< until then a console may be opened, once
};

/// True when a host is heard of and nobody has forced it down.
bool is_up(const model::Host& host, TimeUs now_us);

/// Notes that the control plane's own services have started on this machine.
void note_control_services(store::WriteTx& tx, const ComputeDeps& deps);

void add_routes(http::Router& router, ComputeDeps& deps);

}  // namespace virga::compute
