// SPDX-License-Identifier: Apache-2.0
// One-time permission for a machine to become a host.
#pragma once

#include <string>

#include "api/agent-link/enrolment_token.h"
#include "common/clock.h"
#include "db/store/database.h"

namespace virga::agent_link {

/// Records a permission for the host of that name. It works once, until `life_us` from now.
/// @throws Error{invalid} when the name is not a host name
EnrolmentToken create_enrolment(store::Database& db, const std::string& host_name,
                                const std::string& authority_sha256, TimeUs now_us,
                                TimeUs life_us = 3600 * kSecondUs);

}  // namespace virga::agent_link
