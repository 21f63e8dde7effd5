// SPDX-License-Identifier: Apache-2.0
// virga-agent: the agent of one host. See --help.
#include <CLI/CLI.hpp>
#include <iostream>

#include "common/log.h"
#include "compute-agent/run.h"

int main(int argc, char** argv) {
  CLI::App app{"virga-agent: keeps one host of a Virga cloud as it is wanted"};
  std::string config_path = "/etc/virga/virga.yaml";
  std::string token_file;
  app.add_option("--config", config_path, "Configuration file")->capture_default_str();
  app.require_subcommand(1);
  auto* run = app.add_subcommand("run", "Run until SIGTERM; guests go on when it ends");
  auto* enrol = app.add_subcommand("enrol", "Make this machine a host of the cloud");
  enrol->add_option("--token-file", token_file, "File with the token of 'virgad enrol-host'")
      ->required();
  auto* uninstall = app.add_subcommand(
      "uninstall", "End all guests and remove everything that the agent made on this host");
  CLI11_PARSE(app, argc, argv);
  try {
    const auto config = virga::agent::load_config(config_path);
    virga::log::open(*run ? config.log_file : "", virga::log::level_named(config.log_level));
    if (*run) virga::agent::run_agent(config);
    if (*enrol) virga::agent::enrol_host(config, token_file);
    if (*uninstall) virga::agent::uninstall(config);
    return 0;
  } catch (const std::exception& e) {
    std::cerr << "virga-agent: " << e.what() << "\n";
    return 1;
  }
}
