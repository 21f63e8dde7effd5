// SPDX-License-Identifier: Apache-2.0
// Routes of catalog, policies, limits, credentials and OAuth, a function per file; and the views
// that more than one of them shows.
#pragma once

#include <boost/json/object.hpp>

#include "api/http/router.h"
#include "api/identity/identity_api.h"
#include "db/model/catalog.h"
#include "db/model/limit.h"
#include "db/store/database.h"

namespace virga::identity {

void add_region_routes(http::Router& router, IdentityDeps& deps);
void add_service_routes(http::Router& router, IdentityDeps& deps);
void add_endpoint_routes(http::Router& router, IdentityDeps& deps);
void add_endpoint_group_routes(http::Router& router, IdentityDeps& deps);
void add_endpoint_filter_routes(http::Router& router, IdentityDeps& deps);
void add_policy_routes(http::Router& router, IdentityDeps& deps);
void add_endpoint_policy_routes(http::Router& router, IdentityDeps& deps);
void add_registered_limit_routes(http::Router& router, IdentityDeps& deps);
void add_limit_routes(http::Router& router, IdentityDeps& deps);
void add_credential_routes(http::Router& router, IdentityDeps& deps);
void add_ec2_credential_routes(http::Router& router, IdentityDeps& deps);
void add_ec2_token_routes(http::Router& router, IdentityDeps& deps);
void add_oauth_consumer_routes(http::Router& router, IdentityDeps& deps);
void add_oauth_flow_routes(http::Router& router, IdentityDeps& deps);
void add_oauth_access_token_routes(http::Router& router, IdentityDeps& deps);
void add_client_file_routes(http::Router& router, IdentityDeps& deps);

/// An endpoint with its link and, when it is one of this cloud, its URL for the request's client.
boost::json::object endpoint_view(const http::Request& request, const model::Endpoint& endpoint);
/// @throws Error{not_found}
model::Endpoint get_endpoint(store::ReadTx& tx, const std::string& id);
model::Service get_service(store::ReadTx& tx, const std::string& id);
model::Region get_region(store::ReadTx& tx, const std::string& id);
model::StoredPolicy get_policy(store::ReadTx& tx, const std::string& id);
/// A limit without a link.
boost::json::object limit_view(const model::Limit& limit);
/// A stored policy with its link.
boost::json::object policy_view(const http::Request& request, const model::StoredPolicy& policy);

}  // namespace virga::identity
