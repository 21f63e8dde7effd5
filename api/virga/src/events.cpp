// SPDX-License-Identifier: Apache-2.0
// GET /virga/v1/events: a long poll.
#include <charconv>

#include "api/http/bind.h"
#include "api/virga/src/routes.h"
#include "common/error.h"
#include "common/json.h"

namespace virga::own {
namespace {

using http::Request;
using http::Response;

constexpr std::int64_t kMostWait = 60;
constexpr std::int64_t kMostEvents = 1000;

std::int64_t number_of(const Request& request, const char* name, std::int64_t fallback,
                       std::int64_t most) {
  const auto text = request.parameter(name);
  if (!text) return fallback;
  std::int64_t value = -1;
  const char* end = text->data() + text->size();
  const auto [stop, failure] = std::from_chars(text->data(), end, value);
  if (failure != std::errc{} || stop != end || value < 0 || value > most)
    throw Error(ErrorKind::invalid, std::string("'") + name + "' must be a number from 0 to " +
                                        std::to_string(most) + ".");
  return value;
}

json::value text_or_null(const std::string& text) {
  return text.empty() ? json::value(nullptr) : json::value(text);
}

json::object view(const Event& e) {
  json::object v{{"seq", e.seq},   {"time", format_micros(e.time_us)},
                 {"kind", e.kind}, {"id", e.id},
                 {"name", e.name}, {"state", e.state}};
  if (e.kind == "host") return v;
  v["project_id"] = e.project_id;
  v["task_state"] = text_or_null(e.task_state);
  v["step"] = text_or_null(e.step);
  return v;
}

Response list(VirgaDeps& deps, const Request& request) {
  EventQuery query;
  query.after = number_of(request, "after", 0, INT64_MAX);
  query.wait = std::chrono::seconds(number_of(request, "wait", 0, kMostWait));
  query.most = static_cast<std::size_t>(number_of(request, "limit", 500, kMostEvents));
  if (query.most == 0) throw Error(ErrorKind::invalid, "'limit' must be at least 1.");
  query.project_id = request.who().project_id;
  query.everything = request.allows("virga:events:list_all");
  const EventPage page = deps.events.read(query);
  json::array events;
  for (const auto& event : page.events) events.push_back(view(event));
  return http::json_response(200, {{"events", std::move(events)},
                                   {"next", page.next},
                                   {"missed", page.missed},
                                   {"busy", page.busy}});
}

}  // namespace

void add_event_routes(http::Router& r, VirgaDeps& deps) {
  const auto bind = http::binder(deps);
  r.get("/virga/v1/events", "virga:events:list", bind(list), http::Run::pool);
}

}  // namespace virga::own
