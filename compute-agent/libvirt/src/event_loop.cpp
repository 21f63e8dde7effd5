// SPDX-License-Identifier: Apache-2.0
#include "compute-agent/libvirt/src/event_loop.h"

#include <libvirt/libvirt.h>

#include <mutex>
#include <thread>

#include "common/error.h"
#include "compute-agent/libvirt/src/check.h"

namespace virga::agent {
namespace {

constexpr int kIdleMs = 5'000;

void do_nothing(int, void*) {}

void run_for_ever() noexcept {
  while (true) (void)virEventRunDefaultImpl();
}

void start_once() {
  silence_libvirt();
  if (virInitialize() < 0 || virEventRegisterDefaultImpl() < 0)
    throw Error(ErrorKind::internal, "libvirt's event loop cannot be set up.");
  // Without a timer a loop that has nothing to watch would fail instead of wait.
  if (virEventAddTimeout(kIdleMs, do_nothing, nullptr, nullptr) < 0)
    throw Error(ErrorKind::internal, "libvirt's event loop has no timer.");
  std::thread(run_for_ever).detach();
}

}  // namespace

void start_event_loop() {
  static std::once_flag once;
  std::call_once(once, start_once);
}

}  // namespace virga::agent
