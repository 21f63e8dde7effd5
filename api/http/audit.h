// SPDX-License-Identifier: Apache-2.0
// The record of changes: who wanted what, on which object, and what came of it.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "api/http/observer.h"
#include "common/clock.h"
#include "common/file.h"

namespace virga::http {

/// One change that was asked for: done, failed or refused. Holds no secrets and no bodies.
struct AuditEvent {
  TimeUs time_us = 0;
  std::string request_id;
  std::string global_request_id;  ///< the client's own; empty: none
  std::string peer;               ///< the address the connection came from
  std::string user_agent;
  std::string user_id;    ///< empty: no valid token
  std::string user_name;  ///< with a token its user; in a login who it claimed to be
  std::string user_domain;
  std::string project_id;
  std::string domain_id;
  bool is_system = false;
  std::string token_audit_id;
  std::vector<std::string> roles;
  std::string method;
  std::string route;                                            ///< its pattern
  std::vector<std::pair<std::string, std::string>> parameters;  ///< of the route
  std::string target;                                           ///< what the handler said
  int status = 0;
};

/// Where the record goes. Called on many threads at once; must be quick.
class AuditSink {
 public:
  virtual ~AuditSink() = default;
  virtual void record(const AuditEvent& event) noexcept = 0;
};

/// A file of JSON lines, mode 0600, only appended to. Each event is handed to the kernel before the
/// answer is sent.  @throws Error{unavailable} when it cannot be opened
std::unique_ptr<AuditSink> make_audit_file(const std::string& path);

/// Makes an event of each request that is no mere reading and found its route, whether its policy
/// let it through or not.
class AuditObserver final : public Observer {
 public:
  AuditObserver(AuditSink& sink, const Clock& clock) : sink_(sink), clock_(clock) {}
  void decided(const Exchange& exchange) noexcept override;

 private:
  AuditSink& sink_;
  const Clock& clock_;
};

/// Text from outside for a log: at most `most` bytes, and '?' for what is not printable ASCII.
std::string plain_text(std::string_view text, std::size_t most);

}  // namespace virga::http
