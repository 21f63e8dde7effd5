// SPDX-License-Identifier: Apache-2.0
// The resources of the Network API, a file each. Private to api/network.
#pragma once

#include "api/network/network_api.h"
#include "db/model/network.h"

namespace virga::network {

void add_network_routes(http::Router& router, NetworkDeps& deps);
void add_subnet_routes(http::Router& router, NetworkDeps& deps);
void add_port_routes(http::Router& router, NetworkDeps& deps);

/// True when the caller may see a network: his own, shared and external ones; administrators all.
bool is_visible(const model::Network& network, const http::Request& request);

/// The network {id} if the caller may see it.  @throws Error{not_found}
model::Network get_network(store::ReadTx& tx, const http::Request& request, const std::string& id);

}  // namespace virga::network
