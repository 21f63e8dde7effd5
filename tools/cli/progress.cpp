// SPDX-License-Identifier: Apache-2.0
#include "tools/cli/progress.h"

#include <unistd.h>

#include <cstdio>
#include <iostream>
#include <map>
#include <thread>

#include "tools/cli/failure.h"
#include "tools/cli/json_view.h"
#include "tools/cli/text.h"

namespace virga::cli {
namespace {

using Steady = std::chrono::steady_clock;

constexpr auto kFirstPause = std::chrono::milliseconds(150);  // a boot takes a quarter of a second
constexpr auto kMostPause = std::chrono::milliseconds(1500);

/// What a server is at now, and whether that is the end.
struct Seen {
  std::string step;
  bool is_over = false;
  std::string fault;  ///< why it failed; empty: it did not
};

/// Lines on standard error: rewritten on a terminal, one for each change elsewhere.
class Board {
 public:
  Board() : is_live_(::isatty(STDERR_FILENO) == 1) {}
  ~Board() { clear(); }
  Board(const Board&) = delete;
  Board& operator=(const Board&) = delete;

  void say(const std::string& name, const std::string& step) {
    const bool is_new = std::exchange(last_[name], step) != step;
    const std::string line = stamp() + printable(name) + ": " + printable(step);
    if (!is_live_) {
      if (is_new) std::cerr << line << std::endl;
      return;
    }
    clear();
    std::cerr << shortened(line, std::max<std::size_t>(terminal_width(), 40) - 1) << std::flush;
    is_shown_ = true;
  }
  /// The last word about a server: stays on the terminal.
  void settle(const std::string& name, const std::string& result) {
    clear();
    std::cerr << stamp() << printable(name) << ": " << printable(result) << std::endl;
    last_.erase(name);
  }

 private:
  void clear() {
    if (std::exchange(is_shown_, false)) std::cerr << "\r\x1b[K" << std::flush;
  }
  std::string stamp() const {
    const std::chrono::duration<double> since = Steady::now() - begin_;
    char text[32];
    std::snprintf(text, sizeof text, "[%6.1f s] ", since.count());
    return text;
  }

  const bool is_live_;
  const Steady::time_point begin_ = Steady::now();
  std::map<std::string, std::string> last_;
  bool is_shown_ = false;
};

/// The step of its host and its last failure, where the cloud tells.
std::string host_step(Session& session, const std::string& id) {
  std::optional<json::value> found;
  try {
    found = session.find({"virga", "GET", "/servers/" + id + "/explain"});
  } catch (const Failure&) {
    // Waiting goes on without.
  }
  if (!found) return {};
  const json::value& now = at(at(*found, "explain"), "progress");
  std::string text = text_at(now, "step");
  if (const auto error = text_at(now, "last_error"); !error.empty())
    text += " (failed, will be tried again: " + error + ")";
  return text;
}

Seen look_for_active(Session& session, const Named& server) {
  const auto found = session.find({"compute", "GET", "/servers/" + server.id});
  if (!found) return {"", true, "it was deleted meanwhile"};
  const json::value& body = at(*found, "server");
  const std::string status = text_at(body, "status");
  const std::string task = text_at(body, "OS-EXT-STS:task_state");
  if (status == "ERROR") {
    const std::string why = text_at(at(body, "fault"), "message");
    return {"", true, why.empty() ? "it is in ERROR" : why};
  }
  if (status == "ACTIVE" && task.empty()) return {"", true, ""};
  return {step_text(status, task, host_step(session, server.id)), false, ""};
}

Seen look_for_gone(Session& session, const Named& server) {
  const auto found = session.find({"compute", "GET", "/servers/" + server.id});
  if (!found || text_at(at(*found, "server"), "status") == "DELETED") return {"", true, ""};
  const json::value& body = at(*found, "server");
  return {step_text(text_at(body, "status"), text_at(body, "OS-EXT-STS:task_state"), ""), false,
          ""};
}

using Look = Seen (*)(Session&, const Named&);

/// Looks at all until each is over.  @return what failed, a line each
std::string follow(Context& context, std::vector<Named> servers, const Waiting& waiting,
                   const char* result, Look look) {
  Board board;
  std::string failed;
  const auto end = Steady::now() + std::chrono::seconds(waiting.limit);
  for (auto pause = kFirstPause; !servers.empty(); pause = std::min(pause * 5 / 4, kMostPause)) {
    std::vector<Named> rest;
    for (const auto& server : servers) {
      const Seen seen = look(context.session(), server);
      if (!seen.is_over) {
        board.say(server.name, seen.step);
        rest.push_back(server);
      } else {
        board.settle(server.name, seen.fault.empty() ? result : "failed");
        if (!seen.fault.empty())
          failed += (failed.empty() ? "" : "\n") + server.name + ": " + seen.fault;
      }
    }
    servers = std::move(rest);
    if (servers.empty()) break;
    if (Steady::now() > end)
      throw Failure(Exit::unreachable, std::to_string(servers.size()) + " of the servers, " +
                                           servers.front().name + " first, took longer than " +
                                           std::to_string(waiting.limit) +
                                           " s. The cloud goes on with them.");
    std::this_thread::sleep_for(pause);
  }
  return failed;
}

}  // namespace

std::string step_text(const std::string& status, const std::string& task, const std::string& step) {
  static const std::map<std::string, std::string> kSteps{
      {"image", "its host fetches the image"},
      {"disk", "its host makes the disk"},
      {"config_drive", "its host makes the config drive"},
      {"network", "its host connects the network"},
      {"start", "its host starts the guest"},
      {"shutdown", "the guest shuts down"},
      {"stop", "its host stops the guest"},
      {"cleanup", "its host cleans up"},
  };
  static const std::map<std::string, std::string> kTasks{
      {"scheduling", "a host is chosen"},
      {"networking", "the network is connected"},
      {"block_device_mapping", "the disk is made"},
      {"spawning", "the guest is started"},
      {"deleting", "it is deleted"},
  };
  const std::size_t word = step.find(' ');
  if (const auto it = kSteps.find(step.substr(0, word)); it != kSteps.end())
    return it->second + (word == std::string::npos ? "" : step.substr(word));
  if (!step.empty()) return step;
  if (const auto it = kTasks.find(task); it != kTasks.end()) return it->second;
  return task.empty() ? status : task;
}

void wait_until_active(Context& context, const std::vector<Named>& servers,
                       const Waiting& waiting) {
  const std::string failed = follow(context, servers, waiting, "active", look_for_active);
  if (!failed.empty()) throw Failure(Exit::failed, failed);
}

void wait_until_gone(Context& context, const std::vector<Named>& servers, const Waiting& waiting) {
  const std::string failed = follow(context, servers, waiting, "deleted", look_for_gone);
  if (!failed.empty()) throw Failure(Exit::failed, failed);
}

}  // namespace virga::cli
