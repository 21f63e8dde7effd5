// SPDX-License-Identifier: Apache-2.0
#include "db/store/endpoint_groups.h"

#include "common/error.h"

namespace virga::store::endpoint_groups {
namespace {

model::EndpointGroup read(const Rows& rows) {
  model::EndpointGroup it;
  it.id = rows.text(0);
  it.name = rows.text(1);
  it.description = rows.text(2);
  it.filters = rows.text(3);
  return it;
}

void require_one(std::int64_t changed, const std::string& id) {
  if (changed == 0) throw Error(ErrorKind::not_found, "Could not find Endpoint Group: " + id + ".");
}

}  // namespace

std::optional<model::EndpointGroup> find(ReadTx& tx, const std::string& id) {
  Rows rows =
      tx.query("SELECT id, name, description, filters FROM endpoint_groups WHERE id = $1", id);
  if (!rows.next()) return std::nullopt;
  return read(rows);
}

std::vector<model::EndpointGroup> list(ReadTx& tx) {
  Rows rows = tx.query("SELECT id, name, description, filters FROM endpoint_groups ORDER BY id");
  std::vector<model::EndpointGroup> all;
  while (rows.next()) all.push_back(read(rows));
  return all;
}

void insert(WriteTx& tx, const model::EndpointGroup& it) {
  tx.exec("INSERT INTO endpoint_groups (id, name, description, filters) VALUES ($1, $2, $3, $4)",
          it.id, it.name, it.description, it.filters);
  tx.notify("catalog", it.id);
}

void update(WriteTx& tx, const model::EndpointGroup& it) {
  const auto changed =
      tx.exec("UPDATE endpoint_groups SET name = $1, description = $2, filters = $3 WHERE id = $4",
              it.name, it.description, it.filters, it.id);
  require_one(changed, it.id);
  tx.notify("catalog", it.id);
}

void erase(WriteTx& tx, const std::string& id) {
  require_one(tx.exec("DELETE FROM endpoint_groups WHERE id = $1", id), id);
  tx.notify("catalog", id);
}

std::vector<Association> list_associations(ReadTx& tx) {
  Rows rows = tx.query(
      "SELECT project_id, endpoint_group_id FROM project_endpoint_groups ORDER BY"
      " project_id, endpoint_group_id");
  std::vector<Association> all;
  while (rows.next()) all.push_back({rows.text(0), rows.text(1)});
  return all;
}

void associate(WriteTx& tx, const Association& a) {
  tx.exec("INSERT INTO project_endpoint_groups (project_id, endpoint_group_id) VALUES ($1, $2)",
          a.project_id, a.group_id);
  tx.notify("catalog", a.project_id);
}

bool dissociate(WriteTx& tx, const Association& a) {
  const auto changed = tx.exec(
      "DELETE FROM project_endpoint_groups WHERE project_id = $1 AND endpoint_group_id = $2",
      a.project_id, a.group_id);
  if (changed > 0) tx.notify("catalog", a.project_id);
  return changed > 0;
}

}  // namespace virga::store::endpoint_groups
