// SPDX-License-Identifier: Apache-2.0
#include "compute-agent/src/work_queue.h"

#include <gtest/gtest.h>

#include <thread>

namespace virga::agent {
namespace {

TEST(WorkQueue, HandsOutWhatWasWokenInOrderAndOnce) {
  FakeClock clock;
  WorkQueue queue(clock, 2);
  queue.wake("a");
  queue.wake("b");
  queue.wake("a");
  EXPECT_EQ(queue.try_take(), "a");
  EXPECT_EQ(queue.try_take(), "b");
  EXPECT_EQ(queue.try_take(), std::nullopt);
}

TEST(WorkQueue, KeepsAWakeUpThatComesDuringTheWork) {
  FakeClock clock;
  WorkQueue queue(clock, 2);
  queue.wake("a");
  ASSERT_EQ(queue.try_take(), "a");
  queue.wake("a");
  EXPECT_EQ(queue.try_take(), std::nullopt);
  queue.done("a");
  EXPECT_EQ(queue.try_take(), "a");
  queue.done("a");
  EXPECT_EQ(queue.try_take(), std::nullopt);
}

TEST(WorkQueue, WaitsForTheTimeThatWasSetLast) {
  FakeClock clock;
  WorkQueue queue(clock, 2);
  const TimeUs now = clock.now_us();
  queue.wake_at("a", now + 5);
  queue.wake_at("a", now + 9);
  EXPECT_EQ(queue.next_due_us(), now + 9);
  clock.advance_us(5);
  EXPECT_EQ(queue.try_take(), std::nullopt);
  clock.advance_us(4);
  EXPECT_EQ(queue.try_take(), "a");
}

TEST(WorkQueue, AWakeUpReplacesTheTime) {
  FakeClock clock;
  WorkQueue queue(clock, 2);
  queue.wake_at("a", clock.now_us() + 5);
  queue.wake("a");
  EXPECT_EQ(queue.try_take(), "a");
  queue.done("a");
  EXPECT_EQ(queue.next_due_us(), std::nullopt);
}

TEST(WorkQueue, AllTimesAreDueWhenTheClockWasSetBack) {
  FakeClock clock;
  WorkQueue queue(clock, 2);
  queue.wake_at("a", clock.now_us() + 5 * kSecondUs);
  EXPECT_EQ(queue.try_take(), std::nullopt);
  clock.advance_us(-3600 * kSecondUs);
  EXPECT_EQ(queue.try_take(), "a");
}

TEST(WorkQueue, SlowKeysLeaveRoomForOthers) {
  FakeClock clock;
  WorkQueue queue(clock, 1);
  queue.wake("image:1");
  queue.wake("image:2");
  queue.wake("a");
  EXPECT_EQ(queue.try_take(), "a");
  EXPECT_EQ(queue.try_take(), "image:1");
  EXPECT_EQ(queue.try_take(), std::nullopt);
  queue.done("image:1");
  EXPECT_EQ(queue.try_take(), "image:2");
}

TEST(WorkQueue, AWaitingThreadHearsOfAnEarlierTime) {
  const SystemClock clock;
  WorkQueue queue(clock, 1);
  queue.wake_at("late", clock.now_us() + 3600 * kSecondUs);
  std::optional<std::string> taken;
  std::jthread waiting([&](const std::stop_token& stop) { taken = queue.take(stop); });
  const TimeUs began = clock.now_us();
  queue.wake_at("soon", began + kSecondUs / 50);
  waiting.join();
  EXPECT_EQ(taken, "soon");
  EXPECT_LT(clock.now_us() - began, 5 * kSecondUs);
}

TEST(WorkQueue, AWaitingThreadIsWokenAndCanBeStopped) {
  const SystemClock clock;
  WorkQueue queue(clock, 1);
  std::optional<std::string> first;
  std::optional<std::string> second = "something";
  std::jthread waiting([&](const std::stop_token& stop) {
    first = queue.take(stop);
    second = queue.take(stop);
  });
  queue.wake("a");
  while (queue.next_due_us() == 0) std::this_thread::yield();
  waiting.request_stop();
  waiting.join();
  EXPECT_EQ(first, "a");
  EXPECT_EQ(second, std::nullopt);
}

}  // namespace
}  // namespace virga::agent
