// SPDX-License-Identifier: Apache-2.0
#include "api/compute/src/projects.h"

#include "common/error.h"
#include "db/store/projects.h"

namespace virga::compute {

void require_project(store::ReadTx& tx, const http::Request& request,
                     const std::string& project_id) {
  if (request.who().is_admin() && !store::projects::find(tx, project_id))
    throw Error(ErrorKind::invalid, "Project ID " + project_id + " is not a valid project.");
}

}  // namespace virga::compute
