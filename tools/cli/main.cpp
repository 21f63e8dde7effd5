// SPDX-License-Identifier: Apache-2.0
// virga: a cloud from the command line. See --help and docs/cli.md.
#include <signal.h>

#include <CLI/CLI.hpp>
#include <clocale>
#include <iostream>

#include "tools/cli/commands.h"
#include "tools/cli/completion.h"
#include "tools/cli/failure.h"
#include "tools/cli/text.h"

namespace {

using namespace virga;
using namespace virga::cli;

void add_options(CLI::App& app, Options& options) {
  app.add_option("--os-cloud", options.cloud, "Name of the cloud in clouds.yaml");
  app.add_option("--os-region-name", options.region, "Region");
  app.add_option("-o,--output", options.form, "table, json, yaml, csv or value")
      ->check(CLI::IsMember({"table", "json", "yaml", "csv", "value"}))
      ->capture_default_str();
  app.add_option("-c,--column", options.columns, "Show only this column; may be repeated")
      ->allow_extra_args(false);
  app.add_flag("--no-color", options.no_color, "No colours, as with NO_COLOR in the environment");
}

void add_commands(CLI::App& app, Context& context) {
  app.require_subcommand(1);
  app.fallthrough();
  app.set_version_flag("--version", "virga " VIRGA_VERSION);
  add_options(app, context.options);
  add_server_commands(app, context);
  add_host_commands(app, context);
  add_doctor_command(app, context);
  add_events_command(app, context);
  add_login_command(app, context);
  add_api_command(app, context);
  add_completion_command(app, context);
}

int complain(Exit code, const std::string& message) {
  std::cerr << "virga: ";
  for (std::size_t from = 0; from <= message.size();) {  // some have lines
    const std::size_t end = std::min(message.find('\n', from), message.size());
    std::cerr << printable(message.substr(from, end - from)) << "\n";
    from = end + 1;
  }
  return static_cast<int>(code);
}

}  // namespace

int main(int argc, char** argv) {
  std::setlocale(LC_CTYPE, "C.UTF-8");  // for the width of characters
  ::signal(SIGPIPE, SIG_DFL);           // `virga ... | head` ends quietly
  CLI::App app{"virga: a cloud from the command line"};
  Context context(process_surroundings());
  try {
    add_commands(app, context);
    if (argc > 1 && argv[1] == std::string_view(kCompleteWord))
      return complete(app, context, {argv + 2, argv + argc});
    app.parse(argc, argv);
    return static_cast<int>(Exit::ok);
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? 0 : static_cast<int>(Exit::usage);
  } catch (const Failure& e) {
    return complain(e.code(), e.what());
  } catch (const Error& e) {
    return complain(exit_of(e.kind()), e.what());
  } catch (const std::exception& e) {
    return complain(Exit::failed, e.what());
  }
}
