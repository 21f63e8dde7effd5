// SPDX-License-Identifier: Apache-2.0
// POST /v3/ec2tokens and /v3/s3tokens: a service that got a signed request asks whose it is.
#include "api/http/bind.h"
#include "api/identity/src/aws_signature.h"
#include "api/identity/src/bodies.h"
#include "api/identity/src/catalog_routes.h"
#include "api/identity/src/credentials.h"
#include "api/identity/src/tokens.h"
#include "common/error.h"
#include "db/store/credentials.h"

namespace virga::identity {
namespace {

using http::Request;
using http::Response;
using store::ReadTx;

using SignatureCheck = bool (*)(const json::object& in, const std::string& secret);

/// What the service says of the request, under one of the names that are in use.
const json::object& described_request(const json::value& body) {
  if (!body.is_object() || body.get_object().empty())
    throw Error(ErrorKind::invalid, "request must include a request body");
  for (const char* key : {"credentials", "credential", "ec2Credentials"}) {
    const json::value* found = body.get_object().if_contains(key);
    if (found != nullptr && found->is_object() && !found->get_object().empty())
      return found->get_object();
  }
  throw Error(ErrorKind::unauthorized, "EC2 Signature not supplied");
}

/// The credential that signed the request.
model::Credential signing_credential(IdentityDeps& deps, const json::object& in,
                                     SignatureCheck is_signed) {
  const json::value* access = in.if_contains("access");
  if (access == nullptr || !access->is_string())
    throw Error(ErrorKind::unauthorized, "EC2 Signature not supplied");
  const auto found = deps.db.read([&](ReadTx& tx) {
    return store::credentials::find(tx, ec2_credential_id(text_of(in, "access")));
  });
  if (!found || found->type != "ec2")
    throw Error(ErrorKind::unauthorized, "EC2 access key not found.");
  const Ec2Secret secret = read_ec2_secret(open_blob(deps, *found));
  if (secret.secret.empty() || !is_signed(in, secret.secret))
    throw Error(ErrorKind::unauthorized, "Invalid EC2 signature.");
  require_recent(in, deps.clock.now_us());
  // Delegated tokens cannot make credentials, so nobody could have made this one rightly.
  if (secret.is_delegated)
    throw Error(ErrorKind::unauthorized, "The EC2 credential acts by a delegation.");
  return *found;
}

Response answer(IdentityDeps& deps, const Request& request, SignatureCheck is_signed) {
  const json::value body = request.json();
  const model::Credential credential = signing_credential(deps, described_request(body), is_signed);
  model::Token wish;
  wish.user_id = credential.user_id;
  wish.project_id = credential.project_id;
  wish.methods = "ec2credential";
  wish.expires_us = deps.clock.now_us() + deps.token_life_us;
  Response response = issue_token(deps, request, std::move(wish));
  response.status = 200;
  return response;
}

Response ec2(IdentityDeps& deps, const Request& request) {
  return answer(deps, request, is_ec2_signed);
}

/// Says whose request it was, but gives no token: what is signed may have been signed long ago.
Response s3(IdentityDeps& deps, const Request& request) {
  Response response = answer(deps, request, is_s3_signed);
  std::erase_if(response.headers, [](const auto& h) { return h.first == "X-Subject-Token"; });
  return response;
}

}  // namespace

void add_ec2_token_routes(http::Router& r, IdentityDeps& deps) {
  const auto bind = http::binder(deps);
  r.post("/identity/v3/ec2tokens", "identity:ec2tokens_validate", bind(ec2));
  r.post("/identity/v3/s3tokens", "identity:s3tokens_validate", bind(s3));
}

}  // namespace virga::identity
