// SPDX-License-Identifier: Apache-2.0
#include "db/store/keypairs.h"
#include "api/compute/src/routes.h"
#include "api/compute/ssh_key.h"
#include "api/http/bind.h"
#include "common/json.h"

namespace virga::compute {
namespace {

using http::Request;
using http::Response;
using store::ReadTx;
using store::WriteTx;

json::object summary(const model::KeyPair& k) {
  return {{"name", k.name}, {"public_key", k.public_key}, {"fingerprint", k.fingerprint}};
}

Response list(ComputeDeps& deps, const Request& request) {
  const auto keypairs =
      deps.db.read([&](ReadTx& tx) { return store::keypairs::list(tx, request.who().user_id); });
  json::array views;
  for (const auto& k : keypairs) views.push_back(json::object{{"keypair", summary(k)}});
  return http::json_response(200, {{"keypairs", std::move(views)}});
}

Response show(ComputeDeps& deps, const Request& request) {
  const std::string& name = request.param("name");
  const auto found = deps.db.read(
      [&](ReadTx& tx) { return store::keypairs::find(tx, request.who().user_id, name); });
  if (!found)
    throw Error(ErrorKind::not_found,
                "Keypair " + name + " not found for user " + request.who().user_id);
  json::object view = summary(*found);
  view["user_id"] = found->user_id;
  view["created_at"] = format_naive(found->created_us);
  view["deleted"] = false;
  view["deleted_at"] = nullptr;
  view["updated_at"] = nullptr;
  view["id"] = found->created_us;
  return http::json_response(200, {{"keypair", std::move(view)}});
}

Response create(ComputeDeps& deps, const Request& request) {
  const json::value body = request.json();
  const Fields in = envelope(body, "keypair");
  in.only({"name", "public_key"});
  model::KeyPair k;
  k.user_id = request.who().user_id;
  k.name = in.string("name");
  std::string private_key;
  if (in.present("public_key")) {
    k.public_key = in.string("public_key", {1, 65535});
  } else {
    GeneratedKey made = generate_ssh_key("Generated-by-Virga");
    k.public_key = std::move(made.public_key);
    private_key = std::move(made.private_key);
  }
  k.fingerprint = ssh_fingerprint(k.public_key);
  k.created_us = deps.clock.now_us();
  deps.db.write([&](WriteTx& tx) { store::keypairs::insert(tx, k); });
  json::object view = summary(k);
  view["user_id"] = k.user_id;
  if (!private_key.empty()) view["private_key"] = private_key;
  return http::json_response(200, {{"keypair", std::move(view)}});
}

Response remove(ComputeDeps& deps, const Request& request) {
  const std::string& name = request.param("name");
  const std::string& user = request.who().user_id;
  if (!deps.db.write([&](WriteTx& tx) { return store::keypairs::erase(tx, user, name); }))
    throw Error(ErrorKind::not_found, "Keypair " + name + " not found for user " + user);
  return http::empty_response(202);
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
