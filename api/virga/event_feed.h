// SPDX-License-Identifier: Apache-2.0
// The latest changes of instances and hosts, for those who watch.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "common/clock.h"
#include "db/store/database.h"

namespace virga::own {

/// Something that changed, as it was when it was looked at: changes that follow each other quickly
/// may be one event.
struct Event {
  std::int64_t seq = 0;  ///< grows; larger than those of any earlier process
  TimeUs time_us = 0;
  std::string kind;  ///< "instance" or "host"
  std::string id;
  std::string name;
  std::string project_id;  ///< of an instance; empty for hosts
  std::string state;       ///< "ACTIVE", "DELETED"; "up", "down", "disabled"
  std::string task_state;  ///< empty: none
  std::string step;        ///< what the host does; empty: nothing
};

/// Whose events are wanted, and how many.
struct EventQuery {
  std::int64_t after = 0;       ///< seq of the last one that is known; 0: all that are kept
  std::string project_id = {};  ///< only of this project; ignored with `everything`
  bool everything = false;
  std::chrono::seconds wait{0};  ///< for the first one, when there is none yet
  std::size_t most = 500;
};

struct EventPage {
  std::vector<Event> events;
  std::int64_t next = 0;  ///< `after` of the next question
  bool missed = false;    ///< there were others, which are no longer kept
  bool busy = false;      ///< too many wait already: ask again later
};

/// A bounded ring of events in memory, filled from the database's change feed. A cloud that starts
/// again begins an empty one. Thread-safe.
class EventFeed {
 public:
  /// Subscribes to the database: make it before the first write.
  /// @param most_waiters who may wait at the same time: each keeps a thread
  EventFeed(store::Database& db, const Clock& clock, std::size_t most_waiters);
  ~EventFeed();

  /// Starts to follow by itself.
  void start();
  /// Ends following and lets all who wait go on.
  void stop();

  /// Takes what changed into the ring, on the caller's thread: what start() does again and again.
  void look();

  /// Waits at most 60 s.
  EventPage read(const EventQuery& query);

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace virga::own
