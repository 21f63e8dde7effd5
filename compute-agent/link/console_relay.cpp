// SPDX-License-Identifier: Apache-2.0
#include "compute-agent/link/console_relay.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

#include "common/error.h"
#include "common/log.h"

namespace virga::agent {
namespace {

constexpr std::size_t kPiece = 32UL * 1024;       // of a screen, in one message
constexpr std::size_t kMostAhead = 128UL * 1024;  // bytes that wait for the control plane
constexpr std::size_t kMostBehind = 64UL * 1024;  // bytes that wait for the guest
constexpr std::size_t kMaxMessage = 256UL * 1024;

}  // namespace

ConsoleRelay::ConsoleRelay(UniqueFd console)
    : console_(std::move(console)), wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (!wake_) throw_errno("make an eventfd", errno);
  const int flags = ::fcntl(console_.get(), F_GETFL);
  if (flags < 0 || ::fcntl(console_.get(), F_SETFL, flags | O_NONBLOCK) < 0)
    throw_errno("prepare the socket of a console", errno);
}

ConsoleRelay::~ConsoleRelay() {
  on_close();
}

std::size_t ConsoleRelay::max_message() const {
  return kMaxMessage;
}

void ConsoleRelay::on_open(std::shared_ptr<http::WebSocketSender> sender) {
  sender_ = std::move(sender);
  pump_ = std::thread([this] { pump(); });
}

void ConsoleRelay::on_binary(std::string_view bytes) {
  if (over_) return;
  {
    const std::scoped_lock lock(mutex_);
    to_guest_ += bytes;
    if (to_guest_.size() > kMostBehind) sender_->pause();  // the pump resumes it
  }
  wake();
}

void ConsoleRelay::on_sent() noexcept {
  wake();
}

void ConsoleRelay::on_close() noexcept {
  over_ = true;
  wake();
  if (pump_.joinable()) pump_.join();
}

void ConsoleRelay::wake() noexcept {
  const std::uint64_t one = 1;
  // A counter that is full wakes the pump as well.
  if (::write(wake_.get(), &one, sizeof one) < 0 && errno != EAGAIN)
    log::warning("a console was not woken", {});
}

/// Reads only while the control plane keeps up.
short ConsoleRelay::wanted_events() {
  const std::scoped_lock lock(mutex_);
  short events = 0;
  if (sender_->waiting() < kMostAhead) events |= POLLIN;
  if (!to_guest_.empty()) events |= POLLOUT;
  return events;
}

/// False: the console has ended.
bool ConsoleRelay::read_console() {
  std::string piece(kPiece, '\0');
  const ssize_t n = ::recv(console_.get(), piece.data(), piece.size(), 0);
  if (n < 0) return errno == EAGAIN || errno == EINTR;
  if (n == 0) return false;
  piece.resize(static_cast<std::size_t>(n));
  return sender_->send_binary(std::move(piece));
}

bool ConsoleRelay::write_console() {
  const std::scoped_lock lock(mutex_);
  if (to_guest_.empty()) return true;
  const ssize_t n = ::send(console_.get(), to_guest_.data(), to_guest_.size(), MSG_NOSIGNAL);
  if (n < 0) return errno == EAGAIN || errno == EINTR;
  to_guest_.erase(0, static_cast<std::size_t>(n));
  if (to_guest_.size() <= kMostBehind) sender_->resume();
  return true;
}

void ConsoleRelay::pump() {
  for (bool more = true; more && !over_;) {
    pollfd wanted[2] = {{console_.get(), wanted_events(), 0}, {wake_.get(), POLLIN, 0}};
    if (::poll(wanted, 2, -1) < 0 && errno != EINTR) break;
    std::uint64_t wakes = 0;
    if ((wanted[1].revents & POLLIN) != 0 && ::read(wake_.get(), &wakes, sizeof wakes) < 0 &&
        errno != EAGAIN)
      break;
    const short come = wanted[0].revents;
    if ((come & (POLLIN | POLLHUP | POLLERR)) != 0) more = read_console();
    if (more && (come & POLLOUT) != 0) more = write_console();
  }
  over_ = true;
  sender_->finish();  // what the guest said last still arrives
}

}  // namespace virga::agent
