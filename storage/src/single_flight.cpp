// SPDX-License-Identifier: Apache-2.0
#include "storage/src/single_flight.h"

#include "common/log.h"

namespace virga::storage {

void SingleFlight::fly(Flight& flight, const std::function<void()>& work) {
  try {
    work();
  } catch (const Error& error) {
    flight.failure = error.kind();
    flight.message = error.what();
  } catch (const std::exception& error) {
    log::error("unexpected failure of a fetch", {{"reason", error.what()}});
    flight.failure = ErrorKind::internal;
    flight.message = "A fetch failed for an unexpected reason.";
  }
}

void SingleFlight::rethrow(const Flight& flight) {
  if (flight.failure) throw Error(*flight.failure, flight.message);
}

void SingleFlight::run(const std::string& key, const std::function<void()>& work) {
  std::unique_lock lock(mutex_);
  if (const auto at = flights_.find(key); at != flights_.end()) {
    const std::shared_ptr<Flight> flight = at->second;
    landed_.wait(lock, [&] { return flight->done; });
    rethrow(*flight);
    return;
  }
  const auto flight = std::make_shared<Flight>();
  flights_.emplace(key, flight);
  lock.unlock();
  Flight outcome;
  fly(outcome, work);
  lock.lock();
  outcome.done = true;
  *flight = outcome;
  flights_.erase(key);
  landed_.notify_all();
  lock.unlock();
  rethrow(outcome);
}

}  // namespace virga::storage
