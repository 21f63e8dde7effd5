// SPDX-License-Identifier: Apache-2.0
// The agent's identity: a key, a certificate and the authority it trusts, from a one-time
// enrolment.
#pragma once

#include <optional>
#include <string>

#include "api/http/client.h"

namespace virga::agent {

struct Identity {
  std::string host_id;
  std::string host_name;
  std::string certificate;  ///< PEM
  std::string private_key;  ///< PEM
  std::string authority;    ///< PEM
};

/// Reads the identity from its folder; nullopt when this host is not enrolled.
/// @throws Error{invalid} when other users may read the key
std::optional<Identity> load_identity(const std::string& directory);

/// Redeems an enrolment token and stores the identity. The key never leaves the host.
/// @throws Error{invalid} for a malformed token, Error{unauthorized} when it is not valid (any
/// more),
///         Error{unavailable}
Identity enrol(const std::string& directory, const std::string& server, std::uint16_t port,
               const std::string& token);

/// How the control plane is reached with an identity.
http::Peer peer_of(const Identity& identity, const std::string& server, std::uint16_t port);

}  // namespace virga::agent
