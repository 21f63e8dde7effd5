// SPDX-License-Identifier: Apache-2.0
// virga server create and delete.
#include <CLI/CLI.hpp>
#include <iostream>
#include <iterator>

#include "common/error.h"
#include "common/file.h"
#include "common/hash.h"
#include "tools/cli/commands.h"
#include "tools/cli/failure.h"
#include "tools/cli/json_view.h"
#include "tools/cli/names.h"
#include "tools/cli/progress.h"
#include "tools/cli/server_view.h"
#include "tools/cli/waiting_options.h"

namespace virga::cli {
namespace {

constexpr std::size_t kMostUserData = 65535;  // bytes once encoded: Nova's limit

struct Wanted {
  std::string name;
  std::string image;
  std::string flavor;
  std::vector<std::string> networks;
  std::string key;
  std::string user_data;
  std::vector<std::string> hints;
  std::vector<std::string> properties;
  std::vector<std::string> security_groups;
  std::string zone;
  bool config_drive = false;
  std::int64_t count = 1;
  Waiting waiting;
};

std::string read_user_data(const std::string& path) {
  std::string bytes;
  if (path == "-") {
    bytes.assign(std::istreambuf_iterator<char>(std::cin), std::istreambuf_iterator<char>());
  } else {
    auto found = read_file(path, kMostUserData);
    if (!found) throw Error(ErrorKind::invalid, "The file " + path + " does not exist.");
    bytes = std::move(*found);
  }
  std::string encoded = to_base64(bytes);
  if (encoded.size() > kMostUserData)
    throw Error(ErrorKind::invalid, "The user data is larger than 48 KiB.");
  return encoded;
}

/// "k=v"
std::pair<std::string, std::string> pair_of(const std::string& text, const char* option) {
  const std::size_t equals = text.find('=');
  if (equals == 0 || equals == std::string::npos)
    throw Error(ErrorKind::invalid, std::string(option) + " wants NAME=VALUE, not '" + text + "'.");
  return {text.substr(0, equals), text.substr(equals + 1)};
}

/// Each a name or id, with "=ADDRESS" behind it when the address is chosen.
json::array networks_of(Session& session, const Wanted& wanted) {
  json::array networks;
  for (const auto& text : wanted.networks) {
    const std::size_t equals = text.find('=');
    const Named found = find_network(session, text.substr(0, equals));
    json::object one{{"uuid", found.id}};
    if (equals != std::string::npos) one["fixed_ip"] = text.substr(equals + 1);
    networks.push_back(std::move(one));
  }
  return networks;
}

/// A hint that is given twice is a list.
json::object hints_of(const Wanted& wanted) {
  json::object hints;
  for (const auto& text : wanted.hints) {
    const auto [name, value] = pair_of(text, "--hint");
    json::value& slot = hints[name];
    if (slot.is_null()) {
      slot = json::string(value);
    } else {
      if (!slot.is_array()) slot = json::array{slot};
      slot.as_array().push_back(json::string(value));
    }
  }
  return hints;
}

json::object server_of(Session& session, const Wanted& wanted) {
  json::object server{{"imageRef", find_image(session, wanted.image).id},
                      {"flavorRef", find_flavor(session, wanted.flavor).id}};
  if (!wanted.networks.empty()) server["networks"] = networks_of(session, wanted);
  if (!wanted.key.empty()) server["key_name"] = wanted.key;
  if (!wanted.user_data.empty()) server["user_data"] = read_user_data(wanted.user_data);
  if (!wanted.zone.empty()) server["availability_zone"] = wanted.zone;
  if (wanted.config_drive) server["config_drive"] = true;
  for (const auto& name : wanted.security_groups) {
    json::value& groups = server["security_groups"];
    if (!groups.is_array()) groups = json::array();
    groups.as_array().push_back(json::object{{"name", name}});
  }
  if (!wanted.properties.empty()) {
    json::object metadata;
    for (const auto& text : wanted.properties) {
      const auto [name, value] = pair_of(text, "--property");
      metadata[name] = value;
    }
    server["metadata"] = std::move(metadata);
  }
  return server;
}

/// One request for each server, so that the id of each is known.
std::vector<Named> make(Session& session, const Wanted& wanted) {
  json::object body{{"server", server_of(session, wanted)}};
  if (auto hints = hints_of(wanted); !hints.empty()) body["os:scheduler_hints"] = std::move(hints);
  std::vector<Named> made;
  for (std::int64_t n = 1; n <= wanted.count; ++n) {
    const std::string name =
        wanted.count == 1 ? wanted.name : wanted.name + "-" + std::to_string(n);
    body["server"].as_object()["name"] = name;
    try {
      const json::value answer = session.call({"compute", "POST", "/servers", body});
      made.push_back({text_at(at(answer, "server"), "id"), name});
    } catch (const Failure& e) {
      if (made.empty()) throw;
      throw Failure(e.code(), name + ": " + e.what() + " " + std::to_string(made.size()) +
                                  " servers before it were made: they stay.");
    }
  }
  return made;
}

void create(Context& context, const Wanted& wanted) {
  Session& session = context.session();
  const std::vector<Named> made = make(session, wanted);
  std::string failed;
  Exit code = Exit::ok;
  if (wanted.waiting.is_wanted(context)) {
    try {
      wait_until_active(context, made, wanted.waiting);
    } catch (const Failure& e) {  // what became of them is shown all the same
      failed = e.what();
      code = e.code();
    }
  }
  if (made.size() == 1) {
    context.show(fetch_server_record(session, made.front().id));
  } else {
    Listing listing{{"id", "name", "status", "addresses"}, {}};
    for (const auto& one : made) {
      const json::value answer = session.call({"compute", "GET", "/servers/" + one.id});
      const json::object& server = object_at(answer, "server");
      listing.rows.push_back(
          {at(server, "id"), at(server, "name"), at(server, "status"), addresses_of(server)});
    }
    context.show(listing);
  }
  if (code != Exit::ok) throw Failure(code, failed);
}

struct Unwanted {
  std::vector<std::string> servers;
  Waiting waiting;
};

/// All are looked up before the first one is deleted: a typing error deletes nothing.
void remove(Context& context, const Unwanted& unwanted) {
  Session& session = context.session();
  std::vector<Named> found;
  for (const auto& which : unwanted.servers) found.push_back(find_server(session, which));
  for (const auto& server : found)
    session.find({"compute", "DELETE", "/servers/" + server.id});  // gone already: fine
  if (unwanted.waiting.is_wanted(context)) wait_until_gone(context, found, unwanted.waiting);
}

}  // namespace

void add_server_create_command(CLI::App& server, Context& context) {
  auto w = std::make_shared<Wanted>();
  auto* create_command = server.add_subcommand("create", "Make a server");
  create_command->add_option("name", w->name, "Its name")->required();
  create_command->add_option("--image", w->image, "Image, by name or id")->required();
  create_command->add_option("--flavor", w->flavor, "Flavor, by name or id")->required();
  create_command
      ->add_option("--network", w->networks, "Network, by name or id; NETWORK=ADDRESS; repeatable")
      ->allow_extra_args(false);
  create_command->add_option("--key", w->key, "Name of a key pair");
  create_command->add_option("--user-data", w->user_data,
                             "File for cloud-init; - : standard input");
  create_command->add_option("--hint", w->hints, "NAME=VALUE for the scheduler; repeatable")
      ->allow_extra_args(false);
  create_command->add_option("--property", w->properties, "NAME=VALUE of its metadata; repeatable")
      ->allow_extra_args(false);
  create_command->add_option("--security-group", w->security_groups, "Security group; repeatable")
      ->allow_extra_args(false);
  create_command->add_option("--availability-zone", w->zone, "Where");
  create_command->add_flag("--config-drive", w->config_drive, "Give it a config drive");
  create_command->add_option("--count", w->count, "How many: NAME-1, NAME-2 ...")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  add_waiting_options(*create_command, w->waiting);
  create_command->callback([&context, w] { create(context, *w); });
}

void add_server_delete_command(CLI::App& server, Context& context) {
  auto u = std::make_shared<Unwanted>();
  auto* remove_command = server.add_subcommand("delete", "Delete servers");
  remove_command->add_option("servers", u->servers, "Names or ids")->required();
  add_waiting_options(*remove_command, u->waiting);
  remove_command->callback([&context, u] { remove(context, *u); });
}

}  // namespace virga::cli
