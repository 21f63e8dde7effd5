// SPDX-License-Identifier: Apache-2.0
// Many connections that cost a server something and ask for nothing.
// usage: crowd idle PORT COUNT TARGET TOKEN    one GET each, then nothing
//        crowd loris PORT COUNT PAUSE_SECONDS  a byte of a header each pause, anew when refused
// Prints "ready" when all are there. Ends with its standard input and then prints how many are
// still open (idle), or how often a connection was ended by the server (loris).
#include <poll.h>
#include <sys/epoll.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "tests/bench/client.h"

namespace {

using bench::Clock;

bool input_ended(int wait_ms) {
  pollfd input{0, POLLIN, 0};
  return ::poll(&input, 1, wait_ms) > 0;
}

void say(const char* word) {
  std::puts(word);
  std::fflush(stdout);
}

/// True when the server has not closed it, and sent nothing.
bool is_open(int fd) {
  char byte = 0;
  return ::recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && errno == EAGAIN;
}

int idle(int port, std::size_t count, const std::string& request) {
  std::vector<int> crowd;
  while (crowd.size() < count) {
    crowd.push_back(bench::connect_to(port));
    bench::write_all(crowd.back(), request);
    bench::read_answer(crowd.back());
  }
  say("ready");
  while (!input_ended(-1)) {
  }
  std::printf("%td\n", std::count_if(crowd.begin(), crowd.end(), is_open));
  return 0;
}

constexpr std::string_view kHead = "GET /identity/v3 HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ";

struct Sloth {
  int fd = -1;
  std::size_t sent = 0;
};

/// Sends the next byte. False when the server has ended the connection.
bool creep(Sloth& sloth) {
  const char byte = sloth.sent < kHead.size() ? kHead[sloth.sent] : 'x';
  ++sloth.sent;
  char seen = 0;
  if (::recv(sloth.fd, &seen, 1, MSG_DONTWAIT) == 0) return false;
  return ::send(sloth.fd, &byte, 1, MSG_NOSIGNAL | MSG_DONTWAIT) == 1;
}

/// Each gets its byte once in `pause`, spread evenly over it.
int loris(int port, std::size_t count, double pause) {
  std::vector<Sloth> crowd(count);
  std::size_t refused = 0;
  const auto start = Clock::now();
  for (std::size_t turn = 0;; ++turn) {
    Sloth& sloth = crowd[turn % count];
    if (sloth.fd < 0 || !creep(sloth)) {
      if (sloth.fd >= 0) ++refused, ::close(sloth.fd);
      sloth = {bench::connect_to(port), 0};
      creep(sloth);
    }
    if (turn + 1 == count) say("ready");
    const std::chrono::duration<double> due(pause * static_cast<double>(turn) /
                                            static_cast<double>(count));
    const auto early = std::chrono::duration_cast<std::chrono::milliseconds>(
        start + std::chrono::duration_cast<Clock::duration>(due) - Clock::now());
    if ((turn % 64 == 0 || early.count() > 0) &&
        input_ended(static_cast<int>(std::max<long long>(0, early.count()))))
      break;
  }
  std::printf("%zu\n", refused);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 5) return 2;
  bench::raise_descriptor_limit();
  const int port = std::atoi(argv[2]);
  const auto count = static_cast<std::size_t>(std::atoll(argv[3]));
  if (std::strcmp(argv[1], "idle") == 0 && argc == 6)
    return idle(port, count, bench::get_request(argv[4], argv[5]));
  if (std::strcmp(argv[1], "loris") == 0) return loris(port, count, std::atof(argv[4]));
  return 2;
}
