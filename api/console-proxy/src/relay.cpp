// SPDX-License-Identifier: Apache-2.0
#include "api/console-proxy/src/relay.h"

#include <string>
#include <utility>

namespace virga::console_proxy {
namespace {

constexpr std::size_t kHigh = 128UL * 1024;  // bytes that wait for a side: the other is not read
constexpr std::size_t kLow = 32UL * 1024;    // it is read again

std::size_t index(Side side) {
  return static_cast<std::size_t>(side);
}

Side other(Side side) {
  return side == Side::client ? Side::host : Side::client;
}

}  // namespace

Relay::Sender Relay::sender(Side side) {
  const std::scoped_lock lock(mutex_);
  return senders_[index(side)];
}

void Relay::opened(Side side, Sender opened) {
  Sender peer;
  {
    const std::scoped_lock lock(mutex_);
    if (!over_) senders_[index(side)] = opened;
    peer = senders_[index(other(side))];
  }
  if (!sender(side)) {
    opened->close();
  } else if (peer) {
    peer->resume();
  } else {
    opened->pause();
    if (sender(other(side))) opened->resume();  // it came before the pause
  }
}

void Relay::carry(Side from, std::string_view bytes) {
  const Sender source = sender(from);
  const Sender sink = sender(other(from));
  if (!source || !sink || !sink->send_binary(std::string(bytes))) {
    end();
    return;
  }
  if (sink->waiting() <= kHigh) return;
  source->pause();
  if (sink->waiting() <= kLow) source->resume();  // all was sent before the pause
}

void Relay::sent(Side side) noexcept {
  const Sender sink = sender(side);
  const Sender source = sender(other(side));
  if (sink && source && sink->waiting() <= kLow) source->resume();
}

void Relay::closed(Side side) noexcept {
  Sender left;
  {
    const std::scoped_lock lock(mutex_);
    over_ = true;
    senders_[index(side)].reset();
    left = std::exchange(senders_[index(other(side))], nullptr);
  }
  if (left) left->finish();
}

void Relay::end() noexcept {
  std::array<Sender, 2> both;
  {
    const std::scoped_lock lock(mutex_);
    over_ = true;
    both.swap(senders_);
  }
  for (const auto& one : both)
    if (one) one->close();
}

}  // namespace virga::console_proxy
