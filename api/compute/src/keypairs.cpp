// SPDX-License-Identifier: Apache-2.0
// Key pairs: of the caller, from 2.10 on also of others for administrators.
#include "db/store/keypairs.h"

#include "api/compute/src/quotas.h"
#include "api/compute/src/routes.h"
#include "api/compute/src/schema.h"
#include "api/compute/src/x509_key.h"
#include "api/http/bind.h"
#include "api/http/paging.h"
#include "common/error.h"
#include "db/store/users.h"

namespace virga::compute {
namespace {

using http::Request;
using http::Response;
using model::KeyPair;
using store::ReadTx;
using store::WriteTx;

constexpr std::string_view kAlphanumeric =
    "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

/// Whose key pairs the request is about; the caller must be allowed to ask about them.
std::string owner_of(const Request& request, const std::string& named) {
  const std::string owner = at_least(request, 10) && !named.empty() ? named : request.who().user_id;
  request.require({{"user_id", owner}});
  return owner;
}
std::string owner_of(const Request& request) {
  return owner_of(request, request.parameter("user_id").value_or(""));
}

[[noreturn]] void refuse_missing(const std::string& name, const std::string& owner) {
  throw Error(ErrorKind::not_found, "Keypair " + name + " not found for user " + owner);
}

json::object summary(const Request& request, const KeyPair& k) {
  json::object view{{"name", k.name}, {"public_key", k.public_key}, {"fingerprint", k.fingerprint}};
  if (at_least(request, 2)) view["type"] = k.type;
  return view;
}

std::string next_link(const Request& request, const std::vector<KeyPair>& page) {
  return http::page_link(request, compute_url(request) + "/os-keypairs", page.back().name);
}

Response list(ComputeDeps& deps, const Request& request) {
  const std::string owner = owner_of(request);
  require_parameters(request, {"user_id", "limit", "marker"});
  const bool paged = at_least(request, 35);
  const Page page = paged ? read_page(request) : Page{};
  const auto found = deps.db.read([&](ReadTx& tx) {
    if (!paged) return store::keypairs::list(tx, owner);
    if (!page.marker.empty() && !store::keypairs::find(tx, owner, page.marker))
      throw Error(ErrorKind::invalid,
                  "Marker " + page.marker.substr(0, 255) + " could not be found.");
    return store::keypairs::list_page(tx, owner, page.marker, page.limit);
  });
  json::array views;
  for (const auto& k : found) views.push_back(json::object{{"keypair", summary(request, k)}});
  json::object body{{"keypairs", std::move(views)}};
  if (is_full(page, found.size()))
    body["keypairs_links"] =
        json::array{json::object{{"rel", "next"}, {"href", next_link(request, found)}}};
  return http::object_response(200, body);
}

Response show(ComputeDeps& deps, const Request& request) {
  const std::string owner = owner_of(request);
  require_parameters(request, {"user_id"});
  const std::string& name = request.param("name");
  const auto found =
      deps.db.read([&](ReadTx& tx) { return store::keypairs::find(tx, owner, name); });
  if (!found) refuse_missing(name, owner);
  json::object view = summary(request, *found);
  view["user_id"] = found->user_id;
  view["created_at"] = format_naive(found->created_us);
  view["deleted"] = false;
  view["deleted_at"] = nullptr;
  view["updated_at"] = nullptr;
  view["id"] = found->number;
  return http::json_response(200, {{"keypair", std::move(view)}});
}

std::string read_name(const Request& request, const Fields& in) {
  const std::string name = text_of(in, "name", kName);
  const std::string known = (at_least(request, 92) ? "@._- " : "_- ") + std::string(kAlphanumeric);
  if (name.find_first_not_of(known) != std::string::npos)
    throw Error(ErrorKind::invalid,
                "An invalid 'name' value was provided. The name must be: Only expected characters: "
                "[" +
                    known + "]");
  return name;
}

std::string read_type(const Fields& in) {
  const auto type = optional_text(in, "type");
  if (type && *type != "ssh" && *type != "x509")
    refuse_field("type", in.raw().at("type"), "is not one of ['ssh', 'x509']");
  return type.value_or("ssh");
}

/// The checked body of a create; without a public key, one is to be made.
struct Wanted {
  KeyPair keypair;
  bool generate = false;
};

Wanted read_body(const Request& request, const json::value& body) {
  const Fields in = envelope(body, "keypair");
  in.only({"name", "public_key", at_least(request, 2) ? "type" : "name",
           at_least(request, 10) ? "user_id" : "name"});
  Wanted wanted;
  wanted.keypair.name = read_name(request, in);
  wanted.keypair.type = read_type(in);
  const auto key = optional_text(in, "public_key");
  if (!key && at_least(request, 92))
    throw Error(ErrorKind::invalid, "'public_key' is a required property");
  wanted.generate = !key;
  wanted.keypair.public_key = key.value_or("");
  wanted.keypair.user_id = owner_of(request, optional_text(in, "user_id").value_or(""));
  return wanted;
}

void require_room(ReadTx& tx, const Request& request, const KeyPair& k) {
  if (k.user_id != request.who().user_id && !store::users::find(tx, k.user_id))
    throw Error(ErrorKind::invalid, "User " + k.user_id + " could not be found.");
  require_key_pair(tx, request, k.user_id);
}

/// A private key is shown once, and never kept.
Response create(ComputeDeps& deps, const Request& request) {
  const json::value body = request.json();
  Wanted wanted = read_body(request, body);
  KeyPair& k = wanted.keypair;
  const bool x509 = k.type == "x509";
  deps.db.read([&](ReadTx& tx) { require_room(tx, request, k); });  // before the slow part
  std::string private_key;
  if (wanted.generate) {
    GeneratedKey made =
        x509 ? generate_x509_key(k.user_id) : generate_ssh_key("Generated-by-Virga");
    k.public_key = std::move(made.public_key);
    private_key = std::move(made.private_key);
  }
  k.fingerprint = x509 ? x509_fingerprint(k.public_key) : ssh_fingerprint(k.public_key);
  k.created_us = deps.clock.now_us();
  deps.db.write([&](WriteTx& tx) {
    require_room(tx, request, k);
    store::keypairs::insert(tx, k);
  });
  request.audit.target = k.name;
  json::object view = summary(request, k);
  view["user_id"] = k.user_id;
  if (wanted.generate) view["private_key"] = private_key;
  return http::json_response(at_least(request, 2) ? 201 : 200, {{"keypair", std::move(view)}});
}

Response remove(ComputeDeps& deps, const Request& request) {
  const std::string owner = owner_of(request);
  require_parameters(request, {"user_id"});
  const std::string& name = request.param("name");
  deps.db.write([&](WriteTx& tx) {
    if (!store::keypairs::erase(tx, owner, name)) refuse_missing(name, owner);
  });
  return http::empty_response(at_least(request, 2) ? 204 : 202);
}

}  // namespace

void add_keypair_routes(http::Router& r, ComputeDeps& deps) {
  const auto bind = http::binder(deps);
  r.get("/compute/v2.1/os-keypairs", "os_compute_api:os-keypairs:index", bind(list));
  r.get("/compute/v2.1/os-keypairs/{name}", "os_compute_api:os-keypairs:show", bind(show));
  r.post("/compute/v2.1/os-keypairs", "os_compute_api:os-keypairs:create", bind(create));
  r.del("/compute/v2.1/os-keypairs/{name}", "os_compute_api:os-keypairs:delete", bind(remove));
}

}  // namespace virga::compute
