// SPDX-License-Identifier: Apache-2.0
// /v3/users/{user_id}/credentials/OS-EC2: pairs of access key and secret, made here.
#include "api/http/bind.h"
#include "api/identity/src/bodies.h"
#include "api/identity/src/catalog_routes.h"
#include "api/identity/src/credentials.h"
#include "api/identity/src/delegation.h"
#include "common/error.h"
#include "common/random.h"
#include "db/store/credentials.h"
#include "db/store/projects.h"
#include "db/store/users.h"

#include <boost/json/serialize.hpp>

namespace virga::identity {
namespace {

using http::Request;
using http::Response;
using store::ReadTx;
using store::WriteTx;

constexpr char kType[] = "ec2";

json::object view(const Request& request, const model::Credential& c, const Ec2Secret& secret) {
  const std::string self =
      api_root(request) + "/users/" + c.user_id + "/credentials/OS-EC2/" + secret.access;
  return {{"user_id", c.user_id},
          {"tenant_id", or_null(c.project_id)},
          {"access", secret.access},
          {"secret", secret.secret},
          {"trust_id", or_null(secret.trust_id)},
          {"links", {{"self", self}}}};
}

http::Target owned_by(const std::string& user_id) {
  return {{"target.credential.user_id", user_id}};
}

Response create(IdentityDeps& deps, const Request& request) {
  const std::string& user_id = request.param("user_id");
  request.require(owned_by(user_id));
  require_primary_authentication(request);
  const json::value body = request.json();
  if (!body.is_object()) throw Error(ErrorKind::invalid, "The request body must be a JSON object.");
  check(body.get_object(), {{"tenant_id", Is::id, true}});
  const Ec2Secret secret{.access = new_hex_id(), .secret = new_hex_id(), .trust_id = {}};
  model::Credential credential;
  credential.id = ec2_credential_id(secret.access);
  credential.user_id = user_id;
  credential.project_id = text_of(body.get_object(), "tenant_id");
  credential.type = kType;
  seal_blob(deps, credential,
            json::serialize(json::object{
                {"access", secret.access}, {"secret", secret.secret}, {"trust_id", nullptr}}));
  deps.db.write([&](WriteTx& tx) {
    if (!store::users::find(tx, user_id)) refuse_missing("user", user_id);
    if (!store::projects::find(tx, credential.project_id))
      refuse_missing("project", credential.project_id);
    store::credentials::insert(tx, credential);
  });
  return http::json_response(201, {{"credential", view(request, credential, secret)}});
}

Response list(IdentityDeps& deps, const Request& request) {
  const std::string& user_id = request.param("user_id");
  request.require(owned_by(user_id));
  require_primary_authentication(request);
  json::array views;
  deps.db.read([&](ReadTx& tx) {
    if (!store::users::find(tx, user_id)) refuse_missing("user", user_id);
    for (const auto& c : store::credentials::list(tx, user_id, kType))
      views.push_back(view(request, c, read_ec2_secret(open_blob(deps, c))));
  });
  return collection(request, "credentials", std::move(views));
}

/// The credential of the path's user and access key. One that is not there is told from one of
/// somebody else by nobody who could not use it: access keys are random.
model::Credential permitted(ReadTx& tx, const Request& request) {
  const std::string& access = request.param("access");
  const auto found = store::credentials::find(tx, ec2_credential_id(access));
  const bool there = found && found->type == kType && found->user_id == request.param("user_id");
  if (!there) refuse_missing("credential", access);
  request.require(owned_by(found->user_id));
  require_primary_authentication(request);
  return *found;
}

Response show(IdentityDeps& deps, const Request& request) {
  const auto found = deps.db.read([&](ReadTx& tx) { return permitted(tx, request); });
  return http::json_response(
      200, {{"credential", view(request, found, read_ec2_secret(open_blob(deps, found)))}});
}

Response remove(IdentityDeps& deps, const Request& request) {
  deps.db.write([&](WriteTx& tx) { store::credentials::erase(tx, permitted(tx, request).id); });
  return http::empty_response(204);
}

}  // namespace

void add_ec2_credential_routes(http::Router& r, IdentityDeps& deps) {
  const auto bind = http::binder(deps);
  const std::string all = "/identity/v3/users/{user_id}/credentials/OS-EC2";
  const std::string one = all + "/{access}";
  r.get(all, "identity:ec2_list_credentials", bind(list));
  r.post(all, "identity:ec2_create_credential", bind(create));
  r.get(one, "identity:ec2_get_credential", bind(show));
  r.del(one, "identity:ec2_delete_credential", bind(remove));
}

}  // namespace virga::identity
