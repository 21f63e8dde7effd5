// SPDX-License-Identifier: Apache-2.0
#include "compute-agent/src/domain_spec.h"

#include <algorithm>
#include <cstdio>

#include "common/error.h"
#include "network/plan/host_plan.h"

namespace virga::agent {
namespace {

/// "instance-0000000a"
std::string domain_name(std::int64_t number) {
  char text[40];
  std::snprintf(text, sizeof text, "instance-%08llx", static_cast<unsigned long long>(number));
  return text;
}

}  // namespace

DomainSpec make_domain_spec(const model::DesiredInstance& desired,
                            const storage::InstanceFiles& files, const Mtus& mtus,
                            const std::string& virt_type) {
  const model::Instance& instance = desired.instance;
  DomainSpec spec{.id = instance.id,
                  .name = domain_name(instance.number),
                  .title = instance.name,
                  .project_id = instance.project_id,
                  .run_epoch = instance.run_epoch,
                  .virt_type = virt_type,
                  .vcpus = instance.vcpus,
                  .memory_mib = instance.memory_mib,
                  .disk = instance.disks.number,
                  .root_disk = files.root_disk,
                  .rescued_disk = instance.rescue.id.empty() ? "" : files.kept_disk,
                  .config_drive = files.config_drive,
                  .console_log = files.console_log,
                  .nics = {}};
  auto ports = desired.ports;
  std::stable_sort(ports.begin(), ports.end(), [](const model::Port& a, const model::Port& b) {
    return a.position < b.position;
  });
  for (const auto& port : ports) {
    const auto mtu = mtus.find(port.network_id);
    if (mtu == mtus.end())
      throw Error(ErrorKind::invalid, "The network " + port.network_id + " of port " + port.id +
                                          " is not known on this host.");
    spec.nics.push_back({port.id, port.mac, network::tap_name(port.id), mtu->second});
  }
  return spec;
}

storage::BaseImage base_of(const model::DesiredInstance& desired) {
  const model::Instance& i = desired.instance;
  if (!i.rescue.id.empty())
    return {i.rescue.digest, i.rescue.format, i.rescue.size, i.rescue.virtual_size};
  return {i.image_digest, i.image_format, i.image_size, i.image_virtual_size};
}

storage::RootDiskSpec root_disk_of(const model::DesiredInstance& desired) {
  const model::Instance& i = desired.instance;
  // A rescue's disk is as large as its image.
  const std::int64_t bytes = i.rescue.id.empty() ? i.disk_gib << 30 : 0;
  return {i.disks.number, i.disks.copy_of, base_of(desired), bytes};
}

void show_domain(model::ObservedInstance& out, const model::DesiredInstance& desired,
                 const Seen& seen, StepKind next) {
  out.disk = seen.domain ? seen.domain->disk : 0;
  if (seen.root_disk_ready) out.disk = desired.instance.disks.number;
  if (seen.domain) {
    out.power = seen.domain->power;
    out.run_epoch = seen.domain->run_epoch;
    out.stopped_by_guest = seen.domain->stopped_by_guest;
    return;
  }
  const bool proven =
      desired.instance.wish != model::PowerWish::absent || next == StepKind::report_absent;
  out.power = proven ? model::PowerState::absent : model::PowerState::unknown;
  out.run_epoch = 0;
  out.stopped_by_guest = false;
}

}  // namespace virga::agent
