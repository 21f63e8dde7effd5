// SPDX-License-Identifier: Apache-2.0
// Random clouds, changes and requests: the index always chooses what loops over everything choose.
#include <random>

#include "tests/unit/scheduler/naive_scheduler.h"
#include "tests/unit/scheduler/scheduler_fixture.h"

namespace virga::scheduler {
namespace {

class Dice {
 public:
  explicit Dice(unsigned seed) : random_(seed) {}
  std::int64_t number(std::int64_t least, std::int64_t most) {
    return std::uniform_int_distribution<std::int64_t>(least, most)(random_);
  }
  bool one_in(int sides) { return number(1, sides) == 1; }
  std::string name(const std::string& prefix, std::int64_t most) {
    return prefix + std::to_string(number(1, most));
  }

 private:
  std::mt19937 random_;
};

Inventory inventory(Dice& dice, std::int64_t most) {
  Inventory i{.total = dice.number(0, most)};
  if (dice.one_in(4)) i.reserved = dice.number(0, most / 4);
  if (dice.one_in(4)) i.allocation_ratio = 0.5 * static_cast<double>(dice.number(1, 6));
  if (dice.one_in(6)) i.min_unit = dice.number(1, 3);
  if (dice.one_in(4)) i.max_unit = dice.number(1, most);
  if (dice.one_in(8)) i.step_size = dice.number(1, 3);
  return i;
}

Host random_host(Dice& dice) {
  Host h = host(dice.name("h", 16));
  h.vcpus = inventory(dice, 16);
  h.memory_mib = inventory(dice, 20000);
  if (dice.one_in(2)) h.memory_mib.total = 16384 + dice.number(0, 4) * 512;
  h.disk_gib = inventory(dice, 400);
  h.enabled = !dice.one_in(12);
  h.up = !dice.one_in(12);
  h.io_ops = dice.number(0, 5);
  h.failed_builds = dice.one_in(8) ? 1 : 0;
  while (dice.one_in(2)) h.traits.insert(dice.name("TRAIT_", 4));
  if (dice.one_in(4)) h.others["CUSTOM_A"] = {.total = dice.number(0, 4)};
  if (dice.one_in(4)) h.pci = {{{{"product_id", "x"}}, {}, dice.number(0, 3)}};
  if (!dice.one_in(4)) h.capabilities["vendor"] = dice.name("v", 2);
  h.supported_instances = {{dice.one_in(4) ? "aarch64" : "x86_64", "kvm", "hvm"}};
  return h;
}

Aggregate random_aggregate(Dice& dice) {
  Aggregate a{dice.name("agg", 4), {}, {}};
  while (!dice.one_in(5)) a.host_ids.insert("id-of-" + dice.name("h", 16));
  if (dice.one_in(2)) a.metadata["availability_zone"] = dice.name("az", 2);
  if (dice.one_in(4)) a.metadata["filter_tenant_id"] = dice.name("p", 2);
  if (dice.one_in(4)) a.metadata["instance_type"] = dice.name("f", 2);
  if (dice.one_in(4)) a.metadata["max_instances_per_host"] = dice.name("", 6);
  return a;
}

Demand random_demand(Dice& dice) {
  Demand d;
  d.resources = {dice.number(0, 5), dice.number(0, 5000), dice.number(0, 60), {}};
  d.project_id = dice.name("p", 2);
  d.flavor_name = dice.name("f", 2);
  if (dice.one_in(3)) d.availability_zone = dice.one_in(4) ? "nova" : dice.name("az", 2);
  if (dice.one_in(4)) d.required_traits.insert(dice.name("TRAIT_", 4));
  if (dice.one_in(6)) d.forbidden_traits.insert(dice.name("TRAIT_", 4));
  if (dice.one_in(8)) d.required_aggregates = {{dice.name("agg", 4), dice.name("agg", 4)}};
  if (dice.one_in(8)) d.forbidden_aggregates = {dice.name("agg", 4)};
  if (dice.one_in(8)) d.resources.others["CUSTOM_A"] = dice.number(1, 2);
  if (dice.one_in(8)) d.pci = {{dice.number(1, 2), {{{"product_id", "x"}}}}};
  if (dice.one_in(8)) d.extra_specs["capabilities:vendor"] = dice.name("v", 2);
  if (dice.one_in(8)) d.extra_specs["capabilities:num_instances"] = "<= " + dice.name("", 3);
  if (dice.one_in(4)) d.image_properties["hw_architecture"] = "x86_64";
  return d;
}

Request random_request(Dice& dice) {
  Request r;
  r.instance_id = dice.name("i", 60);
  r.demand = random_demand(dice);
  if (dice.one_in(3))
    r.group = {dice.name("g", 4), static_cast<GroupPolicy>(dice.number(0, 3)), dice.number(1, 2)};
  if (dice.one_in(10)) r.same_host = {dice.name("i", 60), dice.name("i", 60)};
  if (dice.one_in(10)) r.different_host = {dice.name("i", 60), dice.name("i", 60)};
  if (dice.one_in(10)) r.ignore_hosts = {dice.name("h", 16), dice.name("h", 16)};
  if (dice.one_in(20)) r.force_hosts = {dice.name("h", 16), dice.name("h", 16)};
  return r;
}

/// The scheduler and the reference, told the same.
class Pair {
 public:
  explicit Pair(unsigned seed) : dice_(seed) {
    Options options = with_all_filters();
    options.max_instances_per_host = 6;
    options.max_io_ops_per_host = 5;
    naive_.options = options;
    cloud_ = Scheduler(options);
  }

  void change() {
    const auto kind = dice_.number(0, 9);
    if (kind < 3) {
      const Host h = random_host(dice_);
      naive_.hosts[h.id] = h;
      cloud_.upsert_host(h);
    } else if (kind == 3) {
      remove("id-of-" + dice_.name("h", 16));
    } else if (kind == 4) {
      const Aggregate a = random_aggregate(dice_);
      naive_.aggregates[a.id] = a;
      cloud_.upsert_aggregate(a);
    } else if (kind == 5 && dice_.one_in(3)) {
      const auto id = dice_.name("agg", 4);
      naive_.aggregates.erase(id);
      cloud_.remove_aggregate(id);
    } else if (kind < 8) {
      release(dice_.name("i", 60));
    } else if (!naive_.hosts.empty()) {
      set_state();
    }
  }

  /// Places one instance, and sometimes only looks.
  void place() {
    const Request r = random_request(dice_);
    const auto choice = cloud_.pick(r);
    ASSERT_EQ(choice ? choice->host_name : "", naive_.pick(r)) << cloud_.explain(r).sentence();
    ASSERT_EQ(cloud_.explain(r).passed, naive_.passing(r)) << cloud_.explain(r).sentence();
    if (!choice || dice_.one_in(4)) return;
    naive_.allocations[r.instance_id] = choice->allocation;
    cloud_.apply(choice->allocation);
    ASSERT_EQ(cloud_.allocations(), naive_.allocations.size());
    ASSERT_EQ(cloud_.hosts(), naive_.hosts.size());
  }

 private:
  void release(const std::string& id) {
    naive_.allocations.erase(id);
    cloud_.release(id);
  }

  void remove(const std::string& id) {
    naive_.hosts.erase(id);
    std::erase_if(naive_.allocations, [&](const auto& a) { return a.second.host_id == id; });
    cloud_.remove_host(id);
  }

  void set_state() {
    auto it = naive_.hosts.begin();
    std::advance(it, dice_.number(0, static_cast<std::int64_t>(naive_.hosts.size()) - 1));
    Host& h = it->second;
    h.enabled = !dice_.one_in(6);
    h.up = !dice_.one_in(6);
    h.io_ops = dice_.number(0, 6);
    h.failed_builds = dice_.one_in(4) ? 1 : 0;
    cloud_.set_state(h.id, {1, h.enabled, h.up, h.io_ops, h.failed_builds});
  }

  Dice dice_;
  NaiveScheduler naive_;
  Scheduler cloud_;
};

TEST(SchedulerProperty, ChoosesWhatLoopsOverEverythingChoose) {
  const unsigned seed = std::random_device{}();
  for (unsigned cloud = 0; cloud < 25 && !testing::Test::HasFatalFailure(); ++cloud) {
    SCOPED_TRACE("seed " + std::to_string(seed) + ", cloud " + std::to_string(cloud));
    Pair pair(seed + cloud);
    for (int step = 0; step < 400 && !testing::Test::HasFatalFailure(); ++step) {
      pair.change();
      pair.place();
    }
  }
}

}  // namespace
}  // namespace virga::scheduler
