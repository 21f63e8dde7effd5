// SPDX-License-Identifier: Apache-2.0
#include "api/http/access_log.h"

#include "api/http/audit.h"
#include "common/json_writer.h"
#include "common/log.h"

namespace virga::http {
namespace {

constexpr std::size_t kMostAgent = 128;
constexpr std::size_t kMostMethod = 16;

void write_line(JsonWriter& out, const Exchange& e, TimeUs now) {
  const Request& request = e.request;
  out.begin_object();
  out.member("time_us", now);
  out.member("request_id", request.request_id);
  if (!request.global_request_id.empty())
    out.member("global_request_id", request.global_request_id);
  out.member("peer", request.peer);
  if (request.caller) {
    out.member("user_id", request.caller->user_id);
    out.member("project_id", request.caller->project_id);
  }
  out.member("method", plain_text(request.method, kMostMethod));
  if (e.match.asked != nullptr) out.member("route", e.match.asked->pattern);
  if (request.version.is_set()) out.member("version", request.version.text());
  out.member("status", e.status);
  out.member("received", e.received);
  out.member("sent", e.sent);
  out.member("us", e.took.count());
  if (const auto agent = request.header("user-agent"); !agent.empty())
    out.member("user_agent", plain_text(agent, kMostAgent));
  out.end_object();
}

}  // namespace

void AccessLog::answered(const Exchange& exchange) noexcept {
  try {
    thread_local std::string memory;
    JsonWriter out(512, std::move(memory));
    write_line(out, exchange, clock_.now_us());
    memory = out.take();
    file_.append(memory);
    memory.clear();
  } catch (const std::exception& e) {
    log::warning("a request was not logged", {{"error", e.what()}});
  }
}

}  // namespace virga::http
