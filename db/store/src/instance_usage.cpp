// SPDX-License-Identifier: Apache-2.0
#include "db/store/instance_usage.h"

namespace virga::store::instance_usage {
namespace {

/// Where a page begins: behind this instance.
struct Position {
  std::string project_id;
  std::string id;
};

std::optional<Position> find_position(ReadTx& tx, const std::string& marker) {
  if (marker.empty()) return Position{};
  Rows rows = tx.query("SELECT project_id, id FROM instances WHERE id = $1", marker);
  if (!rows.next()) return std::nullopt;
  return Position{rows.text(0), rows.text(1)};
}

}  // namespace

std::optional<std::vector<InstanceSpan>> list(ReadTx& tx, const Window& w) {
  const auto after = find_position(tx, w.marker);
  if (!after) return std::nullopt;
  Rows rows = tx.query(
      "SELECT id, name, project_id, flavor_name, vcpus, memory_mib, disk_gib + ephemeral_gib,"
      " launched_us, terminated_us FROM instances"
      " WHERE (project_id, id) > ($1, $2) AND ($3 = '' OR project_id = $4)"
      " AND (terminated_us = 0 OR terminated_us > $5) AND launched_us > 0 AND launched_us < $6"
      " ORDER BY project_id, id LIMIT $7",
      after->project_id, after->id, w.project_id, w.project_id, w.begin_us, w.end_us, w.limit);
  std::vector<InstanceSpan> spans;
  while (rows.next())
    spans.push_back({rows.text(0), rows.text(1), rows.text(2), rows.text(3), rows.integer(4),
                     rows.integer(5), rows.integer(6), rows.integer(7), rows.integer(8)});
  return spans;
}

}  // namespace virga::store::instance_usage
