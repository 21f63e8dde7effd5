// SPDX-License-Identifier: Apache-2.0
// The way of a consumer to its rights: it asks for a request token, a user authorizes it for some
// of his roles on the project, the consumer exchanges it for an access token, and that for a token.
#include <algorithm>
#include <boost/json/serialize.hpp>

#include "api/http/bind.h"
#include "api/identity/src/aws_signature.h"
#include "api/identity/src/bodies.h"
#include "api/identity/src/catalog_routes.h"
#include "api/identity/src/delegation.h"
#include "api/identity/src/oauth1.h"
#include "api/identity/src/oauth1_signature.h"
#include "common/error.h"
#include "common/hash.h"
#include "common/random.h"
#include "db/store/grants.h"
#include "db/store/oauth1.h"
#include "db/store/projects.h"

namespace virga::identity {
namespace {

using http::Request;
using http::Response;
using store::ReadTx;
using store::WriteTx;

// As Keystone's defaults.
constexpr TimeUs kRequestTokenLifeUs = 8LL * 3600 * kSecondUs;
constexpr TimeUs kAccessTokenLifeUs = 24LL * 3600 * kSecondUs;
constexpr std::size_t kVerifierSize = 8;

[[noreturn]] void refuse(const std::string& why) {
  throw Error(ErrorKind::unauthorized, why);
}

/// Letters and digits that are not taken for one another when they are typed.
std::string new_verifier() {
  static constexpr std::string_view kAlphabet =
      "abcdefghkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
  static constexpr std::size_t kEven = 256 - 256 % kAlphabet.size();
  std::string out;
  while (out.size() < kVerifierSize)
    for (const char c : random_bytes(kVerifierSize)) {
      const std::size_t value = static_cast<unsigned char>(c);
      if (value < kEven && out.size() < kVerifierSize) out += kAlphabet[value % kAlphabet.size()];
    }
  return out;
}

std::string consumer_secret(const IdentityDeps& deps, const model::OauthConsumer& consumer) {
  return open_oauth_secret(deps, consumer.sealed_secret, "consumer/" + consumer.id);
}

/// Refuses a request that is not signed with both secrets, and one that came before: its nonce is
/// kept for as long as its time may be accepted.
void require_signed(IdentityDeps& deps, const Request& request, const OauthParameters& parameters,
                    const OauthSecrets& secrets) {
  const TimeUs now = deps.clock.now_us();
  require_oauth_signature(request, parameters, secrets, now);
  std::string key = "oauth1";
  for (const char* part : {"oauth_consumer_key", "oauth_token", "oauth_timestamp", "oauth_nonce"})
    key += "\n" + percent_encoded(parameters.get(part));
  if (!deps.used.first_use(key, now + 2 * kOauthTimestampLifeUs + kSecondUs, now))
    refuse("Invalid nonce: the request was sent before.");
}

std::string token_form(const std::string& id, const std::string& secret, TimeUs expires_us) {
  return "oauth_token=" + id + "&oauth_token_secret=" + secret +
         "&oauth_expires_at=" + format_micros(expires_us);
}

/// POST /v3/OS-OAUTH1/request_token, signed by the consumer.
Response create_request_token(IdentityDeps& deps, const Request& request) {
  const OauthParameters parameters(request);
  const std::string consumer_id = parameters.require("oauth_consumer_key");
  const std::string project_id(request.header("requested-project-id"));
  if (project_id.empty())
    throw Error(ErrorKind::invalid,
                "Expecting to find Requested-Project-Id in request. The server could not comply "
                "with the request since it is either malformed or otherwise incorrect. The client "
                "is assumed to be in error.");
  const auto consumer = deps.db.read([&](ReadTx& tx) { return get_consumer(tx, consumer_id); });
  const TimeUs now = deps.clock.now_us();
  require_signed(deps, request, parameters, {consumer_secret(deps, consumer), ""});
  const std::string secret = new_hex_id();
  model::OauthRequestToken token;
  token.id = new_hex_id();
  token.consumer_id = consumer.id;
  token.project_id = project_id;
  token.sealed_secret = seal_oauth_secret(deps, secret, "request-token/" + token.id);
  token.expires_us = now + kRequestTokenLifeUs;
  deps.db.write([&](WriteTx& tx) {
    if (!store::projects::find(tx, project_id)) refuse_missing("project", project_id);
    store::oauth1::insert_request_token(tx, token, now);
  });
  return form_answer(token_form(token.id, secret, token.expires_us));
}

model::OauthRequestToken get_request_token(ReadTx& tx, const std::string& id, TimeUs now_us) {
  auto token = store::oauth1::find_request_token(tx, id);
  if (!token) throw Error(ErrorKind::not_found, "Request token not found");
  if (now_us > token->expires_us) refuse("Request token is expired");
  return std::move(*token);
}

/// Ids of the roles that the user names; he must hold each on the project.
json::array authorized_roles(ReadTx& tx, const json::array& wanted, const std::string& user_id,
                             const std::string& project_id) {
  const auto held = store::grants::list_roles(tx, user_id, model::TargetKind::project, project_id);
  json::array ids;
  for (const json::value& one : wanted) {
    const json::object& role = one.get_object();
    const std::string id = text_of(role, "id");
    const std::string name = text_of(role, "name");
    const auto it = std::find_if(held.begin(), held.end(), [&](const model::Role& r) {
      return id.empty() ? r.name == name : r.id == id;
    });
    if (it == held.end()) refuse("authorizing user does not have role required");
    if (std::find(ids.begin(), ids.end(), json::value(it->id)) == ids.end())
      ids.emplace_back(it->id);
  }
  return ids;
}

/// PUT /v3/OS-OAUTH1/authorize/{request_token_id}
Response authorize(IdentityDeps& deps, const Request& request) {
  const json::value body = request.json();
  const json::array& roles = members_of(body, "roles");
  for (const json::value& role : roles) {
    const bool one = role.is_object() && role.get_object().size() == 1;
    if (!one) throw Error(ErrorKind::invalid, "A role is named by its 'id' or by its 'name'.");
    check(role.get_object(), {{"id", Is::id}, {"name", Is::name}}, Others::refused);
  }
  if (is_delegated(request.who()))
    throw Error(ErrorKind::forbidden,
                "Cannot authorize a request token with a token issued via delegation.");
  const std::string verifier = new_verifier();
  deps.db.write([&](WriteTx& tx) {
    auto token = get_request_token(tx, request.param("request_token_id"), deps.clock.now_us());
    token.user_id = request.who().user_id;
    token.verifier = verifier;
    token.role_ids = json::serialize(authorized_roles(tx, roles, token.user_id, token.project_id));
    store::oauth1::authorize_request_token(tx, token);
  });
  return http::json_response(200, {{"token", {{"oauth_verifier", verifier}}}});
}

/// The request token that the consumer may exchange.
model::OauthRequestToken exchangeable(IdentityDeps& deps, const Request& request,
                                      const OauthParameters& parameters) {
  const std::string consumer_id = parameters.require("oauth_consumer_key");
  const std::string token_id = parameters.require("oauth_token");
  const std::string verifier = parameters.require("oauth_verifier");
  const TimeUs now = deps.clock.now_us();
  const auto [token, consumer] = deps.db.read([&](ReadTx& tx) {
    auto found = get_request_token(tx, token_id, now);
    if (found.consumer_id != consumer_id)
      refuse("Provided consumer key does not match stored consumer key.");
    auto its_consumer = get_consumer(tx, consumer_id);
    return std::pair(std::move(found), std::move(its_consumer));
  });
  require_signed(deps, request, parameters,
                 {consumer_secret(deps, consumer),
                  open_oauth_secret(deps, token.sealed_secret, "request-token/" + token.id)});
  if (token.user_id.empty()) refuse("Request Token does not have an authorizing user id.");
  if (!equal_constant_time(token.verifier, verifier))
    refuse("Provided verifier does not match stored verifier");
  return token;
}

/// POST /v3/OS-OAUTH1/access_token, signed by the consumer with the request token.
Response create_access_token(IdentityDeps& deps, const Request& request) {
  const auto used = exchangeable(deps, request, OauthParameters(request));
  const std::string secret = new_hex_id();
  model::OauthAccessToken token;
  token.id = new_hex_id();
  token.consumer_id = used.consumer_id;
  token.project_id = used.project_id;
  token.user_id = used.user_id;
  token.role_ids = used.role_ids;
  token.sealed_secret = seal_oauth_secret(deps, secret, "access-token/" + token.id);
  token.expires_us = deps.clock.now_us() + kAccessTokenLifeUs;
  deps.db.write([&](WriteTx& tx) {
    if (!store::oauth1::erase_request_token(tx, used.id))
      throw Error(ErrorKind::not_found, "Request token not found");
    store::oauth1::insert_access_token(tx, token);
  });
  return form_answer(token_form(token.id, secret, token.expires_us));
}

}  // namespace

model::OauthAccessToken prove_oauth1(IdentityDeps& deps, const Request& request) {
  const OauthParameters parameters(request);
  const std::string id = parameters.require("oauth_token");
  const auto [token, consumer] = deps.db.read([&](ReadTx& tx) {
    auto found = store::oauth1::find_access_token(tx, id);
    if (!found) refuse("Could not validate the access token");
    auto its_consumer = get_consumer(tx, found->consumer_id);
    return std::pair(std::move(*found), std::move(its_consumer));
  });
  if (parameters.require("oauth_consumer_key") != token.consumer_id)
    refuse("Could not validate the access token");
  if (deps.clock.now_us() > token.expires_us) refuse("Access token is expired");
  require_signed(deps, request, parameters,
                 {consumer_secret(deps, consumer),
                  open_oauth_secret(deps, token.sealed_secret, "access-token/" + id)});
  return token;
}

bool limit_to_access_token(ReadTx& tx, http::Caller& caller, const std::string& id, TimeUs now_us) {
  const auto token = store::oauth1::find_access_token(tx, id);
  if (!token || now_us > token->expires_us || token->user_id != caller.user_id ||
      token->project_id != caller.project_id)
    return false;
  const json::value roles = parse_json(token->role_ids);
  std::erase_if(caller.roles, [&](const auto& role) {
    const json::array& allowed = roles.get_array();
    return std::find(allowed.begin(), allowed.end(), json::value(role.first)) == allowed.end();
  });
  return !caller.roles.empty();
}

std::string open_oauth_secret(const IdentityDeps& deps, const std::string& sealed,
                              const std::string& owner) {
  return deps.sealer.open(sealed, "oauth1/" + owner);
}

std::string seal_oauth_secret(const IdentityDeps& deps, const std::string& secret,
                              const std::string& owner) {
  return deps.sealer.seal(secret, "oauth1/" + owner);
}

Response form_answer(const std::string& form) {
  Response response;
  response.status = 201;
  response.body = form;
  response.content_type = "application/x-www-form-urlencoded";
  return response;
}

void add_oauth_flow_routes(http::Router& r, IdentityDeps& deps) {
  const auto bind = http::binder(deps);
  const std::string top = "/identity/v3/OS-OAUTH1";
  r.post(top + "/request_token", "public", bind(create_request_token));
  r.post(top + "/access_token", "public", bind(create_access_token));
  r.put(top + "/authorize/{request_token_id}", "identity:authorize_request_token", bind(authorize));
}

}  // namespace virga::identity
