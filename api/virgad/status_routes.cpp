// SPDX-License-Identifier: Apache-2.0
#include "api/virgad/status_routes.h"

#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>

#include "common/error.h"
#include "common/hash.h"
#include "common/json.h"
#include "common/log.h"
#include "db/store/domains.h"

namespace virga::virgad {
namespace {

using http::Request;
using http::Response;
using std::chrono::steady_clock;

const steady_clock::time_point kStarted = steady_clock::now();

Response services(const Request& request) {
  json::array list;
  for (const auto& [type, path] : {std::pair{"identity", "/identity/v3/"},
                                   {"compute", "/compute/v2.1/"},
                                   {"image", "/image/v2/"},
                                   {"network", "/networking/v2.0/"}})
    list.push_back(json::object{
        {"type", type},
        {"links", json::array{json::object{{"rel", "self"}, {"href", request.base_url + path}}}}});
  return http::json_response(200, {{"services", std::move(list)}});
}

/// Ready means: the database answers.
Response health(StatusDeps& deps) {
  Response response;
  try {
    deps.db.read([](store::ReadTx& tx) { (void)store::domains::find(tx, "default"); });
    response = http::json_response(200, {{"status", "ok"}});
  } catch (const std::exception& e) {
    log::error("not healthy", {{"error", e.what()}});
    response = http::json_response(503, {{"status", "unavailable"}});
  }
  response.headers.emplace_back("Cache-Control", "no-store");
  return response;
}

bool is_local(const std::string& peer) {
  return peer.starts_with("127.") || peer == "::1" || peer.starts_with("::ffff:127.");
}

bool may_see_figures(const StatusDeps& deps, const Request& request) {
  if (deps.local_figures && is_local(request.peer)) return true;
  constexpr std::string_view kBearer = "Bearer ";
  const std::string_view sent = request.header("authorization");
  if (deps.figures_token.empty() || !sent.starts_with(kBearer)) return false;
  // Digests are compared: how long that takes says nothing about the token.
  return sha256_hex(sent.substr(kBearer.size())) == sha256_hex(deps.figures_token);
}

double resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  long total = 0;
  long resident = 0;
  statm >> total >> resident;
  return static_cast<double>(resident) * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

double open_descriptors() {
  std::error_code ignored;
  const std::filesystem::directory_iterator all("/proc/self/fd", ignored);
  return static_cast<double>(std::distance(begin(all), end(all)));
}

double processor_seconds() {
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

void write_process(http::FigureText& out) {
  const std::chrono::duration<double> up = steady_clock::now() - kStarted;
  out.single("virga_uptime_seconds", "gauge", "Time since the start.", up.count());
  out.single("process_resident_memory_bytes", "gauge", "Resident memory.", resident_bytes());
  out.single("process_open_fds", "gauge", "Open file descriptors.", open_descriptors());
  out.single("process_cpu_seconds_total", "counter", "User and system time.", processor_seconds());
}

void write_server(http::FigureText& out, const http::ServerFigures& f) {
  const auto number = [](auto n) { return static_cast<double>(n); };
  out.single("virga_http_connections", "gauge", "Open connections.", number(f.connections));
  out.single("virga_http_pool_requests", "gauge",
             "Requests that use a pool thread or wait for one.", number(f.queued));
  out.single("virga_http_refused_connections_total", "counter",
             "Connections closed at once, over the limits.", number(f.refused));
  out.single("virga_http_overloaded_total", "counter", "Requests answered 503 for want of room.",
             number(f.overloaded));
  out.single("virga_http_too_many_total", "counter",
             "Requests answered 429, over the limit of one caller.", number(f.too_many));
  out.single("virga_http_cut_connections_total", "counter",
             "Connections that passed a time limit in a request.", number(f.cut));
}

/// Who may not see it is not told that it is there.
Response figures(StatusDeps& deps, const Request& request) {
  if (!may_see_figures(deps, request))
    throw Error(ErrorKind::not_found, "The resource could not be found.");
  http::FigureText out;
  write_process(out);
  if (deps.server) write_server(out, deps.server());
  if (deps.requests != nullptr) deps.requests->write(out);
  Response response;
  response.content_type = "text/plain; version=0.0.4; charset=utf-8";
  response.body = out.take();
  return response;
}

http::Route control(http::Handler handler, http::Run run) {
  http::Route route;
  route.policy = "public";
  route.run = run;
  route.handler = std::move(handler);
  route.lane = http::Lane::control;
  return route;
}

}  // namespace

void add_status_routes(http::Router& router, StatusDeps& deps) {
  http::Route root;
  root.policy = "public";
  root.run = http::Run::io;
  root.handler = services;
  root.websocket = deps.websocket;
  router.add("GET", "/", std::move(root));
  // On the connection's thread: a full pool does not keep them from answering.
  router.add("GET", "/healthz",
             control([&deps](const Request&) { return health(deps); }, http::Run::io));
  router.add("GET", "/metrics",
             control([&deps](const Request& r) { return figures(deps, r); }, http::Run::io));
}

}  // namespace virga::virgad
