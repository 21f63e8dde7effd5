// SPDX-License-Identifier: Apache-2.0
#include "compute-agent/link/console_relays.h"

#include <list>
#include <mutex>
#include <thread>

#include "common/error.h"
#include "common/log.h"
#include "compute-agent/link/console_relay.h"

namespace virga::agent {
namespace {

constexpr std::size_t kMostConsoles = 64;  // of a host; two threads each

using Failed = std::function<void(const std::string&)>;

}  // namespace

struct ConsoleRelays::Impl {
  struct Worker {
    std::thread thread;
    bool over = false;
  };

  http::Peer peer;
  Hypervisor& hypervisor;
  std::atomic<bool> stopping{false};
  std::mutex mutex;  // guards what follows
  std::list<Worker> workers;

  Impl(http::Peer p, Hypervisor& h) : peer(std::move(p)), hypervisor(h) {}

  /// The console of the run that was asked for, and of no other.
  UniqueFd open_console(const ConsoleCall& call) {
    const auto facts = hypervisor.observe(call.instance_id);
    if (!facts || facts->run_epoch != call.run_epoch)
      throw Error(ErrorKind::conflict, "This run of the instance is not there (any more).");
    return hypervisor.open_console(call.instance_id, call.kind);
  }

  void serve(const ConsoleCall& call, const Failed& failed) {
    try {
      ConsoleRelay relay(open_console(call));
      log::info("console opened",
                {{"instance", call.instance_id}, {"kind", model::name_of(call.kind)}});
      http::run_websocket(peer, "/agent/v1/consoles/" + call.session_id, relay, stopping);
      log::info("console closed", {{"instance", call.instance_id}});
    } catch (const std::exception& e) {
      log::warning("console not opened", {{"instance", call.instance_id}, {"error", e.what()}});
      failed(e.what());
    }
  }

  /// The lock is held.
  void reap() {
    for (auto it = workers.begin(); it != workers.end();) {
      if (!it->over) {
        ++it;
        continue;
      }
      it->thread.join();
      it = workers.erase(it);
    }
  }

  /// @return false when there are too many
  bool start(const ConsoleCall& call, const Failed& failed) {
    const std::scoped_lock lock(mutex);
    reap();
    if (stopping || workers.size() >= kMostConsoles) return false;
    Worker& worker = workers.emplace_back();
    worker.thread = std::thread([this, call, failed, &worker] {
      serve(call, failed);
      const std::scoped_lock at_the_end(mutex);
      worker.over = true;
    });
    return true;
  }
};

ConsoleRelays::ConsoleRelays(http::Peer peer, Hypervisor& hypervisor)
    : impl_(std::make_unique<Impl>(std::move(peer), hypervisor)) {}

ConsoleRelays::~ConsoleRelays() {
  stop();
}

void ConsoleRelays::open(const ConsoleCall& call, Failed failed) {
  if (!impl_->start(call, failed)) failed("The host has too many open consoles.");
}

void ConsoleRelays::stop() {
  std::list<Impl::Worker> last;
  {
    const std::scoped_lock lock(impl_->mutex);
    impl_->stopping = true;
    // Nodes keep their addresses: threads still say there that they are over.
    last.swap(impl_->workers);
  }
  for (auto& worker : last) worker.thread.join();
}

}  // namespace virga::agent
