// SPDX-License-Identifier: Apache-2.0
// GET /virga/v1/doctor compares records with each other, with the image stores and with what hosts
// report; POST /virga/v1/doctor/fix repairs what is safely repaired.
#include <map>
#include <set>

#include "api/http/bind.h"
#include "api/virga/src/findings.h"
#include "api/virga/src/routes.h"
#include "common/error.h"
#include "common/json.h"
#include "common/log.h"
#include "db/model/host.h"

namespace virga::own {
namespace {

using http::Request;
using http::Response;
using store::ReadTx;
using store::WriteTx;

json::array view(const std::vector<Finding>& findings) {
  json::array out;
  for (const auto& f : findings)
    out.push_back(json::object{
        {"kind", f.kind}, {"object", f.object}, {"detail", f.detail}, {"fixable", f.fixable}});
  return out;
}

/// What each store has, by its name.
std::map<std::string, std::set<std::string>> list_stores(const images::StoreSet& stores) {
  std::map<std::string, std::set<std::string>> all;
  for (const auto& config : stores.configs()) {
    const auto digests = stores.named(config.id).list();
    all[config.id] = {digests.begin(), digests.end()};
  }
  return all;
}

/// Looks into the stores after the database, and only for what the rows want: an image that was
/// removed from both meanwhile is not missed.
std::vector<Finding> missing_files(VirgaDeps& deps) {
  const auto wanted = deps.db.read([](ReadTx& tx) { return store::doctor::stored_images(tx); });
  const auto stores = list_stores(deps.images);
  std::vector<store::doctor::Misfit> missing;
  for (const auto& image : wanted) {
    const auto store = stores.find(image.more);
    if (store == stores.end() || !store->second.contains(image.other)) missing.push_back(image);
  }
  if (missing.empty()) return {};
  const auto still = deps.db.read([](ReadTx& tx) { return store::doctor::stored_images(tx); });
  std::set<std::pair<std::string, std::string>> rows;
  for (const auto& image : still) rows.emplace(image.id, image.more);
  std::vector<Finding> findings;
  for (const auto& image : missing)
    if (rows.contains({image.id, image.more}))
      findings.push_back(
          {"image_file_missing", image.id,
           "The store '" + image.more + "' does not have its bytes, " + image.other + ".", false});
  return findings;
}

std::vector<Finding> examine(VirgaDeps& deps) {
  auto findings = deps.db.read(
      [&](ReadTx& tx) { return examine_rows(tx, deps.clock.now_us(), model::kHostSilence); });
  for (auto& finding : missing_files(deps)) findings.push_back(std::move(finding));
  return findings;
}

Response show(VirgaDeps& deps, const Request&) {
  return http::json_response(200, {{"findings", view(examine(deps))}});
}

Response fix(VirgaDeps& deps, const Request& request) {
  const json::value body = request.body.empty() ? json::value(json::object()) : request.json();
  if (!body.is_object()) throw Error(ErrorKind::invalid, "The body must be an object.");
  Fields(body.get_object(), "body").only({});
  const TimeUs now = deps.clock.now_us();
  // Found again in the transaction that repairs: nothing is repaired that is right by now.
  const auto fixed = deps.db.write([&](WriteTx& tx) {
    std::vector<Finding> done;
    for (auto& finding : examine_rows(tx, now, model::kHostSilence))
      if (finding.fixable && repair(tx, finding)) done.push_back(std::move(finding));
    return done;
  });
  for (const auto& f : fixed)
    log::warning("repaired by doctor", {{"kind", f.kind}, {"object", f.object}});
  return http::json_response(200, {{"fixed", view(fixed)}, {"findings", view(examine(deps))}});
}

}  // namespace

void add_doctor_routes(http::Router& r, VirgaDeps& deps) {
  const auto bind = http::binder(deps);
  r.get("/virga/v1/doctor", "virga:doctor:show", bind(show), http::Run::pool);
  r.post("/virga/v1/doctor/fix", "virga:doctor:fix", bind(fix));
}

}  // namespace virga::own
