// SPDX-License-Identifier: Apache-2.0
// The first rows of a cloud, and the secrets that belong to it.
#pragma once

#include <string>

#include "api/agent-link/authority.h"
#include "api/virgad/config.h"

namespace virga::virgad {

/// The authority of the agent link from its folder; made there when it is missing.
agent_link::KeyedCertificate ensure_authority(const std::string& directory);

/// Makes the state directory, the authority, the default domain, the roles, the project and the
/// user "admin". Idempotent: an existing user keeps his password unless `password` is not empty.
/// @return the password that was generated, or "" when none was needed
std::string bootstrap(const Config& config, const std::string& password);

}  // namespace virga::virgad
