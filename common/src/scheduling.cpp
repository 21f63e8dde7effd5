// SPDX-License-Identifier: Apache-2.0
#include "common/scheduling.h"

#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>

#include "common/log.h"

namespace virga {
namespace {

// A tenth of a usual share: low enough for requests to come first, high enough for the work to go
// on while all processors are busy with requests.
constexpr int kNice = 10;
constexpr std::uint64_t kSliceNs = 100'000;  // the shortest that the kernel grants

/// struct sched_attr of sched_setattr(2), for which the C library has no wrapper.
struct Attributes {
  std::uint32_t size = sizeof(Attributes);
  std::uint32_t policy = SCHED_OTHER;
  std::uint64_t flags = 0;
  std::int32_t nice = 0;
  std::uint32_t priority = 0;
  std::uint64_t runtime_ns = 0;  // of SCHED_OTHER: the slice
  std::uint64_t deadline_ns = 0;
  std::uint64_t period_ns = 0;
};

}  // namespace

void prefer_promptness() {
  Attributes attributes;
  attributes.nice = ::getpriority(PRIO_PROCESS, 0);
  attributes.runtime_ns = kSliceNs;
  if (::syscall(SYS_sched_setattr, 0, &attributes, 0) != 0)
    log::debug("the kernel gives no short slices", {{"error", std::strerror(errno)}});
}

void prefer_others() {
  const sched_param none{};
  if (::sched_setscheduler(0, SCHED_BATCH, &none) != 0 ||
      ::setpriority(PRIO_PROCESS, 0, kNice) != 0)
    log::warning("a thread keeps the priority of requests", {{"error", std::strerror(errno)}});
}

}  // namespace virga
