// SPDX-License-Identifier: Apache-2.0
#include "api/identity/catalog.h"

#include "common/json.h"
#include "common/random.h"

namespace virga::identity {
namespace {

struct ServiceRow {
  const char* type;
  const char* name;
  const char* path;
};

constexpr ServiceRow kServices[] = {
    {"identity", "keystone", "/identity/v3"},
    {"compute", "nova", "/compute/v2.1"},
    {"image", "glance", "/image"},
    {"network", "neutron", "/networking"},
};

std::string hex_id(std::string_view space, const std::string& name) {
  std::string id = derived_uuid(space, name);
  std::erase(id, '-');
  return id;
}

}  // namespace

json::array catalog(const std::string& base, const std::string& region) {
  json::array services;
  for (const auto& row : kServices) {
    json::array endpoints;
    for (const char* interface : {"public", "internal", "admin"})
      endpoints.push_back(
          json::object{{"id", hex_id("endpoint", std::string(row.type) + "/" + interface)},
                       {"interface", interface},
                       {"region", region},
                       {"region_id", region},
                       {"url", base + row.path}});
    services.push_back(json::object{{"id", hex_id("service", row.type)},
                                    {"type", row.type},
                                    {"name", row.name},
                                    {"endpoints", std::move(endpoints)}});
  }
  return services;
}

}  // namespace virga::identity
