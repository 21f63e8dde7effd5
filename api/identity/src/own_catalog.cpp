// SPDX-License-Identifier: Apache-2.0
// The rows of this cloud's own services. Their ids are derived from names, so that they are the
// same in each database.
#include "api/identity/catalog.h"
#include "common/random.h"
#include "db/store/endpoints.h"
#include "db/store/regions.h"
#include "db/store/services.h"
#include "db/store/settings.h"

namespace virga::identity {
namespace {

struct OwnService {
  const char* type;
  const char* name;
  const char* path;
};

constexpr OwnService kOwnServices[] = {
    {"identity", "keystone", "/identity/v3"},
    {"compute", "nova", "/compute/v2.1"},
    {"image", "glance", "/image"},
    {"network", "neutron", "/networking"},
    {"placement", "placement", "/placement"},
};

std::string hex_id(std::string_view space, const std::string& name) {
  std::string id = derived_uuid(space, name);
  std::erase(id, '-');
  return id;
}

void insert_rows(store::WriteTx& tx, const OwnService& own, const std::string& region) {
  const std::string service_id = hex_id("service", own.type);
  if (!store::regions::find(tx, region)) store::regions::insert(tx, {.id = region});
  if (!store::services::find(tx, service_id))
    store::services::insert(tx, {.id = service_id, .type = own.type, .name = own.name});
  for (const char* interface : {"public", "internal", "admin"}) {
    const std::string id =
        hex_id("endpoint", region + "/" + std::string(own.type) + "/" + interface);
    if (!store::endpoints::find(tx, id))
      store::endpoints::insert(tx, {.id = id,
                                    .service_id = service_id,
                                    .interface = interface,
                                    .region_id = region,
                                    .own_path = own.path});
  }
}

}  // namespace

void ensure_own_catalog(store::WriteTx& tx, const std::string& region) {
  for (const OwnService& own : kOwnServices) {
    const std::string made = "own-catalog/" + region + "/" + own.type;
    if (store::settings::find(tx, made)) continue;
    insert_rows(tx, own, region);
    store::settings::set(tx, made, "made");
  }
}

}  // namespace virga::identity
