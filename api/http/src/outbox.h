// SPDX-License-Identifier: Apache-2.0
// What waits to be sent over a WebSocket, and whether it is read from. Private to api/http.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "api/http/router.h"

namespace virga::http {

/// The queue between senders and the loops of a connection. Senders may keep it longer than the
/// connection and its context live: detach() takes what belongs to those away.
class Outbox final : public WebSocketSender {
 public:
  struct Message {
    std::string bytes;
    bool binary = false;
  };

  explicit Outbox(const boost::asio::any_io_executor& executor);

  bool send(std::string text) override { return queue({std::move(text), false}); }
  bool send_binary(std::string bytes) override { return queue({std::move(bytes), true}); }
  std::size_t waiting() override;
  void pause() override;
  void resume() override;
  void finish() override;
  void close() override;

  /// The next message; nullopt when there is none now. It counts as waiting until sent().
  std::optional<Message> take();
  void sent(std::size_t bytes);
  bool closed();
  bool finishing();
  bool paused();

  /// What the loops wait on for news. Only for the connection's own thread, before detach().
  boost::asio::steady_timer& writer() { return timers_->writer; }
  boost::asio::steady_timer& reader() { return timers_->reader; }

  /// The end of the connection: nothing is sent any more.
  void detach();

 private:
  struct Timers {
    explicit Timers(const boost::asio::any_io_executor& executor);
    boost::asio::steady_timer writer;  // both never expire: cancelling them wakes the loops
    boost::asio::steady_timer reader;
  };

  bool queue(Message message);
  void wake();

  std::mutex mutex_;  // guards what follows
  std::shared_ptr<Timers> timers_;
  std::deque<Message> queue_;
  std::size_t bytes_ = 0;
  bool paused_ = false;
  bool finishing_ = false;
  bool closed_ = false;
};

}  // namespace virga::http
