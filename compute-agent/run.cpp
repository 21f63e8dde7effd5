// SPDX-License-Identifier: Apache-2.0
#include "compute-agent/run.h"

#include <malloc.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>
#include <utmpx.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <mutex>
#include <optional>

#include "common/error.h"
#include "common/file.h"
#include "common/log.h"
#include "common/memory.h"
#include "compute-agent/fake/fake_host_network.h"
#include "compute-agent/fake/fake_hypervisor.h"
#include "compute-agent/link/console_relays.h"
#include "compute-agent/link/control_plane_link.h"
#include "compute-agent/link/identity.h"
#include "compute-agent/reconciler.h"
#include "compute-agent/virt_type.h"

namespace virga::agent {
namespace {

constexpr const char* kVersion = "0.1.0";
constexpr std::int64_t kGib = std::int64_t{1} << 30;
constexpr auto kFetchStall = std::chrono::seconds(60);
constexpr auto kAnswerLimit = std::chrono::seconds(900);  // to write and sync a large image
constexpr std::size_t kMostShown = 512;                   // bytes of an answer that says no
constexpr auto kSettledAfter = std::chrono::seconds(5);   // connected, first report sent
constexpr auto kTrimEvery = std::chrono::seconds(60);  // what was done meanwhile needed other code

/// The parts of the host that the agent drives: real or fake.
struct Parts {
  std::unique_ptr<Hypervisor> hypervisor;
  std::unique_ptr<storage::DiskStore> store;
  std::unique_ptr<storage::SnapshotStore> snapshots;
  std::unique_ptr<network::HostNetwork> network;
};

std::string beside_this_program(const std::string& name) {
  return std::filesystem::read_symlink("/proc/self/exe").parent_path() / name;
}

Parts real_parts(const Config& config) {
  Parts parts;
  parts.hypervisor = make_libvirt_hypervisor(config.libvirt_uri);
  storage::DiskStoreSettings disks;
  disks.directory = config.state_directory + "/instances";
  disks.cache_directory = config.state_directory + "/cache";
  disks.console_directory = config.state_directory + "/console";
  disks.qemu_user = config.qemu_user;
  parts.store = storage::make_directory_store(disks);
  parts.snapshots = storage::make_directory_snapshots(disks);
  network::HostNetworkSettings net;
  net.physical_networks = config.physical_networks;
  net.state_directory = config.state_directory + "/network";
  net.metadata_program = config.metadata_program.empty() ? beside_this_program("virga-metadata")
                                                         : config.metadata_program;
  net.tap_user = config.qemu_user;
  parts.network = network::make_linux_network(net);
  return parts;
}

Parts make_parts(const Config& config, const Clock& clock) {
  if (config.hypervisor == "libvirt") return real_parts(config);
  Parts parts;
  parts.hypervisor = std::make_unique<FakeHypervisor>(clock);
  parts.store = storage::make_fake_store();
  parts.snapshots = storage::make_fake_snapshots(*parts.store);
  parts.network = std::make_unique<FakeHostNetwork>();
  return parts;
}

Identity require_identity(const Config& config) {
  auto identity = load_identity(config.identity());
  if (!identity)
    throw Error(ErrorKind::invalid,
                "This host is not enrolled: run 'virga-agent enrol --token-file FILE' first.");
  return std::move(*identity);
}

storage::FetchImage fetcher(const http::Peer& peer) {
  return [peer](const storage::BaseImage& image, const storage::ByteSink& sink) {
    const int status = http::download(peer, "/agent/v1/images/" + image.digest, sink, kFetchStall);
    if (status != 200)
      throw Error(ErrorKind::unavailable, "The control plane answered " + std::to_string(status) +
                                              " for image " + image.digest + ".");
  };
}

/// The sender of images that this host makes.
SendImage sender(const http::Peer& peer) {
  return [peer](const std::string& image_id, storage::ByteSource& bytes,
                const std::function<bool()>& is_given_up) {
    const auto read = [&](char* into, std::size_t most) {
      if (is_given_up())
        throw Error(ErrorKind::unavailable, "Nobody waits for the image any longer.");
      return bytes.read(into, most);
    };
    const auto answer = http::upload(peer, "/agent/v1/snapshots/" + image_id, {bytes.size(), read},
                                     kFetchStall, kAnswerLimit);
    if (answer.status == 204) return;
    const auto kind = answer.status == 400   ? ErrorKind::invalid
                      : answer.status == 413 ? ErrorKind::too_large
                                             : ErrorKind::unavailable;
    throw Error(kind, "The control plane answered " + std::to_string(answer.status) + " to image " +
                          image_id + ": " + answer.body.substr(0, kMostShown));
  };
}

network::BridgeMap bridges_of(const Config& config) {
  network::BridgeMap bridges;
  for (const auto& network : config.physical_networks) bridges[network.name] = network.bridge;
  return bridges;
}

/// Users that are logged in, as the machine's record of logins has them.
std::int64_t count_users() {
  std::int64_t users = 0;
  setutxent();
  while (const utmpx* entry = getutxent())
    if (entry->ut_type == USER_PROCESS) ++users;
  endutxent();
  return users;
}

/// What the program "uptime" tells.
void fill_uptime(model::ObservedHost& observed) {
  timespec up{};
  double load[3] = {0, 0, 0};
  if (clock_gettime(CLOCK_BOOTTIME, &up) == 0)
    observed.booted_us = SystemClock().now_us() - up.tv_sec * kSecondUs;
  if (getloadavg(load, 3) == 3) {
    char text[64];
    std::snprintf(text, sizeof text, "%.2f, %.2f, %.2f", load[0], load[1], load[2]);
    observed.load_average = text;
  }
  observed.users = count_users();
}

/// The facts of the host, asked again until the hypervisor has answered once.
class HostFacts {
 public:
  HostFacts(Hypervisor& hypervisor, const storage::DiskStore& store, const Config& config,
            std::string virt_type)
      : hypervisor_(hypervisor), store_(store), config_(config), virt_type_(std::move(virt_type)) {}

  void fill(model::ObservedHost& observed) {
    const std::scoped_lock lock(mutex_);
    try {
      if (!known_) known_ = hypervisor_.facts();
      observed.disk_gib = store_.space().total / kGib;
    } catch (const Error& e) {
      log::warning("the hypervisor does not answer", {{"error", e.what()}});
    }
    observed.agent_version = kVersion;
    observed.address = config_.address;
    observed.virt_type = virt_type_;
    fill_uptime(observed);
    if (!known_) return;
    observed.vcpus = known_->vcpus;
    observed.memory_mib = known_->memory_mib;
    observed.hypervisor_version = known_->version;
    observed.cpu_info = known_->cpu_info;
  }

 private:
  Hypervisor& hypervisor_;
  const storage::DiskStore& store_;
  const Config& config_;
  std::string virt_type_;
  std::mutex mutex_;  // guards known_
  std::optional<HypervisorFacts> known_;
};

sigset_t stop_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  return set;
}

}  // namespace

void run_agent(const Config& config) {
  const sigset_t signals = stop_signals();
  sigprocmask(SIG_BLOCK, &signals, nullptr);
  signal(SIGPIPE, SIG_IGN);
  signal(SIGHUP, SIG_IGN);
  mallopt(M_ARENA_MAX, 2);  // many threads, few allocations: more arenas only cost memory
  const Identity identity = require_identity(config);
  const http::Peer peer = peer_of(identity, config.control_plane_host, config.control_plane_port);
  const std::string virt_type = config.hypervisor == "fake" ? "qemu" : decide_virt_type(config);

  const SystemClock clock;
  const Parts parts = make_parts(config, clock);
  ReconcilerSettings settings;
  settings.virt_type = virt_type;
  settings.plan.shutdown_grace_us = config.shutdown_grace_s * kSecondUs;
  Reconciler reconciler({*parts.hypervisor,
                         *parts.store,
                         *parts.network,
                         clock,
                         fetcher(peer),
                         bridges_of(config),
                         {parts.snapshots.get(), sender(peer)}},
                        settings);
  HostFacts facts(*parts.hypervisor, *parts.store, config, virt_type);
  ConsoleRelays consoles(peer, *parts.hypervisor);
  ControlPlaneLink link(
      peer, {[&](model::DesiredHost desired) { reconciler.set_desired(std::move(desired)); },
             [&] {
               auto observed = reconciler.snapshot();
               facts.fill(observed);
               return observed;
             },
             [&](const std::string& id, std::size_t bytes) {
               return parts.store->read_console(id, bytes);
             },
             [&](const ConsoleCall& call, std::function<void(const std::string&)> failed) {
               consoles.open(call, std::move(failed));
             }});
  reconciler.on_report([&] { link.report_soon(); });
  reconciler.run();
  link.start();
  log::info("running", {{"host", identity.host_name}, {"virt_type", virt_type}});
  int got = -1;
  for (timespec quiet{kSettledAfter.count(), 0}; got < 0; quiet.tv_sec = kTrimEvery.count()) {
    got = sigtimedwait(&signals, nullptr, &quiet);
    if (got < 0) drop_unused_code();
  }
  log::info("stopping; guests go on", {{"signal", std::to_string(got)}});
  consoles.stop();  // they tell the link of failures
  link.stop();
  reconciler.stop();
}

void enrol_host(const Config& config, const std::string& token_file) {
  const auto text = read_file(token_file, 4096);
  if (!text) throw Error(ErrorKind::invalid, token_file + " does not exist.");
  const std::string token = text->substr(0, text->find_first_of("\r\n"));
  const Identity identity =
      enrol(config.identity(), config.control_plane_host, config.control_plane_port, token);
  std::cout << "enrolled as host " << identity.host_name << " (" << identity.host_id << ")\n";
}

void uninstall(const Config& config) {
  const SystemClock clock;
  const Parts parts = make_parts(config, clock);
  for (const auto& domain : parts.hypervisor->list()) parts.hypervisor->ensure_absent(domain.id);
  for (const auto& id : parts.store->list()) parts.store->ensure_absent(id);
  parts.store->evict_bases({}, 0);
  parts.network->remove_all();
}

}  // namespace virga::agent
