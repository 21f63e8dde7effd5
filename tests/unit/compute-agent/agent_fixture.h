// SPDX-License-Identifier: Apache-2.0
// A host in memory: the real loop over fakes, driven by the test's own thread and clock.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "common/clock.h"
#include "common/hash.h"
#include "common/log.h"
#include "compute-agent/fake/fake_host_network.h"
#include "compute-agent/fake/fake_hypervisor.h"
#include "compute-agent/reconciler.h"

namespace virga::agent {

inline const std::string kImageBytes = "the bytes of an image";

inline model::DesiredNetwork make_network(const std::string& physical = "physnet1") {
  model::DesiredNetwork network;
  network.id = "5d3f0000-0000-4000-8000-000000000001";
  network.name = "net";
  network.physical_network = physical;
  network.dhcp_port.id = "5d3f0000-0000-4000-8000-0000000000dd";
  network.dhcp_port.network_id = network.id;
  network.dhcp_port.mac = "fa:16:3e:00:00:dd";
  return network;
}

/// Instance number `n`, wanted running.
inline model::DesiredInstance make_instance(int n) {
  const std::string digits = std::to_string(100000 + n);
  model::DesiredInstance desired;
  desired.instance.id = "00000000-0000-4000-8000-000000" + digits;
  desired.instance.number = n;
  desired.instance.name = "vm-" + digits;
  desired.instance.hostname = desired.instance.name;
  desired.instance.project_id = "p";
  desired.instance.vcpus = 1;
  desired.instance.memory_mib = 64;
  desired.instance.disk_gib = 1;
  desired.instance.image_digest = sha256_hex(kImageBytes);
  desired.instance.image_format = "raw";
  desired.instance.image_size = static_cast<std::int64_t>(kImageBytes.size());
  desired.instance.image_virtual_size = desired.instance.image_size;
  model::Port port;
  port.id = digits + "00-0000-4000-8000-000000000000";
  port.network_id = make_network().id;
  port.mac = "fa:16:3e:" + digits.substr(0, 2) + ":" + digits.substr(2, 2) + ":" + digits.substr(4);
  port.fixed_ips.push_back({"5d3f0000-0000-4000-8000-0000000000aa", "10.0.0.9"});
  desired.ports.push_back(port);
  return desired;
}

/// One simulated host.
struct Host {
  FakeClock clock;
  FakeHypervisor hypervisor{clock};
  FakeHostNetwork network;
  std::unique_ptr<storage::DiskStore> store = storage::make_fake_store();
  std::unique_ptr<storage::SnapshotStore> snapshots = storage::make_fake_snapshots(*store);
  model::DesiredHost desired;
  std::atomic<int> fetches{0};
  std::vector<std::string> delivered;  ///< ids of images
  std::function<void()> send_image = [] {};
  std::function<void(const storage::ByteSink&)> fetch = [](const storage::ByteSink& sink) {
    sink(kImageBytes);
  };
  std::unique_ptr<Reconciler> reconciler;

  explicit Host(std::uint64_t seed = 1) {
    log::open("", log::Level::error);  // the faults of a test fill pages
    desired.networks.push_back(make_network());
    restart(seed);
  }

  /// A new agent process on the same host.
  void restart(std::uint64_t seed = 1) {
    ReconcilerSettings settings;
    settings.seed = seed;
    restart(settings);
  }

  void restart(const ReconcilerSettings& settings) {
    reconciler.reset();
    reconciler = std::make_unique<Reconciler>(
        ReconcilerDeps{hypervisor,
                       *store,
                       network,
                       clock,
                       [this](const storage::BaseImage&, const storage::ByteSink& sink) {
                         ++fetches;
                         fetch(sink);
                       },
                       {{"physnet1", "br1"}},
                       {snapshots.get(),
                        [this](const std::string& image, storage::ByteSource& bytes,
                               const std::function<bool()>& is_given_up) {
                          send_image();
                          if (is_given_up()) throw Error(ErrorKind::unavailable, "Given up.");
                          EXPECT_GT(bytes.size(), 0);
                          delivered.push_back(image);
                        }}},
        settings);
  }

  model::DesiredInstance& at(int n) {
    const std::string id = make_instance(n).instance.id;
    return *std::find_if(desired.instances.begin(), desired.instances.end(),
                         [&](const auto& i) { return i.instance.id == id; });
  }

  void add(int n) { desired.instances.push_back(make_instance(n)); }

  void wish(int n, model::PowerWish power, model::PowerVerb verb) {
    auto& instance = at(n).instance;
    ++instance.generation;
    instance.wish = power;
    instance.verb = verb;
    if (power == model::PowerWish::running) ++instance.run_epoch;
  }

  /// Sends the desired state and does all that is due now.
  void send() {
    ++desired.revision;
    reconciler->set_desired(desired);
    (void)reconciler->run_due();
  }

  /// Lets time pass, doing what becomes due.
  void pass_time(TimeUs by_us) {
    const TimeUs end = clock.now_us() + by_us;
    while (true) {
      hypervisor.tick();
      const auto due = reconciler->run_due();
      const TimeUs next = std::min(end, due.value_or(end));
      if (next <= clock.now_us() && clock.now_us() >= end) return;
      clock.advance_us(std::max<TimeUs>(1, next - clock.now_us()));
    }
  }

  model::ObservedInstance seen(int n) {
    const std::string id = make_instance(n).instance.id;
    for (const auto& instance : reconciler->snapshot().instances)
      if (instance.id == id) return instance;
    return {};
  }

  std::string id(int n) const { return make_instance(n).instance.id; }
  bool has_files(int n) const {
    const auto ids = store->list();
    return std::find(ids.begin(), ids.end(), id(n)) != ids.end();
  }
  bool has_anything(int n) {
    return hypervisor.spec_of(id(n)) || has_files(n) || network.has_ports_of(id(n)) ||
           network.has_metadata_of(id(n));
  }
};

}  // namespace virga::agent
