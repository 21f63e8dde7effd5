// SPDX-License-Identifier: Apache-2.0
#include "api/virgad/serve.h"

#include <malloc.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>

#include "api/http/access_log.h"
#include "api/http/audit.h"
#include "api/virgad/bootstrap.h"
#include "api/virgad/control_plane.h"
#include "common/error.h"
#include "common/file.h"
#include "common/log.h"
#include "common/scheduling.h"

namespace virga::virgad {
namespace {

/// The names in the agent link's certificate: what is configured, and what is always true.
std::vector<std::string> link_names(const Config& config) {
  std::vector<std::string> names = config.agent_link_names;
  names.push_back(config.agent_link.address);
  names.emplace_back("127.0.0.1");
  names.emplace_back("localhost");
  char host[256] = {};
  if (::gethostname(host, sizeof host - 1) == 0) names.emplace_back(host);
  return names;
}

/// Gives the agent link a fresh certificate of the authority.
void prepare_link_tls(Config& config, const agent_link::KeyedCertificate& authority) {
  const std::string directory = config.authority();
  const auto issued = agent_link::issue_server(authority, link_names(config));
  write_file_atomic(directory + "/server.key", issued.private_key, 0600);
  write_file_atomic(directory + "/server.crt", issued.certificate, 0644);
  config.agent_link.tls = {directory + "/server.crt", directory + "/server.key",
                           directory + "/authority.crt"};
}

void wait_for_signal() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  int got = 0;
  sigwait(&set, &got);
  log::info("stopping", {{"signal", std::to_string(got)}});
}

/// Blocked before any thread starts, so that only wait_for_signal() takes them.
void block_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  sigprocmask(SIG_BLOCK, &set, nullptr);
  signal(SIGPIPE, SIG_IGN);
  signal(SIGHUP, SIG_IGN);
}

/// Each connection is a descriptor; the usual soft limit of 1024 is there for old programs only.
void allow_descriptors() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == limit.rlim_max) return;
  limit.rlim_cur = limit.rlim_max;
  if (::setrlimit(RLIMIT_NOFILE, &limit) != 0)
    log::warning("the limit of open files stays as it is", {});
}

std::string figures_token(const Config& config) {
  if (config.figures_token_file.empty()) return {};
  const auto text = read_file(config.figures_token_file, 4096);
  if (!text)
    throw Error(ErrorKind::invalid, "The file " + config.figures_token_file + " does not exist.");
  const std::string token = text->substr(0, text->find_first_of("\r\n"));
  if (token.size() < 16)
    throw Error(ErrorKind::invalid,
                "The token in " + config.figures_token_file + " is shorter than 16 characters.");
  return token;
}

/// Logs, record of changes and figures of one process.
struct Watchers {
  http::RequestFigures requests;
  std::unique_ptr<http::AuditSink> audit_sink;
  http::AuditObserver audit;
  std::optional<LogFile> access_file;
  std::optional<http::AccessLog> access;
  http::Observers all;

  Watchers(const Config& config, const Clock& clock, const http::Router& api)
      : requests(api),
        audit_sink(http::make_audit_file(config.audit_log)),
        audit(*audit_sink, clock) {
    all.add(audit);
    all.add(requests);
    if (config.access_log.empty()) return;
    access_file.emplace(config.access_log);
    access.emplace(*access_file, clock);
    all.add(*access);
  }
};

void require_bootstrapped(const Config& config) {
  if (::access(config.database().c_str(), F_OK) != 0)
    throw Error(ErrorKind::invalid,
                "There is no database at " + config.database() + ": run 'virgad bootstrap' first.");
}

}  // namespace

void serve(Config config) {
  block_signals();
  allow_descriptors();
  mallopt(M_ARENA_MAX, 2);  // many threads, few allocations: more arenas only cost memory
  prefer_promptness();      // and all threads that are made from here on
  require_bootstrapped(config);
  const SystemClock clock;
  prepare_link_tls(config, ensure_authority(config.authority()));

  ControlPlane plane(config, clock);
  Watchers watchers(config, clock, plane.api());
  http::Server api_server(config.api, plane.api(), &watchers.all);
  http::Server agent_server(config.agent_link, plane.agents(), &watchers.audit);
  StatusDeps& status = plane.status();
  status.figures_token = figures_token(config);
  status.requests = &watchers.requests;
  status.server = [&api_server] { return api_server.figures(); };
  plane.start();
  agent_server.start();
  api_server.start();
  log::info("ready",
            {{"api", config.api.address + ":" + std::to_string(api_server.port())},
             {"agents", config.agent_link.address + ":" + std::to_string(agent_server.port())}});
  wait_for_signal();
  plane.stop();
  api_server.stop();
  agent_server.stop();
}

}  // namespace virga::virgad
