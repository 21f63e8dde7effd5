// SPDX-License-Identifier: Apache-2.0
#include "api/virga/virga_api.h"

#include "api/virga/src/routes.h"

namespace virga::own {

void add_routes(http::Router& router, VirgaDeps& deps) {
  add_doctor_routes(router, deps);
  add_event_routes(router, deps);
  add_explain_routes(router, deps);
}

}  // namespace virga::own
