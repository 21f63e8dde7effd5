// SPDX-License-Identifier: Apache-2.0
#include "api/http/src/outbox.h"

#include <boost/asio/post.hpp>

namespace virga::http {
namespace {

namespace asio = boost::asio;
constexpr std::size_t kMaxQueued = 64UL * 1024 * 1024;  // bytes that a slow peer may leave waiting

}  // namespace

Outbox::Timers::Timers(const asio::any_io_executor& executor) : writer(executor), reader(executor) {
  writer.expires_at(asio::steady_timer::time_point::max());
  reader.expires_at(asio::steady_timer::time_point::max());
}

Outbox::Outbox(const asio::any_io_executor& executor)
    : timers_(std::make_shared<Timers>(executor)) {}

bool Outbox::queue(Message message) {
  const std::scoped_lock lock(mutex_);
  if (closed_ || finishing_) return false;
  bytes_ += message.bytes.size();
  if (bytes_ > kMaxQueued) closed_ = true;
  queue_.push_back(std::move(message));
  wake();
  return !closed_;
}

std::size_t Outbox::waiting() {
  const std::scoped_lock lock(mutex_);
  return closed_ ? 0 : bytes_;
}

void Outbox::pause() {
  const std::scoped_lock lock(mutex_);
  paused_ = true;
}

void Outbox::resume() {
  const std::scoped_lock lock(mutex_);
  if (!paused_) return;
  paused_ = false;
  wake();
}

void Outbox::finish() {
  const std::scoped_lock lock(mutex_);
  finishing_ = true;
  paused_ = false;  // the peer's answer to the close has to be read
  wake();
}

void Outbox::close() {
  const std::scoped_lock lock(mutex_);
  closed_ = true;
  wake();
}

std::optional<Outbox::Message> Outbox::take() {
  const std::scoped_lock lock(mutex_);
  if (queue_.empty()) return std::nullopt;
  Message message = std::move(queue_.front());
  queue_.pop_front();
  return message;
}

void Outbox::sent(std::size_t bytes) {
  const std::scoped_lock lock(mutex_);
  bytes_ -= bytes;
}

bool Outbox::closed() {
  const std::scoped_lock lock(mutex_);
  return closed_;
}

bool Outbox::finishing() {
  const std::scoped_lock lock(mutex_);
  return finishing_;
}

bool Outbox::paused() {
  const std::scoped_lock lock(mutex_);
  return paused_ && !closed_;
}

void Outbox::detach() {
  const std::scoped_lock lock(mutex_);
  closed_ = true;
  timers_.reset();
}

/// The lock is held: posting needs the context to be there.
void Outbox::wake() {
  if (!timers_) return;
  asio::post(timers_->writer.get_executor(), [weak = std::weak_ptr(timers_)] {
    const auto timers = weak.lock();
    if (!timers) return;
    timers->writer.cancel();
    timers->reader.cancel();
  });
}

}  // namespace virga::http
