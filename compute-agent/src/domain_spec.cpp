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
                  .root_disk = files.root_disk,
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

std::int64_t root_disk_bytes(const model::DesiredInstance& desired) {
  return desired.instance.disk_gib << 30;
}

void show_domain(model::ObservedInstance& out, const model::DesiredInstance& desired,
                 const Seen& seen, StepKind next) {
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
