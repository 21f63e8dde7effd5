// SPDX-License-Identifier: Apache-2.0
// Domains: the roots of the tree of projects.
#include "api/identity/src/domains.h"

#include "api/http/bind.h"
#include "api/identity/src/input.h"
#include "api/identity/src/list_filter.h"
#include "api/identity/src/project_tree.h"
#include "api/identity/src/views.h"
#include "common/error.h"
#include "common/random.h"
#include "db/store/domains.h"

namespace virga::identity {
namespace {

using http::Request;
using http::Response;
using store::ReadTx;
using store::WriteTx;

/// A domain with the tags it is shown with.
struct Shown {
  model::Project domain;
  Tags tags;
};

Response answer(int status, const Request& request, const Shown& shown) {
  return written_answer(status, "domain", [&](JsonWriter& out) {
    write_domain_members(out, request, shown.domain, shown.tags);
  });
}

/// The id that a body asks for: 32 hexadecimal digits.
std::string explicit_id(const Input& in) {
  const auto id = in.optional_text("explicit_domain_id", kNullableText);
  if (!id || id->empty()) return new_hex_id();
  const bool fits =
      id->size() == 32 && id->find_first_not_of("0123456789abcdef") == std::string::npos;
  if (!fits) throw Error(ErrorKind::invalid, "Domain ID does not conform to required UUID format.");
  return *id;
}

/// POST /v3/domains
Response create(IdentityDeps& deps, const Request& request) {
  request.require({});
  const Input in(request, "domain", true);
  const std::string id = explicit_id(in);
  const Shown shown = deps.db.write([&](WriteTx& tx) {
    model::Project domain;
    domain.id = id;
    create_project(tx, in, domain);
    return Shown{domain, tags_of(tx, domain)};
  });
  record(request, "domain created", id);
  return answer(201, request, shown);
}

/// The domain of the path, when the caller may do with it what he asks for.
model::Project require_domain(ReadTx& tx, const Request& request) {
  const std::string& id = request.param("domain_id");
  auto domain = find_domain(tx, id);
  request.require(target_of_domain(domain));
  if (!domain) throw_not_found("domain", id);
  return std::move(*domain);
}

/// GET /v3/domains
Response list(IdentityDeps& deps, const Request& request) {
  request.require({});
  const ListFilter filter(request, {"name", "enabled"});
  Listing list(request, "domains");
  deps.db.read([&](ReadTx& tx) {
    store::domains::each(tx, list.marker(), [&](const model::Domain& domain) {
      if (!filter.accepts_text("name", domain.name)) return true;
      if (!filter.accepts_flag("enabled", domain.enabled)) return true;
      if (!list.admit(domain.id)) return false;
      list.out().begin_object();
      write_domain_members(list.out(), request, as_project(domain),
                           store::domains::list_tags(tx, domain.id));
      list.out().end_object();
      return true;
    });
  });
  return list.finish();
}

/// GET /v3/domains/{domain_id}
Response show(IdentityDeps& deps, const Request& request) {
  const Shown shown = deps.db.read([&](ReadTx& tx) {
    const model::Project domain = require_domain(tx, request);
    return Shown{domain, tags_of(tx, domain)};
  });
  return answer(200, request, shown);
}

/// PATCH /v3/domains/{domain_id}
Response update(IdentityDeps& deps, const Request& request) {
  const Shown shown = deps.db.write([&](WriteTx& tx) {
    model::Project domain = require_domain(tx, request);
    const Input in(request, "domain");
    in.require_any();
    change_project(tx, in, domain);
    return Shown{domain, tags_of(tx, domain)};
  });
  record(request, "domain changed", shown.domain.id);
  return answer(200, request, shown);
}

/// DELETE /v3/domains/{domain_id}: it must be disabled, and goes with all that is in it.
Response remove(IdentityDeps& deps, const Request& request) {
  deps.db.write([&](WriteTx& tx) { erase_project(tx, require_domain(tx, request)); });
  record(request, "domain removed", request.param("domain_id"));
  return http::empty_response(204);
}

}  // namespace

void add_domain_routes(http::Router& r, IdentityDeps& deps) {
  const auto bind = http::binder(deps);
  r.get("/identity/v3/domains", "identity:list_domains", bind(list), http::Run::pool);
  r.post("/identity/v3/domains", "identity:create_domain", bind(create));
  r.get("/identity/v3/domains/{domain_id}", "identity:get_domain", bind(show));
  r.patch("/identity/v3/domains/{domain_id}", "identity:update_domain", bind(update));
  r.del("/identity/v3/domains/{domain_id}", "identity:delete_domain", bind(remove));
}

}  // namespace virga::identity
