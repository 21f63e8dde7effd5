// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "api/agent-link/agent_link.h"

namespace virga::agent_link {

/// PUT /agent/v1/snapshots/{image_id}: the bytes of an image that the asking host is to deliver.
std::unique_ptr<http::Upload> receive_snapshot(LinkDeps& deps, const http::Request& request);

}  // namespace virga::agent_link
