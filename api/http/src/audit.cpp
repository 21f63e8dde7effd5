// SPDX-License-Identifier: Apache-2.0
#include "api/http/audit.h"

#include <fcntl.h>

#include "common/error.h"
#include "common/json_writer.h"
#include "common/log.h"

namespace virga::http {
namespace {

constexpr std::size_t kMostText = 256;

bool is_reading(const std::string& method) {
  return method == "GET" || method == "HEAD" || method == "OPTIONS";
}

void add_caller(AuditEvent& event, const Caller& caller) {
  event.user_id = caller.user_id;
  event.user_name = caller.user_name;
  event.user_domain = caller.user_domain_id;
  event.project_id = caller.project_id;
  event.domain_id = caller.domain_id;
  event.is_system = caller.is_system;
  event.token_audit_id = caller.audit_id;
  for (const auto& [id, name] : caller.roles) event.roles.push_back(name);
}

AuditEvent event_of(const Exchange& exchange, TimeUs now) {
  const Request& request = exchange.request;
  AuditEvent event;
  event.time_us = now;
  event.request_id = request.request_id;
  event.global_request_id = request.global_request_id;
  event.peer = request.peer;
  event.user_agent = plain_text(request.header("user-agent"), kMostText);
  event.user_name = request.audit.user;
  event.user_domain = request.audit.user_domain;
  if (request.caller) add_caller(event, *request.caller);
  event.method = request.method;
  event.route = exchange.match.asked->pattern;
  for (const auto& [name, value] : request.params)
    event.parameters.emplace_back(name, plain_text(value, kMostText));
  event.target = request.audit.target;
  event.status = exchange.status;
  return event;
}

void add_text(JsonWriter& out, std::string_view name, const std::string& text) {
  if (!text.empty()) out.member(name, text);
}

std::string line_of(const AuditEvent& e) {
  JsonWriter out;
  out.begin_object();
  out.member("time", format_micros(e.time_us));
  out.member("request_id", e.request_id);
  add_text(out, "global_request_id", e.global_request_id);
  out.member("peer", e.peer);
  add_text(out, "user_agent", e.user_agent);
  add_text(out, "user_id", e.user_id);
  add_text(out, "user_name", e.user_name);
  add_text(out, "user_domain", e.user_domain);
  add_text(out, "project_id", e.project_id);
  add_text(out, "domain_id", e.domain_id);
  if (e.is_system) out.member("system", true);
  add_text(out, "token_audit_id", e.token_audit_id);
  out.key("roles");
  out.begin_array();
  for (const auto& role : e.roles) out.value(role);
  out.end_array();
  out.member("method", e.method);
  out.member("route", e.route);
  out.key("parameters");
  out.begin_object();
  for (const auto& [name, value] : e.parameters) out.member(name, value);
  out.end_object();
  add_text(out, "target", e.target);
  out.member("status", e.status);
  out.end_object();
  return out.take() + "\n";
}

class AuditFile final : public AuditSink {
 public:
  explicit AuditFile(UniqueFd fd) : fd_(std::move(fd)) {}
  void record(const AuditEvent& event) noexcept override {
    try {
      write_all(fd_.get(), line_of(event));  // one write: lines of many threads do not mix
    } catch (const std::exception& e) {
      log::error("an audit record was lost", {{"request", event.request_id}, {"error", e.what()}});
    }
  }

 private:
  const UniqueFd fd_;
};

}  // namespace

std::unique_ptr<AuditSink> make_audit_file(const std::string& path) {
  try {
    return std::make_unique<AuditFile>(open_file(path, O_WRONLY | O_APPEND | O_CREAT, 0600));
  } catch (const std::exception& e) {
    throw Error(ErrorKind::unavailable, "The audit log cannot be opened: " + std::string(e.what()));
  }
}

void AuditObserver::decided(const Exchange& exchange) noexcept {
  if (exchange.match.asked == nullptr || is_reading(exchange.request.method)) return;
  try {
    sink_.record(event_of(exchange, clock_.now_us()));
  } catch (const std::exception& e) {
    log::error("an audit record was lost",
               {{"request", exchange.request.request_id}, {"error", e.what()}});
  }
}

std::string plain_text(std::string_view text, std::size_t most) {
  std::string out(text.substr(0, most));
  for (char& c : out)
    if (c < 0x20 || c > 0x7e) c = '?';
  return out;
}

}  // namespace virga::http
