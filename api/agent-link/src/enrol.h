// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/agent-link/agent_link.h"

namespace virga::agent_link {

/// POST /agent/v1/enrol: a one-time secret and a signing request for a certificate.
http::Response enrol(LinkDeps& deps, const http::Request& request);

/// GET /agent/v1/images/{digest}: only for hosts that have an instance on these bytes, or
/// are to fetch them ahead.
http::Response send_image(LinkDeps& deps, const http::Request& request);

}  // namespace virga::agent_link
