// SPDX-License-Identifier: Apache-2.0
#include "compute-agent/libvirt/src/link.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>

#include "common/error.h"
#include "common/log.h"
#include "compute-agent/libvirt/src/bounded.h"
#include "compute-agent/libvirt/src/check.h"
#include "compute-agent/libvirt/src/event_loop.h"

namespace virga::agent {

using namespace std::chrono_literals;

namespace {

constexpr auto kOpenLimit = 15s;     // the first answer after a start includes probing QEMU
constexpr auto kRetryPause = 500ms;  // a restarted libvirtd answers after about that long
constexpr int kKeepaliveS = 5;
constexpr unsigned kKeepaliveCount = 3;

using Weak = std::weak_ptr<Link::State>;

}  // namespace

/// What callbacks and threads share; outlives the Link while one of them runs.
struct Link::State {
  std::string uri;
  std::mutex mutex;  ///< guards all below
  std::condition_variable_any changed;
  std::function<void(const std::string&)> callback;
  std::shared_ptr<virConnect> connection;
  bool lost = false;     ///< `connection` is known to be dead
  bool opening = false;  ///< somebody connects right now
  bool used = false;     ///< somebody asked for a connection once

  bool alive() const { return connection && !lost && virConnectIsAlive(connection.get()) == 1; }
};

namespace {

void free_weak(void* opaque) {
  std::unique_ptr<Weak>(static_cast<Weak*>(opaque)).reset();
}

void tell(Link::State& state, const std::string& id) noexcept {
  try {
    std::function<void(const std::string&)> callback;
    {
      const std::scoped_lock lock(state.mutex);
      callback = state.callback;
    }
    if (callback) callback(id);
  } catch (const std::exception& e) {
    log::error("A change of a domain was not passed on", {{"error", e.what()}});
  }
}

void on_closed(virConnectPtr connection, int reason, void* opaque) noexcept {
  const auto state = static_cast<Weak*>(opaque)->lock();
  if (!state) return;
  const std::scoped_lock lock(state->mutex);
  if (state->connection.get() != connection) return;
  state->lost = true;
  state->changed.notify_all();
  log::warning("The connection to libvirt is lost", {{"reason", std::to_string(reason)}});
}

int on_lifecycle(virConnectPtr, virDomainPtr domain, int, int, void* opaque) noexcept {
  const auto state = static_cast<Weak*>(opaque)->lock();
  char uuid[VIR_UUID_STRING_BUFLEN] = {};
  if (state && virDomainGetUUIDString(domain, uuid) == 0) tell(*state, uuid);
  return 0;
}

void close_connection(virConnectPtr connection) noexcept {
  virConnectUnregisterCloseCallback(connection, on_closed);
  virConnectClose(connection);
}

// A new connection with keep-alive and events. Runs on a thread that may be left alone.
std::shared_ptr<virConnect> open_connection(const std::shared_ptr<Link::State>& state) {
  const std::string what = "connect to libvirt at " + state->uri;
  std::shared_ptr<virConnect> made(check(virConnectOpen(state->uri.c_str()), what, Effect::reads),
                                   close_connection);
  check(virConnectSetKeepAlive(made.get(), kKeepaliveS, kKeepaliveCount), what, Effect::reads);
  auto closed = std::make_unique<Weak>(state);
  check(virConnectRegisterCloseCallback(made.get(), on_closed, closed.get(), free_weak), what,
        Effect::reads);
  (void)closed.release();
  auto changed = std::make_unique<Weak>(state);
  check(virConnectDomainEventRegisterAny(made.get(), nullptr, VIR_DOMAIN_EVENT_ID_LIFECYCLE,
                                         VIR_DOMAIN_EVENT_CALLBACK(on_lifecycle), changed.get(),
                                         free_weak),
        what, Effect::reads);
  (void)changed.release();
  return made;
}

// Ends the waiting of others for this opening, however it went.
struct OpeningEnds {
  Link::State& state;
  explicit OpeningEnds(Link::State& s) : state(s) {}
  OpeningEnds(const OpeningEnds&) = delete;
  OpeningEnds& operator=(const OpeningEnds&) = delete;
  ~OpeningEnds() {
    const std::scoped_lock lock(state.mutex);
    state.opening = false;
    state.changed.notify_all();
  }
};

std::shared_ptr<virConnect> open_bounded(const std::shared_ptr<Link::State>& state) {
  try {
    return bounded(kOpenLimit, "connect to libvirt", [state] { return open_connection(state); });
  } catch (const Error& e) {
    throw Error(ErrorKind::unavailable, e.what());  // nothing of an instance was touched
  }
}

}  // namespace

Link::Link(std::string uri) : state_(std::make_shared<State>()) {
  state_->uri = std::move(uri);
  watcher_ = std::jthread([this](const std::stop_token& stop) { watch(stop); });
}

Link::~Link() {
  watcher_.request_stop();
  watcher_.join();
  std::shared_ptr<virConnect> last;
  const std::scoped_lock lock(state_->mutex);
  state_->callback = nullptr;
  last.swap(state_->connection);
}

void Link::on_change(std::function<void(const std::string& id)> callback) {
  const std::scoped_lock lock(state_->mutex);
  state_->callback = std::move(callback);
}

std::shared_ptr<virConnect> Link::connection() {
  std::shared_ptr<virConnect> old;  // closed after the lock is given back
  {
    std::unique_lock lock(state_->mutex);
    state_->used = true;
    if (!state_->changed.wait_for(lock, kOpenLimit, [&] { return !state_->opening; }))
      throw Error(ErrorKind::unavailable, "libvirt does not answer.");
    if (state_->alive()) return state_->connection;
    old.swap(state_->connection);
    state_->opening = true;
  }
  std::shared_ptr<virConnect> made;
  {
    const OpeningEnds ends(*state_);
    start_event_loop();
    made = open_bounded(state_);
    const std::scoped_lock lock(state_->mutex);
    state_->connection = made;
    state_->lost = false;
  }
  log::info("Connected to libvirt", {{"uri", state_->uri}});
  tell(*state_, "");
  return made;
}

void Link::watch(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    {
      std::unique_lock lock(state_->mutex);
      state_->changed.wait(lock, stop, [&] { return state_->used && state_->lost; });
      if (stop.stop_requested()) return;
    }
    try {
      (void)connection();
    } catch (const std::exception& e) {
      log::debug("libvirt is not back yet", {{"error", e.what()}});
      std::unique_lock lock(state_->mutex);
      state_->changed.wait_for(lock, stop, kRetryPause, [] { return false; });
    }
  }
}

}  // namespace virga::agent
