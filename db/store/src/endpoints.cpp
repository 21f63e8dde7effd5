// SPDX-License-Identifier: Apache-2.0
#include "db/store/endpoints.h"

#include "common/error.h"

namespace virga::store::endpoints {
namespace {

model::Endpoint read(const Rows& rows) {
  model::Endpoint it;
  it.id = rows.text(0);
  it.service_id = rows.text(1);
  it.interface = rows.text(2);
  it.region_id = rows.text(3);
  it.url = rows.text(4);
  it.own_path = rows.text(5);
  it.enabled = rows.flag(6);
  it.extra = rows.text(7);
  return it;
}

void require_one(std::int64_t changed, const std::string& id) {
  if (changed == 0) throw Error(ErrorKind::not_found, "Could not find endpoint: " + id + ".");
}

}  // namespace

std::optional<model::Endpoint> find(ReadTx& tx, const std::string& id) {
  Rows rows = tx.query(
      "SELECT id, service_id, interface, COALESCE(region_id, ''), url, own_path, enabled,"
      " extra FROM endpoints WHERE id = $1",
      id);
  if (!rows.next()) return std::nullopt;
  return read(rows);
}

std::vector<model::Endpoint> list(ReadTx& tx) {
  Rows rows = tx.query(
      "SELECT id, service_id, interface, COALESCE(region_id, ''), url, own_path, enabled,"
      " extra FROM endpoints ORDER BY id");
  std::vector<model::Endpoint> all;
  while (rows.next()) all.push_back(read(rows));
  return all;
}

void insert(WriteTx& tx, const model::Endpoint& it) {
  tx.exec(
      "INSERT INTO endpoints (id, service_id, interface, region_id, url, own_path, enabled,"
      " extra) VALUES ($1, $2, $3, NULLIF($4, ''), $5, $6, $7, $8)",
      it.id, it.service_id, it.interface, it.region_id, it.url, it.own_path, it.enabled, it.extra);
  tx.notify("catalog", it.id);
}

void update(WriteTx& tx, const model::Endpoint& it) {
  const auto changed = tx.exec(
      "UPDATE endpoints SET service_id = $1, interface = $2, region_id = NULLIF($3, ''),"
      " url = $4, own_path = $5, enabled = $6, extra = $7 WHERE id = $8",
      it.service_id, it.interface, it.region_id, it.url, it.own_path, it.enabled, it.extra, it.id);
  require_one(changed, it.id);
  tx.notify("catalog", it.id);
}

void erase(WriteTx& tx, const std::string& id) {
  require_one(tx.exec("DELETE FROM endpoints WHERE id = $1", id), id);
  tx.notify("catalog", id);
}

std::vector<Association> list_associations(ReadTx& tx) {
  Rows rows = tx.query(
      "SELECT project_id, endpoint_id FROM project_endpoints ORDER BY project_id,"
      " endpoint_id");
  std::vector<Association> all;
  while (rows.next()) all.push_back({rows.text(0), rows.text(1)});
  return all;
}

void associate(WriteTx& tx, const Association& a) {
  tx.exec("INSERT INTO project_endpoints (project_id, endpoint_id) VALUES ($1, $2)", a.project_id,
          a.endpoint_id);
  tx.notify("catalog", a.project_id);
}

bool dissociate(WriteTx& tx, const Association& a) {
  const auto changed =
      tx.exec("DELETE FROM project_endpoints WHERE project_id = $1 AND endpoint_id = $2",
              a.project_id, a.endpoint_id);
  if (changed > 0) tx.notify("catalog", a.project_id);
  return changed > 0;
}

}  // namespace virga::store::endpoints
