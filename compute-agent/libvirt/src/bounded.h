// SPDX-License-Identifier: Apache-2.0
// A deadline for calls that have none: libvirt waits for as long as the daemon is silent.
#pragma once

#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <string>

namespace virga::agent {

/// Runs `task` on a thread of its own and waits until it is done or the limit is over.
/// @return false when the limit is over: the thread goes on alone and must own all that it uses
/// @throws Error{unavailable} when too many earlier calls still hang
bool run_bounded(std::chrono::milliseconds limit, std::function<void()> task);

/// Throws that the outcome of a call is not known.
[[noreturn]] void throw_too_late(const std::string& what);

/// The result of `call`, or Error{unknown} when it takes longer than `limit`. Exceptions travel
/// too. `call` must own, by value or shared pointer, all that it uses.
template <class F>
auto bounded(std::chrono::milliseconds limit, const std::string& what, F call) {
  using Result = std::invoke_result_t<F>;
  auto task = std::make_shared<std::packaged_task<Result()>>(std::move(call));
  std::future<Result> result = task->get_future();
  if (!run_bounded(limit, [task] { (*task)(); })) throw_too_late(what);
  return result.get();
}

}  // namespace virga::agent
