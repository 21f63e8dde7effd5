// SPDX-License-Identifier: Apache-2.0
// libvirt hands out a serial line as a stream of its own protocol. A pipe between it and a socket
// lives in the event loop: it holds at most one piece each way, and waits for the side that is
// slow.
#include "compute-agent/libvirt/src/console.h"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <mutex>
#include <string>

#include "common/cptr.h"
#include "common/error.h"
#include "common/log.h"
#include "compute-agent/libvirt/src/check.h"

namespace virga::agent {
namespace {

constexpr std::size_t kPiece = 4096;
constexpr int kWouldBlock = -2;  // of libvirt's streams

using Stream = CPtr<virStream, virStreamFree>;

class SerialPipe;
/// What a callback keeps: freed by libvirt once the callback is removed.
using Kept = std::shared_ptr<SerialPipe>;

void free_kept(void* opaque) {
  delete static_cast<Kept*>(opaque);
}

/// One serial line. All but the start happens on the thread of the event loop.
class SerialPipe : public std::enable_shared_from_this<SerialPipe> {
 public:
  SerialPipe(std::shared_ptr<virConnect> connection, Stream stream, UniqueFd fd)
      : connection_(std::move(connection)), stream_(std::move(stream)), fd_(std::move(fd)) {}

  /// @throws Error{unavailable}
  void start() {
    const std::scoped_lock lock(mutex_);
    auto kept = std::make_unique<Kept>(shared_from_this());
    check(virStreamEventAddCallback(stream_.get(), VIR_STREAM_EVENT_READABLE, on_stream, kept.get(),
                                    free_kept),
          "watch a serial line", Effect::reads);
    (void)kept.release();
    kept = std::make_unique<Kept>(shared_from_this());
    watch_ =
        virEventAddHandle(fd_.get(), VIR_EVENT_HANDLE_READABLE, on_socket, kept.get(), free_kept);
    if (watch_ < 0) {
      end();
      throw_last_error("watch the socket of a serial line", Effect::reads);
    }
    (void)kept.release();
  }

 private:
  static void on_stream(virStreamPtr, int events, void* opaque) noexcept {
    const Kept self = *static_cast<Kept*>(opaque);
    const std::scoped_lock lock(self->mutex_);
    if (self->over_) return;
    bool more = true;
    if ((events & (VIR_STREAM_EVENT_READABLE | VIR_STREAM_EVENT_HANGUP)) != 0)
      more = self->from_guest();
    if (more && (events & VIR_STREAM_EVENT_WRITABLE) != 0) more = self->to_guest();
    const bool failed = (events & (VIR_STREAM_EVENT_ERROR | VIR_STREAM_EVENT_HANGUP)) != 0;
    self->settle(more && !failed);
  }

  static void on_socket(int, int, int events, void* opaque) noexcept {
    const Kept self = *static_cast<Kept*>(opaque);
    const std::scoped_lock lock(self->mutex_);
    if (self->over_) return;
    bool more = (events & VIR_EVENT_HANDLE_ERROR) == 0;
    if (more && (events & (VIR_EVENT_HANDLE_READABLE | VIR_EVENT_HANDLE_HANGUP)) != 0)
      more = self->from_user();
    if (more && (events & VIR_EVENT_HANDLE_WRITABLE) != 0) more = self->to_user();
    self->settle(more);
  }

  // Each moves what it can without waiting; false: there is nothing more to come. The lock is held.

  bool from_guest() {
    if (!out_.empty()) return true;
    char piece[kPiece];
    const int n = virStreamRecv(stream_.get(), piece, sizeof piece);
    if (n == kWouldBlock) return true;
    if (n <= 0) return false;
    out_.assign(piece, static_cast<std::size_t>(n));
    return to_user();
  }

  bool to_user() {
    if (out_.empty()) return true;
    const ssize_t n = ::send(fd_.get(), out_.data(), out_.size(), MSG_NOSIGNAL);
    if (n < 0) return errno == EAGAIN || errno == EINTR;
    out_.erase(0, static_cast<std::size_t>(n));
    return true;
  }

  bool from_user() {
    if (!in_.empty()) return true;
    char piece[kPiece];
    const ssize_t n = ::recv(fd_.get(), piece, sizeof piece, 0);
    if (n < 0) return errno == EAGAIN || errno == EINTR;
    if (n == 0) return false;
    in_.assign(piece, static_cast<std::size_t>(n));
    return to_guest();
  }

  bool to_guest() {
    if (in_.empty()) return true;
    const int n = virStreamSend(stream_.get(), in_.data(), in_.size());
    if (n == kWouldBlock) return true;
    if (n < 0) return false;
    in_.erase(0, static_cast<std::size_t>(n));
    return true;
  }

  /// Waits for what can go on, or ends. The lock is held.
  void settle(bool more) {
    if (!more) {
      end();
      return;
    }
    const int stream_events = (out_.empty() ? VIR_STREAM_EVENT_READABLE : 0) |
                              (in_.empty() ? 0 : VIR_STREAM_EVENT_WRITABLE);
    const int socket_events = (in_.empty() ? VIR_EVENT_HANDLE_READABLE : 0) |
                              (out_.empty() ? 0 : VIR_EVENT_HANDLE_WRITABLE);
    virStreamEventUpdateCallback(stream_.get(), stream_events);
    virEventUpdateHandle(watch_, socket_events);
  }

  /// The lock is held.
  void end() {
    over_ = true;
    ::shutdown(fd_.get(), SHUT_RDWR);
    virStreamEventRemoveCallback(stream_.get());
    if (watch_ >= 0) virEventRemoveHandle(watch_);
    virStreamAbort(stream_.get());
  }

  std::mutex mutex_;  ///< guards all below
  std::shared_ptr<virConnect> connection_;
  Stream stream_;
  UniqueFd fd_;
  int watch_ = -1;
  std::string out_;  ///< for the user
  std::string in_;   ///< for the guest
  bool over_ = false;
};

}  // namespace

UniqueFd open_screen(virDomain& domain) {
  return UniqueFd(check(virDomainOpenGraphicsFD(&domain, 0, VIR_DOMAIN_OPEN_GRAPHICS_SKIPAUTH),
                        "open the screen of a domain", Effect::reads));
}

UniqueFd open_serial(const std::shared_ptr<virConnect>& connection, virDomain& domain) {
  Stream stream(
      check(virStreamNew(connection.get(), VIR_STREAM_NONBLOCK), "make a stream", Effect::reads));
  check(virDomainOpenConsole(&domain, nullptr, stream.get(), VIR_DOMAIN_CONSOLE_FORCE),
        "open the serial line of a domain", Effect::reads);
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) != 0)
    throw_errno("make the socket of a serial line", errno);
  UniqueFd own(ends[0]);
  UniqueFd users(ends[1]);
  std::make_shared<SerialPipe>(connection, std::move(stream), std::move(own))->start();
  return users;
}

}  // namespace virga::agent
