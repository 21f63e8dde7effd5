// SPDX-License-Identifier: Apache-2.0
// How the Compute API shows an instance.
#pragma once

#include <boost/json/array.hpp>
#include <string>
#include <vector>

#include "api/compute/compute_api.h"
#include "common/json_writer.h"
#include "db/model/instance.h"
#include "db/store/ports.h"

namespace virga::compute {

/// An instance with what its view needs beside its row.
struct ShownInstance {
  model::Instance instance;
  std::string host_name;  ///< empty: no host
  std::vector<store::ports::InstanceAddress> addresses;
  std::string zone = {};  ///< of the host; empty: the usual one
};

/// Reads what the view needs.
ShownInstance complete(store::ReadTx& tx, model::Instance instance);

/// Writes the whole document of version 2.1, with a new password when there is one.
void write_server(JsonWriter& out, const ComputeDeps& deps, const http::Request& request,
                  const ShownInstance& shown, std::string_view admin_password = {});
boost::json::array server_links(const http::Request& request, const std::string& id);

/// The live instance {id} of the caller's project (of any project for administrators).
/// @throws Error{not_found}
model::Instance get_instance(store::ReadTx& tx, const http::Request& request);

}  // namespace virga::compute
