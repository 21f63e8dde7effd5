// SPDX-License-Identifier: Apache-2.0
// virga server history: what was asked of a server, and what came of it.
#include <CLI/CLI.hpp>
#include <cstdio>

#include "common/clock.h"
#include "tools/cli/commands.h"
#include "tools/cli/json_view.h"
#include "tools/cli/names.h"
#include "tools/cli/token_cache.h"

namespace virga::cli {
namespace {

/// Whole seconds between two times of the API; null when one is missing.
json::value seconds_between(const std::string& from, const std::string& to) {
  const TimeUs begin = parse_time(from);
  const TimeUs end = parse_time(to);
  if (begin == 0 || end == 0) return nullptr;
  return (end - begin) / kSecondUs;
}

/// A row for the action, or one for each of its events.
void add_rows(Session& session, const std::string& base, const json::value& action,
              Listing& listing) {
  const std::string request = text_at(action, "request_id");
  const auto detail = session.find({"compute", "GET", base + "/" + percent_encoded(request)});
  const json::value& whole = detail ? at(*detail, "instanceAction") : action;
  const json::array& events = array_at(whole, "events");
  const auto add = [&](const json::value& event) {
    const std::string start = text_at(event, "start_time");
    listing.rows.push_back({json::string(start.empty() ? text_at(action, "start_time") : start),
                            at(action, "action"), at(event, "event"), at(event, "result"),
                            seconds_between(start, text_at(event, "finish_time")),
                            at(action, "message"), at(action, "user_id"),
                            at(action, "request_id")});
  };
  if (events.empty()) add(nullptr);
  for (const auto& event : events) add(event);
}

void show_history(Context& context, const std::string& which) {
  Session& session = context.session();
  const Named server = find_server(session, which);
  const std::string base = "/servers/" + percent_encoded(server.id) + "/os-instance-actions";
  const json::value answer = session.call({"compute", "GET", base});
  Listing listing{
      {"time", "action", "event", "result", "seconds", "message", "user_id", "request_id"}, {}};
  for (const auto& action : array_at(answer, "instanceActions"))
    add_rows(session, base, action, listing);
  context.show(listing);
}

}  // namespace

void add_server_history_command(CLI::App& server, Context& context) {
  auto which = std::make_shared<std::string>();
  auto* history = server.add_subcommand("history", "What was done with a server, newest first");
  history->add_option("server", *which, "Name or id")->required();
  history->callback([&context, which] { show_history(context, *which); });
}

}  // namespace virga::cli
