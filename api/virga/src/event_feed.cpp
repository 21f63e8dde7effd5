// SPDX-License-Identifier: Apache-2.0
#include "api/virga/event_feed.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <set>
#include <thread>
#include <unordered_map>

#include "common/log.h"
#include "db/model/instance_status.h"
#include "db/store/hosts.h"
#include "db/store/instances.h"

namespace virga::own {
namespace {

constexpr std::size_t kKept = 4096;                    // events: a megabyte
constexpr auto kHostsEvery = std::chrono::seconds(5);  // silence shows after six times that
constexpr std::chrono::seconds kLongest{60};

Event event_of(const model::Instance& i) {
  const model::InstanceStatus s = model::derive_status(i);
  Event e;
  e.kind = "instance";
  e.id = i.id;
  e.name = i.name;
  e.project_id = i.project_id;
  e.state = s.status;
  e.task_state = s.task_state;
  e.step = i.deleted_us != 0 ? "" : i.step;
  return e;
}

Event event_of(const model::Host& host, TimeUs now) {
  Event e;
  e.kind = "host";
  e.id = host.id;
  e.name = host.name;
  e.state = host.last_seen_us + model::kHostSilence <= now ? "down"
            : host.enabled                                 ? "up"
                                                           : "disabled";
  return e;
}

bool says_the_same(const Event& a, const Event& b) {
  return a.state == b.state && a.task_state == b.task_state && a.step == b.step && a.name == b.name;
}

bool may_see(const EventQuery& query, const Event& event) {
  return query.everything || (event.kind == "instance" && event.project_id == query.project_id);
}

}  // namespace

struct EventFeed::Impl {
  store::Database& db;
  const Clock& clock;
  const std::size_t most_waiters;

  std::mutex mutex;               // guards what follows
  std::set<std::string> changed;  // instances
  bool hosts_changed = true;
  std::deque<Event> ring;
  std::unordered_map<std::string, std::int64_t> latest;  // id -> seq of its last event in the ring
  std::int64_t last = 0;                                 // seq
  std::size_t waiters = 0;
  bool stopping = false;
  std::condition_variable wake;     // of the following thread
  std::condition_variable arrived;  // of those who wait

  std::mutex looking;  // one look at a time; guards `hosts`
  std::map<std::string, Event> hosts;
  bool knows_hosts = false;
  std::thread thread;

  Impl(store::Database& d, const Clock& c, std::size_t most)
      : db(d), clock(c), most_waiters(most), last(c.now_us()) {}

  void note(const store::Change& change);
  void add(Event event);
  void look_at_instances();
  void look_at_hosts();
  void follow();
  void collect(const EventQuery& query, EventPage& page) const;
};

void EventFeed::Impl::note(const store::Change& change) {
  const bool is_host = change.topic == "host-access";
  if (change.topic != "instance" && !is_host) return;
  const std::scoped_lock lock(mutex);
  if (is_host)
    hosts_changed = true;
  else
    changed.insert(change.key);
  wake.notify_one();
}

/// Adds an event unless the last one about the same thing said the same. The lock is held.
void EventFeed::Impl::add(Event event) {
  if (const auto it = latest.find(event.id); it != latest.end()) {
    const auto at = static_cast<std::size_t>(it->second - ring.front().seq);
    if (says_the_same(ring[at], event)) return;
  }
  event.seq = ++last;
  event.time_us = clock.now_us();
  latest[event.id] = event.seq;
  ring.push_back(std::move(event));
  if (ring.size() <= kKept) return;
  const auto it = latest.find(ring.front().id);
  if (it != latest.end() && it->second == ring.front().seq) latest.erase(it);
  ring.pop_front();
}

void EventFeed::Impl::look_at_instances() {
  std::set<std::string> ids;
  {
    const std::scoped_lock lock(mutex);
    ids.swap(changed);
  }
  if (ids.empty()) return;
  std::vector<Event> events;
  db.read([&](store::ReadTx& tx) {
    for (const auto& id : ids)
      if (const auto i = store::instances::find_deleted_too(tx, id)) events.push_back(event_of(*i));
  });
  const std::scoped_lock lock(mutex);
  for (auto& event : events) add(std::move(event));
  arrived.notify_all();
}

void EventFeed::Impl::look_at_hosts() {
  const TimeUs now = clock.now_us();
  std::map<std::string, Event> seen;
  for (const auto& host : db.read([](store::ReadTx& tx) { return store::hosts::list(tx); }))
    seen[host.id] = event_of(host, now);
  {
    const std::scoped_lock lock(mutex);
    for (const auto& [id, event] : seen) {
      const auto before = hosts.find(id);
      // How hosts are at the start is no change.
      if (before == hosts.end() ? knows_hosts : !says_the_same(before->second, event)) add(event);
    }
    arrived.notify_all();
  }
  hosts = std::move(seen);
  knows_hosts = true;
}

void EventFeed::Impl::follow() {
  auto next_hosts = std::chrono::steady_clock::now();
  for (;;) {
    bool with_hosts = false;
    {
      std::unique_lock lock(mutex);
      wake.wait_until(lock, next_hosts,
                      [this] { return stopping || hosts_changed || !changed.empty(); });
      if (stopping) return;
      with_hosts =
          std::exchange(hosts_changed, false) || std::chrono::steady_clock::now() >= next_hosts;
    }
    try {
      const std::scoped_lock one(looking);
      look_at_instances();
      if (with_hosts) look_at_hosts();
    } catch (const std::exception& e) {
      log::error("events were not followed", {{"error", e.what()}});
    }
    if (with_hosts) next_hosts = std::chrono::steady_clock::now() + kHostsEvery;
  }
}

/// What is there for a question. The lock is held.
void EventFeed::Impl::collect(const EventQuery& query, EventPage& page) const {
  const std::int64_t first = ring.empty() ? last + 1 : ring.front().seq;
  const bool is_known = query.after <= last && query.after + 1 >= first;
  page.missed = query.after != 0 && !is_known;
  std::int64_t after = is_known ? query.after : first - 1;
  for (auto at = static_cast<std::size_t>(after + 1 - first); at < ring.size(); ++at) {
    if (page.events.size() == query.most) break;
    after = ring[at].seq;
    if (may_see(query, ring[at])) page.events.push_back(ring[at]);
  }
  page.next = after;
}

EventFeed::EventFeed(store::Database& db, const Clock& clock, std::size_t most_waiters)
    : impl_(std::make_shared<Impl>(db, clock, most_waiters)) {
  db.subscribe([impl = impl_](const store::Change& change) { impl->note(change); });
}

EventFeed::~EventFeed() {
  stop();
}

void EventFeed::start() {
  impl_->thread = std::thread([impl = impl_.get()] { impl->follow(); });
}

void EventFeed::stop() {
  {
    const std::scoped_lock lock(impl_->mutex);
    impl_->stopping = true;
    impl_->wake.notify_all();
    impl_->arrived.notify_all();
  }
  if (impl_->thread.joinable()) impl_->thread.join();
}

void EventFeed::look() {
  const std::scoped_lock one(impl_->looking);
  impl_->look_at_instances();
  impl_->look_at_hosts();
}

EventPage EventFeed::read(const EventQuery& query) {
  Impl& my = *impl_;
  EventPage page;
  std::unique_lock lock(my.mutex);
  my.collect(query, page);
  if (!page.events.empty() || query.wait.count() <= 0 || page.missed || my.stopping) return page;
  if (my.waiters >= my.most_waiters) {
    page.busy = true;
    return page;
  }
  ++my.waiters;
  EventQuery rest = query;
  my.arrived.wait_for(lock, std::min(query.wait, kLongest), [&] {
    rest.after = page.next;  // what others' projects do is not looked at twice
    page = {};
    my.collect(rest, page);
    return my.stopping || !page.events.empty() || page.missed;
  });
  --my.waiters;
  return page;
}

}  // namespace virga::own
