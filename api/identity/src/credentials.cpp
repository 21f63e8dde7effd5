// SPDX-License-Identifier: Apache-2.0
// /v3/credentials. A change may replace the blob and nothing else: moving a credential to another
// user, project or type would move what it opens (CVE-2026-90460).
#include "api/identity/src/credentials.h"

#include <strings.h>

#include "api/http/bind.h"
#include "api/identity/src/bodies.h"
#include "api/identity/src/catalog_routes.h"
#include "api/identity/src/delegation.h"
#include "common/error.h"
#include "common/hash.h"
#include "common/random.h"
#include "db/store/credentials.h"
#include "db/store/projects.h"
#include "db/store/users.h"

namespace virga::identity {
namespace {

using http::Request;
using http::Response;
using store::ReadTx;
using store::WriteTx;

constexpr char kPath[] = "/credentials";

/// Keys of an EC2 blob that say by which delegation it acts. They never change.
constexpr const char* kScopeKeys[] = {"trust_id", "app_cred_id", "access_token_id", "access_id"};

json::object view(const model::Credential& c, const std::string& blob) {
  json::object out = extra_view(c.extra);
  out["id"] = c.id;
  out["user_id"] = c.user_id;
  out["project_id"] = or_null(c.project_id);
  out["type"] = c.type;
  out["blob"] = blob;
  return out;
}

bool is_ec2(const std::string& type) {
  return ::strcasecmp(type.c_str(), "ec2") == 0;
}

http::Target facts_of(const model::Credential& c) {
  return {{"target.credential.user_id", c.user_id},
          {"target.credential.project_id", c.project_id},
          {"target.credential.type", c.type}};
}

json::object ec2_blob(const std::string& blob) {
  json::value value;
  try {
    value = parse_json(blob);
  } catch (const Error&) {
    throw Error(ErrorKind::invalid, "Invalid blob in credential");
  }
  const auto refuse = [](const char* what) {
    throw Error(ErrorKind::invalid,
                std::string("Expecting to find ") + what +
                    " in credential. The server could not comply with the request since it is "
                    "either malformed or otherwise incorrect. The client is assumed to be in "
                    "error.");
  };
  if (!value.is_object() || value.get_object().empty()) refuse("blob");
  const json::value* access = value.get_object().if_contains("access");
  if (access == nullptr || !access->is_string()) refuse("access");
  return value.get_object();
}

/// The credential that the path names, when the caller may use the route on it.
model::Credential permitted(ReadTx& tx, const Request& request) {
  const std::string& id = request.param("credential_id");
  auto found = store::credentials::find(tx, id);
  request.require(found ? facts_of(*found) : http::Target{});
  if (!found) refuse_missing("credential", id);
  require_primary_authentication(request);
  return std::move(*found);
}

model::Credential read_new(const json::object& in) {
  check(in, {{"blob", Is::text, true},
             {"type", Is::text, true, 0, 255},
             {"user_id", Is::text, true, 0, 64},
             {"project_id", Is::text, false, 0, 64}});
  model::Credential c;
  c.type = text_of(in, "type");
  c.user_id = text_of(in, "user_id");
  c.project_id = text_of(in, "project_id");
  c.extra = extra_of(in, {"blob", "type", "user_id", "project_id"});
  if (is_ec2(c.type) && c.project_id.empty())
    throw Error(ErrorKind::invalid, "'project_id' is a required property");
  c.id = is_ec2(c.type) ? ec2_credential_id(text_of(ec2_blob(text_of(in, "blob")), "access"))
                        : new_hex_id();
  return c;
}

Response create(IdentityDeps& deps, const Request& request) {
  const json::value body = request.json();
  const json::object& in = member_of(body, "credential");
  request.require({{"target.credential.user_id", text_of(in, "user_id")},
                   {"target.credential.project_id", text_of(in, "project_id")},
                   {"target.credential.type", text_of(in, "type")}});
  model::Credential credential = read_new(in);
  require_primary_authentication(request);
  seal_blob(deps, credential, text_of(in, "blob"));
  deps.db.write([&](WriteTx& tx) {
    if (!store::users::find(tx, credential.user_id)) refuse_missing("user", credential.user_id);
    if (!credential.project_id.empty() && !store::projects::find(tx, credential.project_id))
      refuse_missing("project", credential.project_id);
    if (store::credentials::find(tx, credential.id))
      throw Error(ErrorKind::conflict,
                  "Conflict occurred attempting to store credential - Duplicate entry found with "
                  "ID " +
                      credential.id + ".");
    store::credentials::insert(tx, credential);
  });
  return member(request, 201, "credential", view(credential, text_of(in, "blob")), kPath);
}

Response show(IdentityDeps& deps, const Request& request) {
  const auto found = deps.db.read([&](ReadTx& tx) { return permitted(tx, request); });
  return member(request, 200, "credential", view(found, open_blob(deps, found)), kPath);
}

Response list(IdentityDeps& deps, const Request& request) {
  const http::Caller& who = request.who();
  request.require(who.is_system ? http::Target{}
                                : http::Target{{"target.credential.user_id", who.user_id}});
  // Who may not see a stranger's credentials is asked about his own rows alone.
  const bool sees_all =
      request.allows("identity:get_credential", {{"target.credential.user_id", ""}});
  const auto rows = deps.db.read([&](ReadTx& tx) {
    return store::credentials::list(
        tx, sees_all ? request.parameter("user_id").value_or("") : who.user_id,
        request.parameter("type").value_or(""));
  });
  json::array views;
  for (const auto& c : rows) {
    if (is_delegated(who) || !request.allows("identity:get_credential", facts_of(c))) continue;
    json::object one = view(c, open_blob(deps, c));
    if (matches(request, one, {"user_id", "type"}))
      views.push_back(linked(request, std::move(one), kPath));
  }
  return collection(request, "credentials", std::move(views));
}

/// The delegation that an EC2 credential acts by stays what it was.
void require_same_scope(const std::string& before, const std::string& after) {
  const json::object old_blob = ec2_blob(before);
  const json::object new_blob = ec2_blob(after);
  for (const char* key : kScopeKeys) {
    const json::value* old_value = old_blob.if_contains(key);
    const json::value* new_value = new_blob.if_contains(key);
    const json::value null;
    if ((old_value != nullptr ? *old_value : null) != (new_value != nullptr ? *new_value : null))
      throw Error(ErrorKind::invalid, std::string(key) + " can not be updated for credential");
  }
}

Response update(IdentityDeps& deps, const Request& request) {
  const json::value body = request.json();
  deps.db.read([&](ReadTx& tx) { return permitted(tx, request); });  // before the body is judged
  const json::object& in = member_of(body, "credential");
  check(in, {{"blob", Is::text, true}}, Others::refused);
  const std::string blob = text_of(in, "blob");
  const auto credential = deps.db.write([&](WriteTx& tx) {
    model::Credential changed = permitted(tx, request);
    if (is_ec2(changed.type)) require_same_scope(open_blob(deps, changed), blob);
    seal_blob(deps, changed, blob);
    store::credentials::set_sealed_blob(tx, changed.id, changed.sealed_blob);
    return changed;
  });
  return member(request, 200, "credential", view(credential, blob), kPath);
}

Response remove(IdentityDeps& deps, const Request& request) {
  deps.db.write([&](WriteTx& tx) { store::credentials::erase(tx, permitted(tx, request).id); });
  return http::empty_response(204);
}

}  // namespace

std::string open_blob(const IdentityDeps& deps, const model::Credential& c) {
  return deps.sealer.open(c.sealed_blob, "credential/" + c.id);
}

void seal_blob(const IdentityDeps& deps, model::Credential& c, std::string_view blob) {
  c.sealed_blob = deps.sealer.seal(blob, "credential/" + c.id);
}

Ec2Secret read_ec2_secret(const std::string& blob) {
  const json::object in = ec2_blob(blob);
  Ec2Secret out;
  out.access = text_of(in, "access");
  out.secret = text_of(in, "secret");
  out.trust_id = text_of(in, "trust_id");
  for (const char* key : kScopeKeys) {
    const json::value* value = in.if_contains(key);
    out.is_delegated = out.is_delegated || (value != nullptr && !value->is_null());
  }
  return out;
}

std::string ec2_credential_id(const std::string& access) {
  return sha256_hex(access);
}

void add_credential_routes(http::Router& r, IdentityDeps& deps) {
  const auto bind = http::binder(deps);
  r.get("/identity/v3/credentials", "identity:list_credentials", bind(list));
  r.post("/identity/v3/credentials", "identity:create_credential", bind(create));
  const std::string one = "/identity/v3/credentials/{credential_id}";
  r.get(one, "identity:get_credential", bind(show));
  r.patch(one, "identity:update_credential", bind(update));
  r.del(one, "identity:delete_credential", bind(remove));
}

}  // namespace virga::identity
