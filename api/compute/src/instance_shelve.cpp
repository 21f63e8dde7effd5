// SPDX-License-Identifier: Apache-2.0
#include "api/compute/instance_shelve.h"

#include "api/network/port_allocation.h"
#include "db/store/allocations.h"
#include "db/store/image_cache.h"
#include "db/store/images.h"
#include "db/store/instances.h"
#include "db/store/ports.h"

namespace virga::compute {

void begin_offload(store::WriteTx& tx, const model::Instance& before, TimeUs now_us) {
  model::Instance instance = before;
  instance.shelving = model::Shelving::offload;
  instance.wish = model::PowerWish::absent;
  store::instances::set_desired(tx, instance, now_us);
}

void finish_offload(store::WriteTx& tx, const model::Instance& instance, TimeUs now_us) {
  store::allocations::erase(tx, instance.id);
  store::ports::bind_device(tx, instance.id, "", now_us);
  store::instances::finish_offload(tx, instance.id, now_us);
  network::release_dhcp_ports(tx, instance.host_id);
  tx.notify("host", instance.host_id);
}

void erase_image(store::WriteTx& tx, const std::string& image_id) {
  const auto image = store::images::find(tx, image_id);
  if (!image || image->is_protected) return;
  store::image_cache::unqueue(tx, image_id);
  store::images::erase(tx, image_id);
}

}  // namespace virga::compute
