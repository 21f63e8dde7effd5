// SPDX-License-Identifier: Apache-2.0
// The synthetic cloud as the scheduler is told of it, with something for each filter to do.
#pragma once

#include <string>
#include <vector>

#include "scheduler/scheduler.h"
#include "tests/bench/schedule_workload.h"

namespace virga::bench {

inline scheduler::Host host_of(int number, const Machine& m) {
  scheduler::Host h;
  h.id = "host-" + std::to_string(number);
  h.name = "compute-" + std::to_string(1000000 + number);
  h.vcpus = {.total = m.vcpus, .max_unit = m.vcpus};
  h.memory_mib = {.total = m.memory_gib * 1024, .max_unit = m.memory_gib * 1024};
  h.disk_gib = {.total = m.vcpus * 40};
  h.traits = {"COMPUTE_NODE", "HW_CPU_X86_AVX2", "COMPUTE_VOLUME_MULTI_ATTACH"};
  if (m.rare) h.traits.insert("HW_CPU_X86_AMX");
  h.capabilities = {{"cpu_info:vendor", m.rare ? "AMD" : "Intel"}, {"cpu_info:arch", "x86_64"}};
  h.supported_instances = {{"x86_64", "kvm", "hvm"}, {"i686", "kvm", "hvm"}};
  h.hypervisor_type = "QEMU";
  h.hypervisor_version = 7002022;
  h.address = "10." + std::to_string(number / 65536) + "." + std::to_string(number / 256 % 256) +
              "." + std::to_string(number % 256);
  return h;
}

inline scheduler::Resources resources_of(const Guest& g) {
  return {g.vcpus, g.memory_gib * 1024, 20 + 5 * g.vcpus, {}};
}

/// The four zones; one host of 50 is kept for a project, and each has a metadata that flavors ask
/// for.
inline std::vector<scheduler::Aggregate> aggregates_of(int hosts) {
  std::vector<scheduler::Aggregate> all;
  for (int zone = 0; zone < 4; ++zone)
    all.push_back({"zone-" + std::to_string(zone),
                   {{"availability_zone", "az" + std::to_string(zone)}, {"tier", "gold,silver"}},
                   {}});
  all.push_back({"kept", {{"filter_tenant_id", "project-0,project-1"}}, {}});
  for (int n = 0; n < hosts; ++n) {
    const std::string id = "host-" + std::to_string(n);
    all[static_cast<std::size_t>(machine(n).zone)].host_ids.insert(id);
    if (n % 50 == 7) all.back().host_ids.insert(id);
  }
  return all;
}

/// A request that every filter has to look at. `number` makes its instance and groups.
inline scheduler::Request request_of(const Guest& g, std::uint64_t number, Random& random) {
  scheduler::Request r;
  r.instance_id = "instance-" + std::to_string(number);
  r.demand.resources = resources_of(g);
  r.demand.project_id = "project-" + std::to_string(random.below(8));
  if (g.zone >= 0) r.demand.availability_zone = "az" + std::to_string(g.zone);
  r.demand.flavor_name = "c" + std::to_string(g.vcpus) + "m" + std::to_string(g.memory_gib);
  r.demand.extra_specs = {{"aggregate_instance_extra_specs:tier", "<or> gold <or> platinum"},
                          {"capabilities:cpu_info:vendor", "<or> Intel <or> AMD"}};
  r.demand.image_properties = {
      {"hw_architecture", "x86_64"}, {"img_hv_type", "kvm"}, {"hw_vm_mode", "hvm"}};
  r.demand.required_traits = {"HW_CPU_X86_AVX2"};
  if (g.needs_rare) r.demand.required_traits.insert("HW_CPU_X86_AMX");
  r.demand.forbidden_traits = {"COMPUTE_STATUS_DISABLED"};
  const auto of_100 = random.below(100);
  if (of_100 < 15)
    r.group = {"spread-" + std::to_string(number / 64), scheduler::GroupPolicy::anti_affinity, 1};
  else if (of_100 < 20)
    r.group = {"soft-" + std::to_string(number / 64), scheduler::GroupPolicy::soft_anti_affinity};
  else if (of_100 < 22)
    r.group = {"near-" + std::to_string(number / 256), scheduler::GroupPolicy::soft_affinity};
  else if (of_100 < 25 && number > 100)
    r.different_host = {"instance-" + std::to_string(number - 1 - random.below(100))};
  return r;
}

}  // namespace virga::bench
