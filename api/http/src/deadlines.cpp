// SPDX-License-Identifier: Apache-2.0
#include "api/http/src/deadlines.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace virga::http {
namespace {

namespace asio = boost::asio;
constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);
constexpr auto kSweep = std::chrono::milliseconds(250);  // limits are seconds

}  // namespace

Deadline::Deadline(Deadlines& all, asio::ip::tcp::socket& socket) : socket_(socket) {
  all.add(*this);
}

void Deadlines::add(Deadline& deadline) {
  all_.push_back(deadline);
  if (sleeper_ != nullptr) sleeper_->cancel();
}

void Deadlines::cut_passed() {
  const auto now = std::chrono::steady_clock::now();
  for (Deadline& deadline : all_) {
    if (deadline.at_ > now || deadline.passed_) continue;
    deadline.passed_ = true;
    if (deadline.minded_) ++cut_;
    boost::system::error_code ignored;
    deadline.socket_.cancel(ignored);  // its handlers run later: the list stays as it is
  }
}

asio::awaitable<void> Deadlines::sweep() {
  asio::steady_timer timer(co_await asio::this_coro::executor);
  for (;;) {
    if (all_.empty()) {
      timer.expires_at(asio::steady_timer::time_point::max());
      sleeper_ = &timer;
      co_await timer.async_wait(kTuple);
      sleeper_ = nullptr;
    }
    timer.expires_after(kSweep);
    co_await timer.async_wait(kTuple);
    cut_passed();
  }
}

}  // namespace virga::http
