// SPDX-License-Identifier: Apache-2.0
#include "tools/cli/server_view.h"

#include <set>

#include "tools/cli/json_view.h"
#include "tools/cli/names.h"

namespace virga::cli {
namespace {

constexpr std::size_t kIdsInOne = 50;  // of a filter: addresses stay below 2 KiB

void add_images(Session& session, const std::set<std::string>& ids,
                std::map<std::string, std::string>& names) {
  auto id = ids.begin();
  while (id != ids.end()) {
    std::string filter;
    for (std::size_t n = 0; n < kIdsInOne && id != ids.end(); ++n, ++id)
      filter += (filter.empty() ? "" : ",") + *id;
    const json::value answer =
        session.call({"image", "GET", "/images?limit=100&id=in:" + percent_encoded(filter)});
    for (const auto& image : array_at(answer, "images"))
      names[text_at(image, "id")] = text_at(image, "name");
  }
}

/// The name when there is one; else the id; null when there is neither.
json::value name_or_id(const std::string& id, const std::map<std::string, std::string>& names) {
  if (id.empty()) return nullptr;
  const auto it = names.find(id);
  return json::string(it == names.end() || it->second.empty() ? id : it->second);
}

}  // namespace

Lookup look_up(Session& session, const json::array& servers) {
  Lookup lookup;
  std::set<std::string> images;
  bool by_id = false;  // newer answers have the flavor itself
  for (const auto& server : servers) {
    if (const auto id = text_at(at(server, "image"), "id"); !id.empty()) images.insert(id);
    by_id = by_id || !text_at(at(server, "flavor"), "id").empty();
  }
  add_images(session, images, lookup.images);
  if (by_id)
    for (const auto& flavor : list_named(session, "flavors"))
      lookup.flavors[flavor.id] = flavor.name;
  return lookup;
}

json::object addresses_of(const json::object& server) {
  json::object out;
  for (const auto& [network, list] : object_at(server, "addresses")) {
    json::array addresses;
    if (list.is_array())
      for (const auto& one : list.get_array()) addresses.push_back(at(one, "addr"));
    out[network] = std::move(addresses);
  }
  return out;
}

json::value image_of(const json::object& server, const Lookup& lookup) {
  return name_or_id(text_at(at(server, "image"), "id"), lookup.images);
}

json::value flavor_of(const json::object& server, const Lookup& lookup) {
  const json::value& flavor = at(server, "flavor");
  if (const auto name = text_at(flavor, "original_name"); !name.empty()) return json::string(name);
  return name_or_id(text_at(flavor, "id"), lookup.flavors);
}

Record server_record(const json::object& server, const Lookup& lookup) {
  Record record{
      {"id", at(server, "id")},
      {"name", at(server, "name")},
      {"status", at(server, "status")},
      {"task_state", at(server, "OS-EXT-STS:task_state")},
      {"addresses", addresses_of(server)},
      {"image", image_of(server, lookup)},
      {"flavor", flavor_of(server, lookup)},
      {"key_name", at(server, "key_name")},
      {"availability_zone", at(server, "OS-EXT-AZ:availability_zone")},
  };
  if (server.contains("OS-EXT-SRV-ATTR:host"))
    record.emplace_back("host", at(server, "OS-EXT-SRV-ATTR:host"));
  record.emplace_back("metadata", object_at(server, "metadata"));
  record.emplace_back("created", at(server, "created"));
  record.emplace_back("updated", at(server, "updated"));
  record.emplace_back("launched", at(server, "OS-SRV-USG:launched_at"));
  record.emplace_back("project_id", at(server, "tenant_id"));
  record.emplace_back("user_id", at(server, "user_id"));
  record.emplace_back("fault", at(at(server, "fault"), "message"));
  return record;
}

Record fetch_server_record(Session& session, const std::string& id) {
  const json::value answer = session.call({"compute", "GET", "/servers/" + percent_encoded(id)});
  const json::object& server = object_at(answer, "server");
  return server_record(server, look_up(session, {server}));
}

}  // namespace virga::cli
