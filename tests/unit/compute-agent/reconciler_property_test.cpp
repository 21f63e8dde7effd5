// SPDX-License-Identifier: Apache-2.0
// Random wishes, faults, crashes and restarts of the agent: when they end, reality becomes what is
// wanted, and when everything is deleted, nothing is left.
#include <gtest/gtest.h>

#include <cstdlib>
#include <random>

#include "tests/unit/compute-agent/agent_fixture.h"

namespace virga::agent {
namespace {

using model::PowerState;
using model::PowerVerb;
using model::PowerWish;

constexpr int kInstances = 4;
constexpr int kEvents = 60;
constexpr int kRuns = 60;

class Chaos {
 public:
  explicit Chaos(std::uint64_t seed) : random_(seed), host_(seed) {
    for (int n = 1; n <= kInstances; ++n) {
      host_.add(n);
      host_.at(n).instance.config_drive = n % 2 == 0;
    }
  }

  Host& host() { return host_; }

  void run() {
    host_.send();
    for (int i = 0; i < kEvents; ++i) {
      event();
      host_.pass_time(static_cast<TimeUs>(pick(20'000)) * 1000);
    }
    host_.hypervisor.set_shutdown_delay(pick(2) == 0 ? std::optional<TimeUs>(0) : std::nullopt);
    host_.send();
    host_.pass_time(600 * kSecondUs);
  }

  int pick(int below) { return std::uniform_int_distribution<int>(0, below - 1)(random_); }

 private:
  void event() {
    const int n = 1 + pick(kInstances);
    switch (pick(11)) {
      case 0:
        change(n, PowerWish::running, PowerVerb::start);
        break;
      case 1:
        change(n, PowerWish::stopped, PowerVerb::stop);
        break;
      case 2:
        change(n, PowerWish::running, PowerVerb::reboot_soft);
        break;
      case 3:
        change(n, PowerWish::running, PowerVerb::reboot_hard);
        break;
      case 4:
        host_.hypervisor.crash(host_.id(n));
        break;
      case 5:
        host_.hypervisor.lose_power();
        break;
      case 6:
        fail_hypervisor();
        break;
      case 7:
        host_.network.fail_next(some_kind(), 1 + pick(3));
        break;
      case 8:
        host_.hypervisor.set_shutdown_delay(some_delay());
        break;
      case 9:
        host_.hypervisor.set_start_delay(pick(5) * kSecondUs);
        break;
      default:
        host_.restart(static_cast<std::uint64_t>(1 + pick(1000)));
        host_.send();
    }
  }

  void change(int n, PowerWish power, PowerVerb verb) {
    host_.wish(n, power, verb);
    host_.send();
  }

  void fail_hypervisor() {
    constexpr FakeVerb kVerbs[] = {FakeVerb::observe,          FakeVerb::ensure_running,
                                   FakeVerb::request_shutdown, FakeVerb::ensure_stopped,
                                   FakeVerb::ensure_absent,    FakeVerb::list};
    host_.hypervisor.fail_next(kVerbs[pick(6)], some_kind(), 1 + pick(3));
  }

  ErrorKind some_kind() { return pick(2) == 0 ? ErrorKind::unavailable : ErrorKind::unknown; }
  std::optional<TimeUs> some_delay() {
    if (pick(3) == 0) return std::nullopt;
    return pick(30) * kSecondUs;
  }

  std::mt19937_64 random_;
  Host host_;
};

void expect_wishes_fulfilled(Host& host) {
  for (int n = 1; n <= kInstances; ++n) {
    const auto& wish = host.at(n).instance;
    const auto seen = host.seen(n);
    EXPECT_EQ(seen.generation, wish.generation);
    EXPECT_EQ(seen.last_error, "");
    EXPECT_EQ(seen.step, "");
    if (wish.wish == PowerWish::running) {
      EXPECT_EQ(seen.power, PowerState::running) << "instance " << n;
      EXPECT_EQ(seen.run_epoch, wish.run_epoch) << "instance " << n;
      EXPECT_TRUE(host.network.has_metadata_of(host.id(n)));
    } else {
      EXPECT_TRUE(seen.power == PowerState::shutoff || seen.power == PowerState::crashed ||
                  seen.power == PowerState::absent)
          << model::name_of(seen.power);
    }
  }
}

void expect_nothing_left_after_delete(Host& host) {
  for (int n = 1; n <= kInstances; ++n) {
    host.wish(n, PowerWish::absent, PowerVerb::stop);
    host.send();
  }
  host.pass_time(600 * kSecondUs);
  for (int n = 1; n <= kInstances; ++n) {
    EXPECT_EQ(host.seen(n).power, PowerState::absent) << "instance " << n;
    EXPECT_FALSE(host.has_anything(n)) << "instance " << n;
  }
  EXPECT_TRUE(host.network.plan().ports.empty());
}

TEST(ReconcilerProperty, ConvergesAfterAnySequenceAndLeavesNothingAfterDelete) {
  const char* chosen = std::getenv("VIRGA_SEED");
  const std::uint64_t first =
      chosen != nullptr ? std::strtoull(chosen, nullptr, 10) : std::random_device{}();
  const int runs = chosen != nullptr ? 1 : kRuns;
  for (int i = 0; i < runs; ++i) {
    const std::uint64_t seed = first + static_cast<std::uint64_t>(i);
    SCOPED_TRACE("VIRGA_SEED=" + std::to_string(seed));
    Chaos chaos(seed);
    chaos.run();
    expect_wishes_fulfilled(chaos.host());
    expect_nothing_left_after_delete(chaos.host());
    if (testing::Test::HasFailure()) return;
  }
}

TEST(ReconcilerProperty, DeletesFromAnyHalfMadeState) {
  for (int failing = 0; failing < 6; ++failing)
    for (const auto kind : {ErrorKind::unavailable, ErrorKind::unknown}) {
      Host host;
      for (int n = 1; n <= kInstances; ++n) host.add(n);
      if (failing == 0) host.fetch = [](auto&) { throw Error(ErrorKind::unavailable, "away"); };
      if (failing == 1) host.network.fail_next(kind, 1000);
      if (failing == 2) host.hypervisor.fail_next(FakeVerb::ensure_running, kind, 1000);
      if (failing == 3) host.hypervisor.fail_next(FakeVerb::observe, kind, 7);
      if (failing == 4) host.hypervisor.fail_next(FakeVerb::ensure_absent, kind, 3);
      host.send();
      host.pass_time(3 * kSecondUs);
      host.network.fail_next(ErrorKind::unavailable, failing == 5 ? 5 : 0);
      expect_nothing_left_after_delete(host);
    }
}

}  // namespace
}  // namespace virga::agent
