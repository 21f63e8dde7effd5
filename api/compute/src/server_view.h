// SPDX-License-Identifier: Apache-2.0
// How the Compute API shows an instance.
#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <vector>

#include "api/compute/compute_api.h"
#include "db/model/instance.h"
#include "db/store/ports.h"

namespace virga::compute {

/// An instance with what its view needs beside its row.
struct ShownInstance {
  model::Instance instance;
  std::string host_name;  ///< empty: no host
  std::vector<store::ports::InstanceAddress> addresses;
};

/// Reads what the view needs.
ShownInstance complete(store::ReadTx& tx, model::Instance instance);

/// The whole document of version 2.1.
/// @param memory where the document is built; the default is the heap
boost::json::object server_view(const ComputeDeps& deps, const http::Request& request,
                                const ShownInstance& shown,
                                const boost::json::storage_ptr& memory = {});
boost::json::array server_links(const http::Request& request, const std::string& id);

/// The live instance {id} of the caller's project (of any project for administrators).
/// @throws Error{not_found}
model::Instance get_instance(store::ReadTx& tx, const http::Request& request);

}  // namespace virga::compute
