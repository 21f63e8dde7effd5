// SPDX-License-Identifier: Apache-2.0
// virgad: the control plane. See --help.
#include <CLI/CLI.hpp>
#include <iostream>

#include "api/agent-link/enrolment.h"
#include "api/image/metadef_load.h"
#include "api/virgad/bootstrap.h"
#include "api/virgad/route_list.h"
#include "api/virgad/serve.h"
#include "common/error.h"
#include "common/file.h"
#include "common/log.h"

namespace {

using namespace virga;

std::string trimmed(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  return text;
}

void run_bootstrap(const virgad::Config& config, const std::string& password_file) {
  std::string password;
  if (!password_file.empty()) {
    const auto text = read_file(password_file, 8192);
    if (!text) throw Error(ErrorKind::invalid, password_file + " does not exist.");
    password = trimmed(*text);
  }
  const std::string generated = virgad::bootstrap(config, password);
  if (!generated.empty()) std::cout << generated << "\n";
}

void run_enrolment(const virgad::Config& config, const std::string& host) {
  const auto authority = virgad::ensure_authority(config.authority());
  store::Database db(config.database());
  const auto token = agent_link::create_enrolment(
      db, host, agent_link::certificate_sha256(authority.certificate), SystemClock().now_us());
  std::cout << token.text() << "\n";
}

void run_metadefs_load(const virgad::Config& config, const std::string& directory, bool replace) {
  store::Database db(config.database());
  const auto loaded = image::load_metadefs(db, SystemClock(), directory, replace);
  for (const auto& name : loaded.added) std::cout << "added " << name << "\n";
  for (const auto& name : loaded.replaced) std::cout << "replaced " << name << "\n";
  for (const auto& name : loaded.kept) std::cout << "kept " << name << "\n";
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"virgad: the control plane of a Virga cloud"};
  std::string config_path = "/etc/virga/virga.yaml";
  std::string password_file;
  std::string host;
  std::string directory;
  bool replace = false;
  app.add_option("--config", config_path, "Configuration file")->capture_default_str();
  app.require_subcommand(1);
  auto* serve = app.add_subcommand("serve", "Run until SIGTERM");
  auto* bootstrap = app.add_subcommand(
      "bootstrap",
      "Make the database, the authority and the user 'admin'; prints his password if "
      "one was generated");
  bootstrap->add_option("--password-file", password_file, "Take the password from this file");
  auto* enrol = app.add_subcommand("enrol-host",
                                   "Print a one-time token, valid for an hour, with "
                                   "which a machine becomes a host");
  enrol->add_option("name", host, "Name of the host")->required();
  auto* metadefs = app.add_subcommand("metadefs", "Metadata definitions of images, flavors ...");
  metadefs->require_subcommand(1);
  auto* load = metadefs->add_subcommand("load", "Add the namespaces of a directory of JSON files");
  load->add_option("directory", directory, "Where the *.json files are")->required();
  load->add_flag("--replace", replace, "Replace namespaces that are there already");
  auto* routes = app.add_subcommand(
      "routes", "Print method, path, policy and versions of each route, tabs between them");
  CLI11_PARSE(app, argc, argv);
  try {
    const auto config = virgad::load_config(config_path);
    log::open(*serve ? config.log_file : "", log::level_named(config.log_level));
    if (*serve) virgad::serve(config);
    if (*bootstrap) run_bootstrap(config, password_file);
    if (*routes) std::cout << virgad::route_table(config);
    if (*enrol) run_enrolment(config, host);
    if (*load) run_metadefs_load(config, directory, replace);
    return 0;
  } catch (const std::exception& e) {
    std::cerr << "virgad: " << e.what() << "\n";
    return 1;
  }
}
