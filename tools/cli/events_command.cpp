// SPDX-License-Identifier: Apache-2.0
// virga events: what happens in the cloud, as it happens.
#include <CLI/CLI.hpp>
#include <iostream>
#include <thread>

#include <boost/json/serialize.hpp>

#include "tools/cli/commands.h"
#include "tools/cli/failure.h"
#include "tools/cli/json_view.h"
#include "tools/cli/text.h"

namespace virga::cli {
namespace {

constexpr int kWait = 25;  // seconds of one question
constexpr auto kPause = std::chrono::seconds(2);

json::value ask(Session& session, std::int64_t after, bool wait) {
  std::string path = "/events?after=" + std::to_string(after);
  if (wait) path += "&wait=" + std::to_string(kWait);
  return session.call({"virga", "GET", path, nullptr, std::chrono::seconds(kWait + 30)});
}

/// "2026-11-21T09:30:00Z instance web ACTIVE (was BUILD)": one line, as JSON or for people.
void print(const Context& context, const json::value& event) {
  if (context.format().form == Form::json) {
    std::cout << json::serialize(event) << std::endl;
    return;
  }
  std::string line = text_at(event, "time") + "  " + text_at(event, "kind") + "  " +
                     text_at(event, "name") + "  " + text_at(event, "state");
  if (const auto task = text_at(event, "task_state"); !task.empty()) line += " (" + task + ")";
  if (const auto step = text_at(event, "step"); !step.empty()) line += " step " + step;
  if (const auto id = text_at(event, "id"); !id.empty()) line += "  " + id;
  std::cout << printable(line) << std::endl;
}

/// A cloud that is away for a while is asked again; the one that never answered is an error.
void follow(Context& context, std::int64_t after) {
  for (;;) {
    try {
      const json::value answer = ask(context.session(), after, true);
      if (const auto& missed = at(answer, "missed"); missed.is_bool() && missed.get_bool())
        std::cerr << "Some events were missed.\n";
      for (const auto& event : array_at(answer, "events")) print(context, event);
      after = integer_at(answer, "next", after);
      const json::value& busy = at(answer, "busy");
      if (busy.is_bool() && busy.get_bool()) std::this_thread::sleep_for(kPause);
    } catch (const Error& e) {
      if (e.kind() != ErrorKind::unavailable) throw;
      std::this_thread::sleep_for(kPause);
    } catch (const Failure& e) {
      if (e.code() != Exit::unreachable) throw;
      std::this_thread::sleep_for(kPause);
    }
  }
}

void show_events(Context& context, bool is_followed) {
  const json::value answer = ask(context.session(), 0, false);
  for (const auto& event : array_at(answer, "events")) print(context, event);
  if (is_followed) follow(context, integer_at(answer, "next"));
}

}  // namespace

void add_events_command(CLI::App& app, Context& context) {
  auto follow_flag = std::make_shared<bool>(false);
  auto* events = app.add_subcommand("events", "Show the latest changes of servers and hosts");
  events->add_flag("-f,--follow", *follow_flag, "Go on with new ones, until interrupted");
  events->callback([&context, follow_flag] { show_events(context, *follow_flag); });
}

}  // namespace virga::cli
