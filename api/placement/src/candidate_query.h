// SPDX-License-Identifier: Apache-2.0
// The query of GET /allocation_candidates, as each version understands it. Private to
// api/placement.
#pragma once

#include "api/http/message.h"
#include "api/placement/src/candidates.h"

namespace virga::placement {

/// @throws Error{invalid}
CandidateRequest read_candidate_request(const http::Request& request);

/// Refuses names that nobody knows.  @throws Error{invalid}
void require_known_names(store::ReadTx& tx, const CandidateRequest& request);

}  // namespace virga::placement
