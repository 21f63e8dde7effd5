// SPDX-License-Identifier: Apache-2.0
// Time limits of connections. A timer for each operation would cost more than many operations do:
// each connection notes when its wait ends, and one sweep a thread looks at all of them.
// Private to api/http.
#pragma once

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/intrusive/list.hpp>
#include <chrono>
#include <cstdint>

namespace virga::http {

class Deadlines;

/// Until when a connection may wait. Used on its own thread only.
class Deadline : public boost::intrusive::list_base_hook<
                     boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
 public:
  using Time = std::chrono::steady_clock::time_point;

  Deadline(Deadlines& all, boost::asio::ip::tcp::socket& socket);
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;

  void set(Time at) noexcept { at_ = at; }
  void clear() noexcept { at_ = Time::max(); }
  /// True once it has passed: what was waited for was cancelled, and nothing may follow.
  bool passed() const noexcept { return passed_; }
  /// Whether the passing counts as a fault of the client.
  void mind(bool mind) noexcept { minded_ = mind; }

 private:
  friend class Deadlines;
  Time at_ = Time::max();
  boost::asio::ip::tcp::socket& socket_;
  bool passed_ = false;
  bool minded_ = false;
};

/// The deadlines of the connections of one thread. Outlives its context.
class Deadlines {
 public:
  /// Looks for passed deadlines until its context ends.
  boost::asio::awaitable<void> sweep();
  /// Connections that were cut in the midst of a request. Thread-safe.
  std::uint64_t cut() const noexcept { return cut_; }

 private:
  friend class Deadline;
  using List = boost::intrusive::list<Deadline, boost::intrusive::constant_time_size<false>>;

  void add(Deadline& deadline);
  void cut_passed();

  List all_;
  boost::asio::steady_timer* sleeper_ = nullptr;  // while there is nothing to look at
  std::atomic<std::uint64_t> cut_{0};
};

}  // namespace virga::http
