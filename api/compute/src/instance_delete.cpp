// SPDX-License-Identifier: Apache-2.0
#include "api/compute/instance_delete.h"

#include "api/compute/instance_shelve.h"
#include "api/network/port_allocation.h"
#include "db/model/instance_status.h"
#include "db/store/allocations.h"
#include "db/store/instance_snapshots.h"
#include "db/store/instances.h"
#include "db/store/ports.h"

namespace virga::compute {

void begin_instance_delete(store::WriteTx& tx, const model::Instance& before, TimeUs now_us) {
  if (const auto snapshot = store::instance_snapshots::find_of_instance(tx, before.id))
    erase_image(tx, snapshot->image_id);
  if (const auto left = store::instance_snapshots::find_of_instance(tx, before.id))
    store::instance_snapshots::erase(tx, left->image_id);  // of a protected image
  if (!before.shelve_image_id.empty()) erase_image(tx, before.shelve_image_id);
  if (before.host_id.empty()) return finish_instance_delete(tx, before, now_us);
  if (model::is_deleting(before)) return;
  model::Instance instance = before;
  instance.shelving = model::Shelving::none;
  instance.shelve_image_id.clear();
  store::instances::set_wish(tx, instance, model::PowerWish::absent, model::PowerVerb::stop, false,
                             now_us);
}

void finish_instance_delete(store::WriteTx& tx, const model::Instance& instance, TimeUs now_us) {
  store::ports::erase_of_device(tx, instance.id);
  store::allocations::erase(tx, instance.id);
  store::instances::finish_delete(tx, instance.id, now_us);
  if (instance.host_id.empty()) return;
  network::release_dhcp_ports(tx, instance.host_id);
  tx.notify("host", instance.host_id);
}

}  // namespace virga::compute
