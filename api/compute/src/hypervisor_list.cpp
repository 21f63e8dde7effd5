// SPDX-License-Identifier: Apache-2.0
#include "api/compute/src/hypervisor_list.h"

#include <algorithm>
#include <cstdio>

#include "db/store/hosts.h"
#include "db/store/instances.h"
#include "db/store/inventories.h"

namespace virga::compute {
namespace {

Hypervisor made(const ComputeDeps& deps, model::Host host, std::int64_t tasks,
                const store::allocations::Amount& used, std::int64_t memory_reserve_mib) {
  Hypervisor h;
  h.up = is_up(host, deps.clock.now_us());
  h.host = std::move(host);
  h.used = used;
  h.memory_reserve_mib = memory_reserve_mib;
  h.tasks = tasks;
  return h;
}

}  // namespace

std::vector<Hypervisor> list_hypervisors(store::ReadTx& tx, const ComputeDeps& deps) {
  auto used = store::allocations::used_by_host(tx);
  auto tasks = store::instances::unfinished_by_host(tx);
  std::map<std::string, std::int64_t, std::less<>> reserves;
  store::inventories::each(tx, [&](std::string_view id, std::string_view resource_class,
                                   const model::Inventory& inventory) {
    if (resource_class == "MEMORY_MB") reserves.emplace(id, inventory.reserved);
  });
  std::vector<Hypervisor> all;
  for (auto& host : store::hosts::list(tx)) {
    const std::string id = host.id;
    all.push_back(made(deps, std::move(host), tasks[id], used[id], reserves[id]));
  }
  return all;
}

Hypervisor hypervisor_of(store::ReadTx& tx, const ComputeDeps& deps, const model::Host& host) {
  auto used = store::allocations::used_by_host(tx);
  auto tasks = store::instances::unfinished_by_host(tx);
  const auto memory = store::inventories::find(tx, host.id, "MEMORY_MB");
  return made(deps, host, tasks[host.id], used[host.id], memory ? memory->reserved : 0);
}

std::string uptime_of(const model::Host& host, TimeUs now_us) {
  if (host.booted_us == 0 || host.load_average.empty()) return {};
  const auto second = now_us / kSecondUs % 86'400;
  const auto minutes = std::max<TimeUs>(0, now_us - host.booted_us) / kSecondUs / 60;
  const auto days = minutes / 1440;
  const auto hours = minutes / 60 % 24;
  char clock[32];
  std::snprintf(clock, sizeof clock, " %02d:%02d:%02d up ", static_cast<int>(second / 3600),
                static_cast<int>(second / 60 % 60), static_cast<int>(second % 60));
  std::string text = clock;
  if (days > 0) text += std::to_string(days) + (days == 1 ? " day, " : " days, ");
  char since[32];
  if (hours > 0)
    std::snprintf(since, sizeof since, "%2d:%02d", static_cast<int>(hours),
                  static_cast<int>(minutes % 60));
  else
    std::snprintf(since, sizeof since, "%d min", static_cast<int>(minutes % 60));
  text += std::string(since) + ",  " + std::to_string(host.users) +
          (host.users == 1 ? " user" : " users");
  return text + ",  load average: " + host.load_average + "\n";
}

}  // namespace virga::compute
