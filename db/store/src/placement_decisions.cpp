// SPDX-License-Identifier: Apache-2.0
#include "db/store/placement_decisions.h"

#include <boost/json/serialize.hpp>

#include "common/json.h"

namespace virga::store::placement_decisions {
namespace {

std::string filters_text(const std::vector<FilterCount>& filters) {
  json::array out;
  for (const auto& f : filters)
    out.push_back(json::object{{"name", f.name}, {"refused", f.refused}});
  return json::serialize(out);
}

std::string near_misses_text(const std::vector<NearMiss>& misses) {
  json::array out;
  for (const auto& m : misses)
    out.push_back(json::object{{"host", m.host_name}, {"filter", m.filter}, {"reason", m.reason}});
  return json::serialize(out);
}

std::vector<FilterCount> read_filters(const std::string& text) {
  std::vector<FilterCount> filters;
  const json::value list = parse_json(text);
  for (const auto& value : list.as_array()) {
    const Fields f(value.as_object(), "filter");
    filters.push_back({f.string("name"), f.integer("refused", 0, INT64_MAX)});
  }
  return filters;
}

std::vector<NearMiss> read_near_misses(const std::string& text) {
  std::vector<NearMiss> misses;
  const json::value list = parse_json(text);
  for (const auto& value : list.as_array()) {
    const Fields m(value.as_object(), "near miss");
    misses.push_back({m.string("host"), m.string("filter"), m.string("reason")});
  }
  return misses;
}

std::string advice_text(const std::vector<std::string>& advice) {
  json::array out;
  for (const auto& line : advice) out.push_back(json::string(line));
  return json::serialize(out);
}

std::vector<std::string> read_advice(const std::string& text) {
  std::vector<std::string> advice;
  const json::value list = parse_json(text);
  for (const auto& line : list.as_array()) advice.emplace_back(line.as_string());
  return advice;
}

}  // namespace

void put(WriteTx& tx, const PlacementDecision& d) {
  tx.exec(
      "INSERT INTO placement_decisions (instance_id, decided_us, host_name, considered, filters,"
      " near_misses, advice) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (instance_id) DO "
      "UPDATE SET"
      " decided_us = excluded.decided_us, host_name = excluded.host_name,"
      " considered = excluded.considered, filters = excluded.filters,"
      " near_misses = excluded.near_misses, advice = excluded.advice",
      d.instance_id, d.decided_us, d.host_name, d.considered, filters_text(d.filters),
      near_misses_text(d.near_misses), advice_text(d.advice));
}

std::optional<PlacementDecision> find(ReadTx& tx, const std::string& instance_id) {
  Rows rows = tx.query(
      "SELECT decided_us, host_name, considered, filters, near_misses, advice FROM "
      "placement_decisions"
      " WHERE instance_id = $1",
      instance_id);
  if (!rows.next()) return std::nullopt;
  return PlacementDecision{instance_id,
                           rows.integer(0),
                           rows.text(1),
                           rows.integer(2),
                           read_filters(rows.text(3)),
                           read_near_misses(rows.text(4)),
                           read_advice(rows.text(5))};
}

}  // namespace virga::store::placement_decisions
