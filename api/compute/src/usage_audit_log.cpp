// SPDX-License-Identifier: Apache-2.0
// /os-instance_usage_audit_log: which hosts have audited the usage of the last month. Hosts do not:
// usage is computed from the rows whenever it is asked for, so every host is one that has not run.
#include "api/compute/src/naive_time.h"
#include "api/compute/src/routes.h"
#include "api/http/bind.h"
#include "common/error.h"
#include "db/store/hosts.h"

namespace virga::compute {
namespace {

using http::Request;
using http::Response;
using store::ReadTx;

/// "2026-11-01 00:00:00"
std::string shown(TimeUs t) {
  std::string text = format_seconds(t);
  text.pop_back();
  text[text.find('T')] = ' ';
  return text;
}

/// The log of the last month that ended before a time.
json::object log_before(ComputeDeps& deps, TimeUs before) {
  const int back = month_of(before) >= before ? 1 : 0;
  json::array hosts;
  for (const auto& host : deps.db.read([](ReadTx& tx) { return store::hosts::list(tx); }))
    hosts.emplace_back(host.name);
  const std::size_t count = hosts.size();
  const std::string done = count == 0 ? "ALL" : "0 of " + std::to_string(count);
  return {{"period_beginning", shown(month_of(before, back + 1))},
          {"period_ending", shown(month_of(before, back))},
          {"num_hosts", count},
          {"num_hosts_done", 0},
          {"num_hosts_running", 0},
          {"num_hosts_not_run", count},
          {"hosts_not_run", std::move(hosts)},
          {"total_instances", 0},
          {"total_errors", 0},
          {"overall_status", done + " hosts done. 0 errors."},
          {"log", json::object()}};
}

Response list(ComputeDeps& deps, const Request&) {
  return http::json_response(
      200, {{"instance_usage_audit_logs", log_before(deps, deps.clock.now_us())}});
}

Response show(ComputeDeps& deps, const Request& request) {
  const std::string& text = request.param("before");
  const auto before = parse_naive(
      text, ' ', text.find('.') == std::string::npos ? Fraction::absent : Fraction::present);
  if (!before) throw Error(ErrorKind::invalid, "Invalid timestamp for date " + text);
  return http::json_response(200, {{"instance_usage_audit_log", log_before(deps, *before)}});
}

}  // namespace

void add_usage_audit_log_routes(http::Router& r, ComputeDeps& deps) {
  const auto bind = http::binder(deps);
  const std::string path = "/compute/v2.1/os-instance_usage_audit_log";
  r.get(path, "os_compute_api:os-instance-usage-audit-log:list", bind(list));
  r.get(path + "/{before}", "os_compute_api:os-instance-usage-audit-log:show", bind(show));
}

}  // namespace virga::compute
