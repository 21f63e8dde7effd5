// SPDX-License-Identifier: Apache-2.0
#include "api/virgad/control_plane.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <optional>

#include "api/agent-link/agent_link.h"
#include "api/compute/compute_api.h"
#include "api/console-proxy/console_proxy.h"
#include "api/controllers/gc.h"
#include "api/controllers/image_import.h"
#include "api/http/web_fetch.h"
#include "api/identity/identity_api.h"
#include "api/image/image_api.h"
#include "api/network/network_api.h"
#include "api/placement/placement_api.h"
#include "api/virga/virga_api.h"
#include "api/virgad/bootstrap.h"
#include "common/error.h"
#include "common/log.h"
#include "db/store/images.h"
#include "db/store/inventories.h"

namespace virga::virgad {
namespace {

constexpr int kPasswordThreads = 2;

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

agent_link::SnapshotSettings snapshot_settings(const Config& config) {
  agent_link::SnapshotSettings settings;
  settings.max_image_bytes = config.max_image_bytes;
  settings.hash_algorithm = config.image_hash;
  settings.md5_checksum = config.image_md5;
  settings.store_id = image_store_configs(config).front().id;
  settings.region = config.region;
  settings.offload_after_s = config.shelved_offload_s;
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
                               const std::function<void(std::string_view)>& sink,
                               const std::function<bool()>& is_given_up) {
            http::fetch_web(uri, rules, sink, is_given_up);
          }};
}

/// The name of this machine.
std::string host_name() {
  char name[256] = "";
  if (::gethostname(name, sizeof name - 1) != 0) throw_errno("gethostname", errno);
  return name;
}

/// Who waits for events keeps a thread of the pool, too.
std::size_t waiting_watchers(const Config& config) {
  return static_cast<std::size_t>(std::max(1, config.api.pool_threads / 4));
}

/// A login keeps a thread of the pool while it waits: other work must find one.
std::size_t waiting_logins(const Config& config) {
  return static_cast<std::size_t>(std::max(1, config.api.pool_threads / 2));
}

}  // namespace

// In the order in which they use each other.
struct ControlPlane::Impl {
  const Config config;
  const Clock& clock;
  store::Database db;
  images::StoreSet image_stores;
  const identity::PolicyTable policies;
  const identity::TokenAuthorizer authorizer;
  agent_link::LinkDeps link_deps;
  agent_link::AgentLink link;
  own::EventFeed events;
  console_proxy::ConsoleProxy consoles;
  identity::Passwords passwords;
  identity::IdentityDeps identity_deps;
  compute::ComputeDeps compute_deps;
  const image::ImageQuota quota;
  image::ImageDeps image_deps;
  network::NetworkDeps network_deps;
  own::VirgaDeps virga_deps;
  placement::PlacementDeps placement_deps;
  StatusDeps status;
  const agent_link::HostAuthorizer host_authorizer;
  http::Router api;
  http::Router agents;
  std::optional<controllers::ImageImporter> importer;
  std::optional<controllers::GarbageCollector> collector;

  Impl(const Config& c, const Clock& the_clock)
      : config(c),
        clock(the_clock),
        db(config.database()),
        image_stores(image_store_configs(config), config.staging()),
        policies(config.policies),
        authorizer(db, clock, policies),
        link_deps{db,
                  clock,
                  image_stores,
                  ensure_authority(config.authority()),
                  config.availability_zone,
                  snapshot_settings(config)},
        link(link_deps),
        events(db, clock, waiting_watchers(config)),
        consoles(db, clock, link, config.consoles),
        passwords(kPasswordThreads, waiting_logins(config)),
        identity_deps{db, clock, authorizer, passwords, config.region},
        compute_deps{db,
                     clock,
                     [this](const std::string& host, const std::string& instance,
                            std::size_t bytes) { return link.read_console(host, instance, bytes); },
                     config.availability_zone,
                     host_name(),
                     config.region,
                     config.console_token_life_s * kSecondUs},
        quota(config.region),
        image_deps{
            db, clock, image_stores, quota, image_settings(config), [this] { wake_importer(); }},
        network_deps{db, clock},
        virga_deps{db, clock, image_stores, events},
        placement_deps{db, clock},
        status{db, config.local_figures, {}, nullptr, {}},
        host_authorizer(db),
        api(authorizer),
        agents(host_authorizer) {
    identity_deps.sealer = ensure_sealer(config, db);
    identity::add_routes(api, identity_deps);
    compute::add_routes(api, compute_deps);
    image::add_routes(api, image_deps);
    network::add_routes(api, network_deps);
    own::add_routes(api, virga_deps);
    placement::add_routes(api, placement_deps);
    status.websocket = consoles.websocket();
    add_status_routes(api, status);
    consoles.add_client_routes(api);
    link.add_routes(agents);
    consoles.add_host_routes(agents);
  }

  void wake_importer() {
    if (importer) importer->wake();
  }
};

ControlPlane::ControlPlane(const Config& config, const Clock& clock)
    : impl_(std::make_unique<Impl>(config, clock)) {}
ControlPlane::~ControlPlane() = default;

const http::Router& ControlPlane::api() const {
  return impl_->api;
}
const http::Router& ControlPlane::agents() const {
  return impl_->agents;
}
store::Database& ControlPlane::database() {
  return impl_->db;
}
StatusDeps& ControlPlane::status() {
  return impl_->status;
}

void ControlPlane::start() {
  Impl& my = *impl_;
  my.db.write([&](store::WriteTx& tx) {
    const auto n = store::images::requeue_interrupted(tx, my.clock.now_us());
    if (n > 0) log::warning("interrupted uploads are queued again", {{"count", std::to_string(n)}});
    identity::ensure_own_catalog(tx, my.config.region);
    compute::note_control_services(tx, my.compute_deps);
    store::inventories::set_defaults(tx,
                                     {my.config.cpu_ratio_percent, my.config.memory_reserve_mib});
  });
  my.importer.emplace(import_deps(my.db, my.clock, my.image_stores, my.config));
  my.events.start();
  my.collector.emplace(my.db, my.image_stores, my.clock);
}

void ControlPlane::stop() {
  impl_->events.stop();
  impl_->consoles.stop();
  impl_->link.stop();
}

}  // namespace virga::virgad
