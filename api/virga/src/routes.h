// SPDX-License-Identifier: Apache-2.0
// The resources under /virga/v1, a file each. Private to api/virga.
#pragma once

#include "api/virga/virga_api.h"

namespace virga::own {

void add_doctor_routes(http::Router& router, VirgaDeps& deps);
void add_event_routes(http::Router& router, VirgaDeps& deps);
void add_explain_routes(http::Router& router, VirgaDeps& deps);

}  // namespace virga::own
