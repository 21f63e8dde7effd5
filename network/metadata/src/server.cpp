// SPDX-License-Identifier: Apache-2.0
#include "network/metadata/server.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <list>
#include <vector>

#include "common/error.h"
#include "network/metadata/src/connection.h"

namespace virga::metadata {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

/// The file `name` of a folder; nullopt when it is not there or cannot be read whole.
std::optional<std::string> read_at(int directory, const std::string& name, std::size_t limit) {
  const UniqueFd fd(::openat(directory, name.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!fd) return std::nullopt;
  std::string content;
  char chunk[16384];
  for (;;) {
    const ssize_t n = ::read(fd.get(), chunk, sizeof chunk);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return std::nullopt;
    if (n == 0) return content;
    content.append(chunk, static_cast<std::size_t>(n));
    if (content.size() > limit) return std::nullopt;
  }
}

/// The connections of one server. Not thread-safe.
class Loop {
 public:
  Loop(int listener, int directory, const Limits& limits) : listener_(listener), limits_(limits) {
    lookup_ = [this, directory](const std::string& peer,
                                std::string_view target) -> std::optional<Document> {
      const auto packed = read_at(directory, peer, limits_.document_bytes);
      if (!packed) return std::nullopt;
      return find_document(*packed, target);
    };
  }

  /// One round of poll. False when `stop` became readable.
  bool turn(int stop) {
    std::vector<pollfd> fds = {{stop, POLLIN, 0}, {listener_, POLLIN, 0}};
    for (const auto& connection : connections_)
      fds.push_back(
          {connection.fd(), static_cast<short>(connection.wants_write() ? POLLOUT : POLLIN), 0});
    const int n = ::poll(fds.data(), fds.size(), timeout());
    if (n < 0 && errno == EINTR) return true;
    if (n < 0) throw_errno("poll", errno);
    if (fds[0].revents != 0) return false;
    advance(fds);
    if (fds[1].revents != 0) accept_all();
    return true;
  }

 private:
  int timeout() const {
    if (connections_.empty()) return -1;
    const auto first = std::min_element(
        connections_.begin(), connections_.end(),
        [](const Connection& a, const Connection& b) { return a.deadline() < b.deadline(); });
    const auto left =
        std::chrono::ceil<milliseconds>(first->deadline() - steady_clock::now()).count();
    return static_cast<int>(std::max<milliseconds::rep>(0, left));
  }

  void advance(const std::vector<pollfd>& fds) {
    const TimePoint now = steady_clock::now();
    std::size_t i = 2;
    for (auto at = connections_.begin(); at != connections_.end(); ++i) {
      bool alive = at->deadline() > now;
      if (alive && fds[i].revents != 0) alive = at->advance(lookup_, now);
      at = alive ? std::next(at) : connections_.erase(at);
    }
  }

  void accept_all() {
    constexpr int kAtOnce = 64;  // existing connections get their turn between
    for (int i = 0; i < kAtOnce; ++i) {
      sockaddr_in address{};
      socklen_t size = sizeof address;
      UniqueFd socket(::accept4(listener_, reinterpret_cast<sockaddr*>(&address), &size,
                                SOCK_NONBLOCK | SOCK_CLOEXEC));
      if (!socket && (errno == EINTR || errno == ECONNABORTED)) continue;
      if (!socket) return;
      char text[INET_ADDRSTRLEN] = {};
      if (::inet_ntop(AF_INET, &address.sin_addr, text, sizeof text) == nullptr) continue;
      if (!has_room(text)) continue;  // closes the socket
      connections_.emplace_back(std::move(socket), text, limits_, steady_clock::now());
    }
  }

  bool has_room(std::string_view peer) const {
    const auto of_peer = std::count_if(connections_.begin(), connections_.end(),
                                       [&](const Connection& c) { return c.peer() == peer; });
    return connections_.size() < limits_.connections &&
           static_cast<std::size_t>(of_peer) < limits_.connections_per_peer;
  }

  int listener_;
  const Limits& limits_;
  Lookup lookup_;
  std::list<Connection> connections_;
};

}  // namespace

void serve(int listener, int directory, int stop, const Limits& limits) {
  Loop loop(listener, directory, limits);
  while (loop.turn(stop)) {
  }
}

}  // namespace virga::metadata
