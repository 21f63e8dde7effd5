// SPDX-License-Identifier: Apache-2.0
// One piece of work however many ask for it at the same time.
#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "common/error.h"

namespace virga::storage {

/// Runs work per key so that callers who come while it runs share its outcome. Thread-safe.
class SingleFlight {
 public:
  /// @throws what the work threw, to each caller; a foreign exception becomes Error{internal}
  void run(const std::string& key, const std::function<void()>& work);

 private:
  struct Flight {
    bool done = false;
    std::optional<ErrorKind> failure;
    std::string message;
  };

  static void fly(Flight& flight, const std::function<void()>& work);
  static void rethrow(const Flight& flight);

  std::mutex mutex_;  // guards flights_ and the flights' fields once they are shared
  std::condition_variable landed_;
  std::map<std::string, std::shared_ptr<Flight>> flights_;
};

}  // namespace virga::storage
