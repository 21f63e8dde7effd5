// SPDX-License-Identifier: Apache-2.0
// What is told about each answer: for logs, figures and the record of changes.
#pragma once

#include <chrono>
#include <cstdint>

#include "api/http/router.h"

namespace virga::http {

/// A request and how it ended.
struct Exchange {
  const Request& request;
  const Match& match;
  int status = 0;
  std::uint64_t received = 0;  ///< bytes of the body
  std::uint64_t sent = 0;      ///< bytes of the body
  std::chrono::microseconds took{0};
};

/// Both functions are called on many threads at once and must be quick.
class Observer {
 public:
  virtual ~Observer() = default;
  /// Before the answer is sent; for a handler of the pool on its thread.
  virtual void decided(const Exchange&) noexcept {}
  /// After the answer was sent, as far as it could be.
  virtual void answered(const Exchange&) noexcept {}
};

}  // namespace virga::http
