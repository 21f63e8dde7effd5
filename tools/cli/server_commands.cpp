// SPDX-License-Identifier: Apache-2.0
// virga server list and show. The other verbs have files of their own.
#include <CLI/CLI.hpp>

#include "tools/cli/commands.h"
#include "tools/cli/json_view.h"
#include "tools/cli/names.h"
#include "tools/cli/server_view.h"

namespace virga::cli {
namespace {

constexpr std::size_t kPage = 1000;

struct Wanted {
  bool all_projects = false;
  std::string name;
  std::string status;
  std::string host;
};

std::string query_of(const Wanted& wanted) {
  std::string query = "limit=" + std::to_string(kPage);
  if (wanted.all_projects) query += "&all_tenants=1";
  if (!wanted.name.empty()) query += "&name=" + percent_encoded(wanted.name);
  if (!wanted.status.empty()) query += "&status=" + percent_encoded(wanted.status);
  if (!wanted.host.empty()) query += "&host=" + percent_encoded(wanted.host);
  return query;
}

/// All pages of a list.
json::array fetch(Session& session, const std::string& query) {
  json::array all;
  std::string marker;
  for (;;) {
    const json::value answer =
        session.call({"compute", "GET", "/servers/detail?" + query + marker});
    const json::array& page = array_at(answer, "servers");
    for (const auto& server : page)
      if (server.is_object()) all.push_back(server);
    if (page.empty() || array_at(answer, "servers_links").empty()) return all;
    marker = "&marker=" + percent_encoded(text_at(page.back(), "id"));
  }
}

void list(Context& context, const Wanted& wanted) {
  const json::array servers = fetch(context.session(), query_of(wanted));
  const Lookup lookup = look_up(context.session(), servers);
  Listing listing{{"id", "name", "status", "addresses", "image", "flavor"}, {}};
  const bool with_host = wanted.all_projects || !wanted.host.empty();
  if (with_host) listing.columns.insert(listing.columns.end(), {"host", "project_id"});
  for (const auto& value : servers) {
    const json::object& server = value.get_object();
    auto& row = listing.rows.emplace_back();
    row = {at(server, "id"),     at(server, "name"),       at(server, "status"),
           addresses_of(server), image_of(server, lookup), flavor_of(server, lookup)};
    if (!with_host) continue;
    row.push_back(at(server, "OS-EXT-SRV-ATTR:host"));
    row.push_back(at(server, "tenant_id"));
  }
  context.show(listing);
}

}  // namespace

void add_server_commands(CLI::App& app, Context& context) {
  auto* server = app.add_subcommand("server", "Servers: virtual machines");
  server->require_subcommand(1);
  auto wanted = std::make_shared<Wanted>();
  auto* listed = server->add_subcommand("list", "List servers, newest first");
  listed->add_flag("--all-projects", wanted->all_projects, "Of all projects (administrators)");
  listed->add_option("--name", wanted->name, "Whose name matches");
  listed->add_option("--status", wanted->status, "ACTIVE, SHUTOFF, BUILD, ERROR ...");
  listed->add_option("--host", wanted->host, "On this host (administrators)");
  listed->callback([&context, wanted] { list(context, *wanted); });

  auto which = std::make_shared<std::string>();
  auto* show = server->add_subcommand("show", "Show one server");
  show->add_option("server", *which, "Name or id")->required();
  show->callback([&context, which] {
    const Named found = find_server(context.session(), *which);
    context.show(fetch_server_record(context.session(), found.id));
  });
  add_server_create_command(*server, context);
  add_server_delete_command(*server, context);
  add_server_explain_command(*server, context);
  add_server_history_command(*server, context);
}

}  // namespace virga::cli
