// SPDX-License-Identifier: Apache-2.0
// virga server explain: why this host, why none, why it waits.
#include <CLI/CLI.hpp>
#include <iostream>

#include "tools/cli/commands.h"
#include "tools/cli/json_view.h"
#include "tools/cli/names.h"
#include "tools/cli/text.h"

namespace virga::cli {
namespace {

void add_near_misses(const json::value& explain, Record& record) {
  json::array lines;
  for (const auto& miss : array_at(explain, "near_misses")) {
    const std::string host = text_at(miss, "host");
    lines.push_back(
        json::string((host.empty() ? "a host" : host) + ": " + text_at(miss, "reason")));
  }
  record.emplace_back("near_misses", std::move(lines));
}

Record record_of(const Named& server, const json::value& explain) {
  const json::value& decision = at(explain, "decision");
  const json::value& progress = at(explain, "progress");
  json::object filters;
  for (const auto& filter : array_at(explain, "filters"))
    filters[text_at(filter, "name")] = at(filter, "refused");
  Record record{{"id", json::string(server.id)},
                {"name", json::string(server.name)},
                {"outcome", at(decision, "outcome")},
                {"host", at(decision, "host")},
                {"decided_at", at(decision, "decided_at")},
                {"hosts_considered", at(decision, "considered")},
                {"refused_by_filter", std::move(filters)}};
  add_near_misses(explain, record);
  record.emplace_back("step", at(progress, "step"));
  record.emplace_back("last_error", at(progress, "last_error"));
  record.emplace_back("failed_tries", at(progress, "attempts"));
  record.emplace_back("next_try_at", at(progress, "next_try_at"));
  record.emplace_back("advice", array_at(explain, "advice"));
  return record;
}

void show_explanation(Context& context, const std::string& which) {
  Session& session = context.session();
  const Named server = find_server(session, which);
  const json::value answer = session.call({"virga", "GET", "/servers/" + server.id + "/explain"});
  const json::value& explain = at(answer, "explain");
  if (context.format().form == Form::json && context.options.columns.empty())
    std::cout << pretty_json(explain) << std::flush;  // whole, as the cloud tells it
  else
    context.show(record_of(server, explain));
}

}  // namespace

void add_server_explain_command(CLI::App& server, Context& context) {
  auto which = std::make_shared<std::string>();
  auto* explain =
      server.add_subcommand("explain", "Why a server is where it is, or why it is nowhere");
  explain->add_option("server", *which, "Name or id")->required();
  explain->callback([&context, which] { show_explanation(context, *which); });
}

}  // namespace virga::cli
