// SPDX-License-Identifier: Apache-2.0
#include "api/identity/identity_api.h"

#include "api/identity/src/catalog_routes.h"
#include "api/identity/src/domain_config.h"
#include "api/identity/src/domains.h"
#include "api/identity/src/groups.h"
#include "api/identity/src/project_tags.h"
#include "api/identity/src/projects.h"
#include "api/identity/src/routes.h"
#include "api/identity/src/tokens.h"
#include "api/identity/src/users.h"
#include "common/json.h"

namespace virga::identity {
namespace {

using http::Request;
using http::Response;

json::object version(const std::string& base) {
  return {{"id", "v3.14"},
          {"status", "stable"},
          {"updated", "2020-04-07T00:00:00Z"},
          {"links", json::array{json::object{{"rel", "self"}, {"href", base + "/identity/v3/"}}}},
          {"media-types",
           json::array{json::object{{"base", "application/json"},
                                    {"type", "application/vnd.openstack.identity-v3+json"}}}}};
}

Response versions(const Request& request) {
  Response response = http::json_response(
      300, {{"versions", {{"values", json::array{version(request.base_url)}}}}});
  response.headers.emplace_back("Location", request.base_url + "/identity/v3/");
  return response;
}

Response show_version(const Request& request) {
  return http::json_response(200, {{"version", version(request.base_url)}});
}

void add_catalog_routes(http::Router& router, IdentityDeps& deps) {
  add_region_routes(router, deps);
  add_service_routes(router, deps);
  add_endpoint_routes(router, deps);
  add_endpoint_group_routes(router, deps);
  add_endpoint_filter_routes(router, deps);
  add_policy_routes(router, deps);
  add_endpoint_policy_routes(router, deps);
  add_registered_limit_routes(router, deps);
  add_limit_routes(router, deps);
  add_credential_routes(router, deps);
  add_ec2_credential_routes(router, deps);
  add_ec2_token_routes(router, deps);
  add_oauth_consumer_routes(router, deps);
  add_oauth_flow_routes(router, deps);
  add_oauth_access_token_routes(router, deps);
  add_client_file_routes(router, deps);
}

}  // namespace

void add_routes(http::Router& router, IdentityDeps& deps) {
  router.add_service(
      {.prefix = "/identity",
       .error_body = http::identity_error,
       .headers = {{"Vary", "X-Auth-Token"}},
       .body_rule = {400,
                     "Expecting to find application/json in Content-Type header. The server could "
                     "not comply with the request since it is either malformed or otherwise "
                     "incorrect. The client is assumed to be in error."},
       .type = "identity"});
  router.get("/identity", "public", versions);
  router.get("/identity/v3", "public", show_version);
  add_token_routes(router, deps);
  add_catalog_routes(router, deps);
  add_domain_routes(router, deps);
  add_domain_config_routes(router, deps);
  add_project_routes(router, deps);
  add_project_tag_routes(router, deps);
  add_user_routes(router, deps);
  add_group_routes(router, deps);
  add_auth_list_routes(router, deps);
  add_role_routes(router, deps);
  add_implied_role_routes(router, deps);
  add_grant_routes(router, deps);
  add_role_assignment_routes(router, deps);
  add_trust_routes(router, deps);
  add_application_credential_routes(router, deps);
  add_access_rule_routes(router, deps);
}

}  // namespace virga::identity
