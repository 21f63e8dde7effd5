// SPDX-License-Identifier: Apache-2.0
// The control plane's side of the link to agents: enrolment, one stream a host, images for hosts.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "api/agent-link/authority.h"
#include "api/http/router.h"
#include "common/clock.h"
#include "db/model/console.h"
#include "db/store/database.h"
#include "image-service/image_store.h"

namespace virga::agent_link {

/// How images that hosts deliver are taken, and what follows.
struct SnapshotSettings {
  std::int64_t max_image_bytes = std::int64_t{1} << 40;
  std::string hash_algorithm = "sha256";  ///< of os_hash_value: "sha256" or "sha512"
  bool md5_checksum = false;
  std::string store_id = "local";  ///< name of the store that takes them
  std::string region = "RegionOne";
  std::int64_t offload_after_s = 0;  ///< shelved instances keep their disks so long; -1: for ever
};

/// What the link needs. Outlives it.
struct LinkDeps {
  store::Database& db;
  const Clock& clock;
  images::ImageStore& images;
  KeyedCertificate authority;
  std::string availability_zone = "nova";
  SnapshotSettings snapshots = {};
};

/// Knows hosts by their certificate: request.caller has the host's id and name as user id and name.
class HostAuthorizer final : public http::Authorizer {
 public:
  explicit HostAuthorizer(store::Database& db) : db_(db) {}
  bool knows(std::string_view policy) const override;
  void authorize(http::Request& request, std::string_view policy) const override;
  bool allows(const http::Caller& caller, std::string_view policy,
              const http::Target& target) const override;

 private:
  store::Database& db_;
};

/// A console that a host is to open.
struct ConsoleCall {
  std::string session_id;  ///< one-time secret that names the connection
  std::string instance_id;
  model::ConsoleKind kind = model::ConsoleKind::vnc;
  std::int64_t run_epoch = 0;  ///< only this run of the guest may be shown
};

struct LinkState;

/// The streams of all hosts. A commit that changes a host's desired state wakes its stream; a
/// stream carries the whole state each time. Thread-safe.
class AgentLink {
 public:
  /// Subscribes to the database: make it before the first write.
  explicit AgentLink(LinkDeps& deps);
  ~AgentLink();

  void add_routes(http::Router& router);

  /// Asks a host for the end of a console log.
  /// @throws Error{unavailable} when the host is not connected or does not answer within 10 s
  std::string read_console(const std::string& host_id, const std::string& instance_id,
                           std::size_t max_bytes);

  /// Asks a host to open a console. It opens a connection of its own, which shows `session_id`, or
  /// says that it cannot.
  /// @throws Error{unavailable} when the host is not connected
  void open_console(const std::string& host_id, const ConsoleCall& call);

  /// Sets who is told that a host cannot open a console. Set before the first stream.
  void on_console_failed(std::function<void(const std::string& host_id,
                                            const std::string& session_id, const std::string& why)>
                             callback);

  /// Ends all streams and the pushing thread.
  void stop();

 private:
  std::shared_ptr<LinkState> impl_;
};

}  // namespace virga::agent_link
