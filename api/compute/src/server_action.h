// SPDX-License-Identifier: Apache-2.0
// POST /servers/{id}/action: what all actions share.
#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "api/compute/compute_api.h"
#include "api/compute/src/action_rules.h"
#include "common/json.h"

namespace virga::compute {

/// One action: the only member of the request's body.
struct ServerAction {
  using Run = http::Response (*)(ComputeDeps& deps, const http::Request& request,
                                 const json::value& argument);

  std::string_view key;     ///< "os-stop"
  std::string_view policy;  ///< "os_compute_api:servers:stop"
  Run run;
  http::VersionRange versions = {};
};

/// The actions of each file.
std::vector<ServerAction> power_actions();
std::vector<ServerAction> rescue_actions();
std::vector<ServerAction> rebuild_actions();
std::vector<ServerAction> resize_actions();
std::vector<ServerAction> console_actions();
std::vector<ServerAction> snapshot_actions();
std::vector<ServerAction> shelve_actions();
std::vector<ServerAction> unshelve_actions();

/// Changes what is wanted of the instance {id} in one transaction: checks the rule, calls `change`
/// with the instance, writes what it made of it and the record of the action.
/// @return the instance as it is wanted now
/// @throws Error{not_found, conflict} and what `change` throws
model::Instance change_desired(
    ComputeDeps& deps, const http::Request& request, const ActionRule& rule,
    const std::function<void(store::WriteTx&, model::Instance&)>& change);

}  // namespace virga::compute
