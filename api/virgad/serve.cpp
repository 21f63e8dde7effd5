// SPDX-License-Identifier: Apache-2.0
#include "api/virgad/serve.h"

#include <malloc.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "api/agent-link/agent_link.h"
#include "api/compute/compute_api.h"
#include "api/controllers/gc.h"
#include "api/controllers/image_import.h"
#include "api/http/access_log.h"
#include "api/http/audit.h"
#include "api/identity/identity_api.h"
#include "api/image/image_api.h"
#include "api/network/network_api.h"
#include "api/virgad/bootstrap.h"
#include "api/virgad/status_routes.h"
#include "common/error.h"
#include "common/file.h"
#include "common/log.h"
#include "db/store/images.h"

namespace virga::virgad {
namespace {

constexpr int kPasswordThreads = 2;

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

std::vector<images::StoreConfig> image_store_configs(const Config& config) {
  std::vector<images::StoreConfig> stores{{"local", config.images(), "Directory of the service"}};
  stores.insert(stores.end(), config.more_stores.begin(), config.more_stores.end());
  return stores;
}

image::ImageSettings image_settings(const Config& config) {
  image::ImageSettings settings;
  settings.max_image_bytes = config.max_image_bytes;
  settings.hash_algorithm = config.image_hash;
  settings.md5_checksum = config.image_md5;
  settings.region = config.region;
  if (!config.web_download) return settings;
  settings.import_methods.emplace_back("web-download");
  settings.is_uri_allowed = [rules = config.web](const std::string& uri) {
    return http::is_allowed(uri, rules);
  };
  return settings;
}

controllers::ImportDeps import_deps(store::Database& db, const Clock& clock,
                                    images::StoreSet& stores, const Config& config) {
  return {db,
          clock,
          stores,
          config.region,
          config.max_image_bytes,
          config.image_hash,
          config.image_md5,
          [rules = config.web](const std::string& uri,
                               const std::function<void(std::string_view)>& sink) {
            http::fetch_web(uri, rules, sink);
          }};
}

}  // namespace

void serve(Config config) {
  block_signals();
  allow_descriptors();
  mallopt(M_ARENA_MAX, 2);  // many threads, few allocations: more arenas only cost memory
  require_bootstrapped(config);
  const SystemClock clock;
  const auto authority = ensure_authority(config.authority());
  prepare_link_tls(config, authority);

  store::Database db(config.database());
  images::StoreSet image_stores(image_store_configs(config), config.staging());
  const identity::PolicyTable policies(config.policies);
  const identity::TokenAuthorizer authorizer(db, clock, policies);
  agent_link::LinkDeps link_deps{db, clock, image_stores, authority, config.availability_zone};
  agent_link::AgentLink link(link_deps);
  db.write([&](store::WriteTx& tx) {
    const auto n = store::images::requeue_interrupted(tx, clock.now_us());
    if (n > 0) log::warning("interrupted uploads are queued again", {{"count", std::to_string(n)}});
    identity::ensure_own_catalog(tx, config.region);
  });

  // A login keeps a thread of the pool while it waits: other work must find one.
  identity::Passwords passwords(kPasswordThreads,
                                static_cast<std::size_t>(std::max(1, config.api.pool_threads / 2)));
  identity::IdentityDeps identity_deps{db, clock, authorizer, passwords, config.region};
  identity_deps.sealer = identity::Sealer::with_key_file(config.sealing_key());
  compute::ComputeDeps compute_deps{
      db,
      clock,
      [&link](const std::string& host, const std::string& instance, std::size_t bytes) {
        return link.read_console(host, instance, bytes);
      },
      config.availability_zone,
      config.cpu_ratio_percent,
      config.memory_reserve_mib};
  controllers::ImageImporter importer(import_deps(db, clock, image_stores, config));
  const image::RegisteredQuota quota(config.region);
  image::ImageDeps image_deps{
      db, clock, image_stores, quota, image_settings(config), [&importer] { importer.wake(); }};
  network::NetworkDeps network_deps{db, clock};

  http::Router api(authorizer);
  identity::add_routes(api, identity_deps);
  compute::add_routes(api, compute_deps);
  image::add_routes(api, image_deps);
  network::add_routes(api, network_deps);
  StatusDeps status_deps{db, config.local_figures, figures_token(config), nullptr, {}};
  add_status_routes(api, status_deps);
  const agent_link::HostAuthorizer host_authorizer(db);
  http::Router agents(host_authorizer);
  link.add_routes(agents);

  Watchers watchers(config, clock, api);
  http::Server api_server(config.api, api, &watchers.all);
  http::Server agent_server(config.agent_link, agents, &watchers.audit);
  status_deps.requests = &watchers.requests;
  status_deps.server = [&api_server] { return api_server.figures(); };
  const controllers::GarbageCollector collector(db, image_stores, clock);
  agent_server.start();
  api_server.start();
  log::info("ready",
            {{"api", config.api.address + ":" + std::to_string(api_server.port())},
             {"agents", config.agent_link.address + ":" + std::to_string(agent_server.port())}});
  wait_for_signal();
  link.stop();
  api_server.stop();
  agent_server.stop();
}

}  // namespace virga::virgad
