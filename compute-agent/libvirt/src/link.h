// SPDX-License-Identifier: Apache-2.0
// The connection to libvirtd: made on first use, watched, and made again whenever it was lost.
#pragma once

#include <libvirt/libvirt.h>

#include <functional>
#include <memory>
#include <string>
#include <thread>

namespace virga::agent {

/// Thread-safe.
class Link {
 public:
  explicit Link(std::string uri);
  ~Link();
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;

  /// The connection, made now when there is none. It stays usable while the pointer is held.
  /// @throws Error{unavailable} when libvirtd does not answer
  std::shared_ptr<virConnect> connection();

  /// Who is told of changed domains, and with "" that the connection is new.
  void on_change(std::function<void(const std::string& id)> callback);

  struct State;

 private:
  void watch(const std::stop_token& stop);

  std::shared_ptr<State> state_;
  std::jthread watcher_;
};

}  // namespace virga::agent
