// SPDX-License-Identifier: Apache-2.0
// The commands, a file each. Each function adds its own to the program; `context` outlives it.
#pragma once

#include "tools/cli/context.h"

namespace CLI {
class App;
}

namespace virga::cli {

void add_api_command(CLI::App& app, Context& context);
void add_completion_command(CLI::App& app, Context& context);
void add_doctor_command(CLI::App& app, Context& context);
void add_events_command(CLI::App& app, Context& context);
void add_host_commands(CLI::App& app, Context& context);
void add_login_command(CLI::App& app, Context& context);
void add_server_commands(CLI::App& app, Context& context);

/// Parts of `virga server`, called by add_server_commands().
void add_server_create_command(CLI::App& server, Context& context);
void add_server_delete_command(CLI::App& server, Context& context);
void add_server_explain_command(CLI::App& server, Context& context);
void add_server_history_command(CLI::App& server, Context& context);

}  // namespace virga::cli
