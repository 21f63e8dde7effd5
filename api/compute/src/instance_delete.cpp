// SPDX-License-Identifier: Apache-2.0
#include "api/compute/instance_delete.h"

#include "api/network/port_allocation.h"
#include "db/store/allocations.h"
#include "db/store/instances.h"
#include "db/store/ports.h"

namespace virga::compute {

void finish_instance_delete(store::WriteTx& tx, const model::Instance& instance, TimeUs now_us) {
  store::ports::erase_of_device(tx, instance.id);
  store::allocations::erase(tx, instance.id);
  store::instances::finish_delete(tx, instance.id, now_us);
  if (instance.host_id.empty()) return;
  network::release_dhcp_ports(tx, instance.host_id);
  tx.notify("host", instance.host_id);
}

}  // namespace virga::compute
