// SPDX-License-Identifier: Apache-2.0
// /v3/OS-OAUTH1/consumers: programs that may act for users. A secret is shown once, when it is
// made.
#include "api/http/bind.h"
#include "api/identity/src/bodies.h"
#include "api/identity/src/catalog_routes.h"
#include "api/identity/src/oauth1.h"
#include "common/error.h"
#include "common/random.h"
#include "db/store/oauth1.h"

namespace virga::identity {
namespace {

using http::Request;
using http::Response;
using store::ReadTx;
using store::WriteTx;

constexpr char kPath[] = "/OS-OAUTH1/consumers";

json::object view(const model::OauthConsumer& c) {
  json::object out = extra_view(c.extra);
  out["id"] = c.id;
  out["description"] = or_null(c.description);
  return out;
}

void take_consumer(const json::object& in, model::OauthConsumer& consumer) {
  take(in, "description", consumer.description);
  consumer.extra = extra_of(in, {"description", "secret"}, consumer.extra);
}

Response create(IdentityDeps& deps, const Request& request) {
  const json::value body = request.json();
  const json::object& in = member_of(body, "consumer");
  check(in, {{"description", Is::text_or_null}});
  const std::string secret = new_hex_id();
  model::OauthConsumer consumer;
  consumer.id = new_hex_id();
  consumer.sealed_secret = seal_oauth_secret(deps, secret, "consumer/" + consumer.id);
  take_consumer(in, consumer);
  deps.db.write([&](WriteTx& tx) { store::oauth1::insert_consumer(tx, consumer); });
  json::object out = view(consumer);
  out["secret"] = secret;
  return member(request, 201, "consumer", std::move(out), kPath);
}

Response show(IdentityDeps& deps, const Request& request) {
  const auto consumer =
      deps.db.read([&](ReadTx& tx) { return get_consumer(tx, request.param("consumer_id")); });
  return member(request, 200, "consumer", view(consumer), kPath);
}

Response list(IdentityDeps& deps, const Request& request) {
  json::array views;
  for (const auto& c : deps.db.read([](ReadTx& tx) { return store::oauth1::list_consumers(tx); }))
    views.push_back(linked(request, view(c), kPath));
  return collection(request, "consumers", std::move(views));
}

Response update(IdentityDeps& deps, const Request& request) {
  const std::string& id = request.param("consumer_id");
  const json::value body = request.json();
  const json::object& in = member_of(body, "consumer");
  require_not_empty(in);
  check(in, {{"description", Is::text_or_null}});
  if (in.contains("secret"))
    throw Error(ErrorKind::invalid, "The secret of a consumer cannot be changed.");
  require_same_id(in, id);
  const auto consumer = deps.db.write([&](WriteTx& tx) {
    model::OauthConsumer changed = get_consumer(tx, id);
    take_consumer(in, changed);
    store::oauth1::update_consumer(tx, changed);
    return changed;
  });
  return member(request, 200, "consumer", view(consumer), kPath);
}

Response remove(IdentityDeps& deps, const Request& request) {
  deps.db.write(
      [&](WriteTx& tx) { store::oauth1::erase_consumer(tx, request.param("consumer_id")); });
  return http::empty_response(204);
}

}  // namespace

model::OauthConsumer get_consumer(ReadTx& tx, const std::string& id) {
  auto consumer = store::oauth1::find_consumer(tx, id);
  if (!consumer) throw Error(ErrorKind::not_found, "Consumer not found");
  return std::move(*consumer);
}

void add_oauth_consumer_routes(http::Router& r, IdentityDeps& deps) {
  const auto bind = http::binder(deps);
  const std::string all = "/identity/v3/OS-OAUTH1/consumers";
  const std::string one = all + "/{consumer_id}";
  r.get(all, "identity:list_consumers", bind(list));
  r.post(all, "identity:create_consumer", bind(create));
  r.get(one, "identity:get_consumer", bind(show));
  r.patch(one, "identity:update_consumer", bind(update));
  r.del(one, "identity:delete_consumer", bind(remove));
}

}  // namespace virga::identity
