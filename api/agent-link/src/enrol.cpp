// SPDX-License-Identifier: Apache-2.0
#include "api/agent-link/src/enrol.h"

#include "api/http/reader_body.h"
#include "common/error.h"
#include "common/hash.h"
#include "common/json.h"
#include "common/log.h"
#include "common/random.h"
#include "db/store/hosts.h"
#include "db/store/image_cache.h"
#include "db/store/instances.h"
#include "db/store/settings.h"

namespace virga::agent_link {
namespace {

using http::Request;
using http::Response;
using store::WriteTx;

/// The host of that name, made when it is new.
model::Host ensure_host(WriteTx& tx, const std::string& name, TimeUs now) {
  if (auto host = store::hosts::find_named(tx, name)) return std::move(*host);
  model::Host host;
  host.id = new_uuid();
  host.name = name;
  host.number = store::settings::next_number(tx, "host");
  host.created_us = now;
  host.updated_us = now;
  store::hosts::insert(tx, host);
  return host;
}

}  // namespace

Response enrol(LinkDeps& deps, const Request& request) {
  const json::value body = request.json();
  if (!body.is_object()) throw Error(ErrorKind::invalid, "The request body must be an object.");
  const Fields in(body.get_object(), "enrolment");
  in.only({"secret", "signing_request"});
  const std::string hash = sha256_hex(in.string("secret"));
  const std::string signing_request = in.string("signing_request", {1, 16384});
  const TimeUs now = deps.clock.now_us();
  std::string certificate;
  const model::Host host = deps.db.write([&](WriteTx& tx) {
    const auto enrolment = store::hosts::take_enrolment(tx, hash);
    if (!enrolment || enrolment->expires_us < now)
      throw Error(ErrorKind::unauthorized, "The enrolment token is not valid (any more).");
    model::Host made = ensure_host(tx, enrolment->host_name, now);
    certificate = issue_host(deps.authority, signing_request, made.id);
    store::hosts::set_certificate(tx, made.id, certificate_sha256(certificate));
    return made;
  });
  log::info("host enrolled", {{"host", host.name}, {"id", host.id}, {"peer", request.peer}});
  return http::json_response(200, {{"host_id", host.id},
                                   {"host_name", host.name},
                                   {"certificate", certificate},
                                   {"authority", deps.authority.certificate}});
}

Response send_image(LinkDeps& deps, const Request& request) {
  const std::string& digest = request.param("digest");
  const bool needed = deps.db.read([&](store::ReadTx& tx) {
    const std::string& host_id = request.who().user_id;
    return store::instances::uses_image(tx, digest, host_id) ||
           store::image_cache::is_prefetched(tx, digest, host_id);
  });
  if (!needed) throw Error(ErrorKind::not_found, "This host needs no such image.");
  Response response;
  response.content_type = "application/octet-stream";
  response.file = http::body_of(deps.images.open(digest));
  return response;
}

}  // namespace virga::agent_link
