// SPDX-License-Identifier: Apache-2.0
// GETs at a steady rate. A request's time counts from when it was due, so that a server which
// stalls cannot hide the requests that wait behind. Runs with a higher priority than what it
// measures, as if it had a machine of its own.
// usage: paced PORT TARGET TOKEN RATE SECONDS   prints "COUNT P50 P90 P99 MOST", in milliseconds
#include <sched.h>
#include <sys/epoll.h>
#include <sys/prctl.h>

#include <algorithm>
#include <deque>
#include <vector>

#include "tests/bench/client.h"

namespace {

using bench::Clock;
using Nanos = std::chrono::nanoseconds;

constexpr int kConnections = 32;
constexpr double kWarmUp = 0.1;  // part of the run that is not counted

struct Connection {
  int fd = -1;
  Clock::time_point due;
  std::string answer;
};

class Load {
 public:
  Load(int port, std::string request)
      : request_(std::move(request)), connections_(kConnections), poll_(::epoll_create1(0)) {
    for (Connection& c : connections_) {
      c.fd = bench::connect_to(port);
      bench::set_nonblocking(c.fd);
      epoll_event interest{};
      interest.events = EPOLLIN;
      interest.data.ptr = &c;
      if (::epoll_ctl(poll_, EPOLL_CTL_ADD, c.fd, &interest) != 0) bench::fail("epoll_ctl");
      free_.push_back(&c);
    }
  }

  std::vector<double> run(double rate, double seconds) {
    const auto step = Nanos(static_cast<long long>(1e9 / rate));
    const auto start = Clock::now();
    const auto end = start + Nanos(static_cast<long long>(seconds * 1e9));
    counted_from_ = start + Nanos(static_cast<long long>(kWarmUp * seconds * 1e9));
    for (auto next = start; next < end || free_.size() < connections_.size();) {
      const auto now = Clock::now();
      for (; next <= now && next < end; next += step) waiting_.push_back(next);
      send_waiting();
      receive(next < end ? next - now : Nanos(std::chrono::seconds(1)));
      if (now > end + std::chrono::seconds(30)) bench::fail("answers are missing");
    }
    return std::move(times_);
  }

 private:
  void send_waiting() {
    while (!waiting_.empty() && !free_.empty()) {
      Connection& c = *free_.back();
      free_.pop_back();
      c.due = waiting_.front();
      waiting_.pop_front();
      bench::write_all(c.fd, request_);
    }
  }

  void receive(Nanos limit) {
    const timespec wait{0, std::clamp<long>(limit.count(), 0, 999'999'999)};
    epoll_event events[kConnections];
    const int n = ::epoll_pwait2(poll_, events, kConnections, &wait, nullptr);
    for (int i = 0; i < n; ++i) read_some(*static_cast<Connection*>(events[i].data.ptr));
  }

  void read_some(Connection& c) {
    char piece[16384];
    const ssize_t n = ::read(c.fd, piece, sizeof piece);
    if (n <= 0) bench::fail("read");
    c.answer.append(piece, static_cast<std::size_t>(n));
    const std::size_t whole = bench::answer_length(c.answer);
    if (whole == 0 || c.answer.size() < whole) return;
    c.answer.clear();
    free_.push_back(&c);
    if (c.due >= counted_from_)
      times_.push_back(std::chrono::duration<double, std::milli>(Clock::now() - c.due).count());
  }

  std::string request_;
  std::vector<Connection> connections_;
  int poll_;
  std::vector<Connection*> free_;
  std::deque<Clock::time_point> waiting_;
  Clock::time_point counted_from_;
  std::vector<double> times_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 6) return 2;
  // A nice value would not do: the kernel compares it only within the programs of one session.
  const sched_param lowest{1};
  if (::sched_setscheduler(0, SCHED_FIFO, &lowest) != 0) std::perror("sched_setscheduler");
  ::prctl(PR_SET_TIMERSLACK, 1);
  Load load(std::atoi(argv[1]), bench::get_request(argv[2], argv[3]));
  std::vector<double> times = load.run(std::atof(argv[4]), std::atof(argv[5]));
  if (times.empty()) return 1;
  std::sort(times.begin(), times.end());
  const auto at = [&](double part) {
    return times[static_cast<std::size_t>(part * static_cast<double>(times.size() - 1))];
  };
  std::printf("%zu %.4f %.4f %.4f %.4f\n", times.size(), at(0.5), at(0.9), at(0.99), at(1));
}
