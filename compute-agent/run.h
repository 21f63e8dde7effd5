// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "compute-agent/config.h"

namespace virga::agent {

/// Runs the agent of this host until SIGTERM or SIGINT. Guests go on when it ends.
/// @throws Error when it cannot start
void run_agent(const Config& config);

/// Redeems an enrolment token read from a file.
void enrol_host(const Config& config, const std::string& token_file);

/// Removes everything of ours from this host: domains, files of instances, devices, rules, helpers.
void uninstall(const Config& config);

}  // namespace virga::agent
