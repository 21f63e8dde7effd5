// SPDX-License-Identifier: Apache-2.0
// The first rows of a cloud, and the secrets that belong to it.
#pragma once

#include <string>

#include "api/agent-link/authority.h"
#include "api/identity/sealer.h"
#include "api/virgad/config.h"
#include "db/store/database.h"

namespace virga::virgad {

/// The authority of the agent link from its folder; made there when it is missing.
agent_link::KeyedCertificate ensure_authority(const std::string& directory);

/// The key that seals the secrets of the database, from its file; made when it is missing and
/// nothing is sealed yet.
/// @throws Error{invalid} when the database holds secrets of a key that is not there
identity::Sealer ensure_sealer(const Config& config, store::Database& db);

/// Makes the state directory, the authority, the default domain, the roles, the project and the
/// user "admin". Idempotent: an existing user keeps his password unless `password` is not empty;
/// then he is enabled, too, so that administrators who locked themselves out come back.
/// @return the password that was generated, or "" when none was needed
std::string bootstrap(const Config& config, const std::string& password);

}  // namespace virga::virgad
