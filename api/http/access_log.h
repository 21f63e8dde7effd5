// SPDX-License-Identifier: Apache-2.0
// A line for each answer, and many observers as one.
#pragma once

#include <string>
#include <vector>

#include "api/http/observer.h"
#include "common/clock.h"
#include "common/log_file.h"

namespace virga::http {

/// Writes JSON lines: time, request id, peer, user, project, method, service, route, status, bytes,
/// microseconds, user agent.
class AccessLog final : public Observer {
 public:
  AccessLog(LogFile& file, const Clock& clock) : file_(file), clock_(clock) {}
  void answered(const Exchange& exchange) noexcept override;

 private:
  LogFile& file_;
  const Clock& clock_;
};

/// Tells several observers. Does not own them.
class Observers final : public Observer {
 public:
  void add(Observer& observer) { all_.push_back(&observer); }
  void decided(const Exchange& exchange) noexcept override {
    for (Observer* one : all_) one->decided(exchange);
  }
  void answered(const Exchange& exchange) noexcept override {
    for (Observer* one : all_) one->answered(exchange);
  }

 private:
  std::vector<Observer*> all_;
};

}  // namespace virga::http
