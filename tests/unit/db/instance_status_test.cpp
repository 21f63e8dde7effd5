// SPDX-License-Identifier: Apache-2.0
#include "db/model/instance_status.h"

#include <gtest/gtest.h>

#include <functional>
#include <vector>

namespace virga::model {
namespace {

constexpr PowerWish kWishes[] = {PowerWish::running, PowerWish::stopped, PowerWish::absent};
constexpr PowerVerb kVerbs[] = {PowerVerb::create, PowerVerb::start, PowerVerb::stop,
                                PowerVerb::reboot_soft, PowerVerb::reboot_hard};
constexpr PowerState kPowers[] = {PowerState::unknown, PowerState::absent, PowerState::shutoff,
                                  PowerState::running, PowerState::paused, PowerState::crashed};

struct Words {
  std::string_view status;
  std::string_view vm_state;
  std::string_view task;
  int power;
  bool operator==(const Words&) const = default;
};

std::ostream& operator<<(std::ostream& out, const Words& w) {
  return out << w.status << '/' << w.vm_state << '/' << w.task << '/' << w.power;
}

Words words_of(const Instance& i) {
  const InstanceStatus s = derive_status(i);
  return {s.status, s.vm_state, s.task_state, s.power_state};
}

Instance placed(PowerWish wish, PowerVerb verb, PowerState power, std::int64_t observed_epoch) {
  Instance i;
  i.host_id = "h1";
  i.wish = wish;
  i.verb = verb;
  i.power = power;
  i.run_epoch = 3;
  i.observed_run_epoch = observed_epoch;
  i.observed_disk = i.disks.number;
  i.launched_us = 1;
  return i;
}

/// The rules in the words of the API's documentation, each as a column of its own.
std::string_view expected_status(const Instance& i) {
  const bool up = i.power == PowerState::running || i.power == PowerState::paused;
  const bool in_wanted_run = up && i.run_epoch == i.observed_run_epoch;
  if (i.deleted_us != 0) return "DELETED";
  if (i.fault_code != 0) return "ERROR";
  if (i.launched_us == 0) return "BUILD";
  if (i.wish == PowerWish::running && !in_wanted_run) {
    if (i.verb == PowerVerb::reboot_soft) return "REBOOT";
    if (i.verb == PowerVerb::reboot_hard) return "HARD_REBOOT";
  }
  if (up) return "ACTIVE";
  if (i.wish != PowerWish::running) return "SHUTOFF";
  return i.verb == PowerVerb::start ? "SHUTOFF" : "ACTIVE";
}

std::string_view expected_vm_state(std::string_view status) {
  if (status == "DELETED") return "deleted";
  if (status == "ERROR") return "error";
  if (status == "BUILD") return "building";
  return status == "SHUTOFF" ? "stopped" : "active";
}

std::string_view expected_task(const Instance& i) {
  const bool up = i.power == PowerState::running || i.power == PowerState::paused;
  const bool in_wanted_run = up && i.run_epoch == i.observed_run_epoch;
  if (i.deleted_us != 0) return "";
  if (i.wish == PowerWish::absent) return "deleting";
  if (i.fault_code != 0) return "";
  if (i.launched_us == 0) return "spawning";
  if (i.wish == PowerWish::stopped && up) return "powering-off";
  if (i.wish == PowerWish::stopped || in_wanted_run) return "";
  if (i.verb == PowerVerb::start) return "powering-on";
  if (i.verb == PowerVerb::reboot_soft) return "rebooting";
  if (i.verb == PowerVerb::reboot_hard) return "rebooting_hard";
  return "";
}

int expected_power(const Instance& i) {
  if (i.deleted_us != 0) return 0;
  switch (i.power) {
    case PowerState::running:
      return 1;
    case PowerState::paused:
      return 3;
    case PowerState::shutoff:
    case PowerState::suspended:
      return 4;
    case PowerState::crashed:
      return 6;
    case PowerState::unknown:
    case PowerState::absent:
      return 0;
  }
  return -1;
}

/// Calls `check` with every combination of what the words depend on.
void for_each_combination(const std::function<void(const Instance&)>& check) {
  for (const auto wish : kWishes)
    for (const auto verb : kVerbs)
      for (const auto power : kPowers)
        for (const std::int64_t epoch : {0, 2, 3})
          for (const int flags : {0, 1, 2, 3, 4, 5, 6, 7}) {
            Instance i = placed(wish, verb, power, epoch);
            i.launched_us = (flags & 1) != 0 ? 1 : 0;
            i.fault_code = (flags & 2) != 0 ? 500 : 0;
            i.deleted_us = (flags & 4) != 0 ? 1 : 0;
            check(i);
          }
}

TEST(InstanceStatus, EveryCombinationFollowsTheRules) {
  int combinations = 0;
  for_each_combination([&](const Instance& i) {
    ++combinations;
    const std::string_view status = expected_status(i);
    EXPECT_EQ(words_of(i),
              (Words{status, expected_vm_state(status), expected_task(i), expected_power(i)}))
        << name_of(i.wish) << ' ' << name_of(i.verb) << ' ' << name_of(i.power) << " epoch "
        << i.observed_run_epoch << " launched " << i.launched_us << " fault " << i.fault_code;
  });
  EXPECT_EQ(combinations, 3 * 5 * 6 * 3 * 8);
}

TEST(InstanceStatus, TheImportantRowsAreLiterallyThese) {
  using W = PowerWish;
  using V = PowerVerb;
  using P = PowerState;
  struct Row {
    W wish;
    V verb;
    P power;
    std::int64_t epoch;  // 3 is the wanted one
    Words words;
  };
  const Row rows[] = {
      {W::running, V::create, P::running, 3, {"ACTIVE", "active", "", 1}},
      {W::running, V::create, P::paused, 3, {"ACTIVE", "active", "", 3}},
      {W::running, V::create, P::crashed, 3, {"ACTIVE", "active", "", 6}},
      {W::running, V::create, P::shutoff, 3, {"ACTIVE", "active", "", 4}},
      {W::running, V::create, P::unknown, 3, {"ACTIVE", "active", "", 0}},
      {W::stopped, V::stop, P::running, 3, {"ACTIVE", "active", "powering-off", 1}},
      {W::stopped, V::stop, P::shutoff, 3, {"SHUTOFF", "stopped", "", 4}},
      {W::stopped, V::stop, P::absent, 3, {"SHUTOFF", "stopped", "", 0}},
      {W::running, V::start, P::shutoff, 2, {"SHUTOFF", "stopped", "powering-on", 4}},
      {W::running, V::start, P::running, 2, {"ACTIVE", "active", "powering-on", 1}},
      {W::running, V::start, P::running, 3, {"ACTIVE", "active", "", 1}},
      {W::running, V::reboot_soft, P::running, 2, {"REBOOT", "active", "rebooting", 1}},
      {W::running, V::reboot_soft, P::shutoff, 2, {"REBOOT", "active", "rebooting", 4}},
      {W::running, V::reboot_soft, P::running, 3, {"ACTIVE", "active", "", 1}},
      {W::running, V::reboot_hard, P::running, 2, {"HARD_REBOOT", "active", "rebooting_hard", 1}},
      {W::running, V::reboot_hard, P::shutoff, 2, {"HARD_REBOOT", "active", "rebooting_hard", 4}},
      {W::running, V::reboot_hard, P::running, 3, {"ACTIVE", "active", "", 1}},
      {W::absent, V::stop, P::running, 3, {"ACTIVE", "active", "deleting", 1}},
      {W::absent, V::stop, P::shutoff, 3, {"SHUTOFF", "stopped", "deleting", 4}},
  };
  for (const auto& r : rows)
    EXPECT_EQ(words_of(placed(r.wish, r.verb, r.power, r.epoch)), r.words)
        << name_of(r.wish) << ' ' << name_of(r.verb) << ' ' << name_of(r.power) << ' ' << r.epoch;
}

TEST(InstanceStatus, WhatActionsMakeOfAnInstance) {
  using W = PowerWish;
  using V = PowerVerb;
  using P = PowerState;
  struct Row {
    W wish;
    V verb;
    P power;
    std::int64_t epoch;  // 3 is the wanted one
    bool rescued;
    Resizing resizing;
    Words words;
  };
  constexpr auto kNo = Resizing::none;
  constexpr auto kResize = Resizing::resize;
  constexpr auto kRevert = Resizing::revert;
  const Row rows[] = {
      {W::paused, V::pause, P::running, 3, false, kNo, {"ACTIVE", "active", "pausing", 1}},
      {W::paused, V::pause, P::paused, 3, false, kNo, {"PAUSED", "paused", "", 3}},
      {W::running, V::unpause, P::paused, 3, false, kNo, {"PAUSED", "paused", "unpausing", 3}},
      {W::running, V::unpause, P::running, 3, false, kNo, {"ACTIVE", "active", "", 1}},
      {W::suspended, V::suspend, P::running, 3, false, kNo, {"ACTIVE", "active", "suspending", 1}},
      {W::suspended, V::suspend, P::suspended, 3, false, kNo, {"SUSPENDED", "suspended", "", 4}},
      {W::running,
       V::resume,
       P::suspended,
       3,
       false,
       kNo,
       {"SUSPENDED", "suspended", "resuming", 4}},
      {W::running, V::resume, P::running, 3, false, kNo, {"ACTIVE", "active", "", 1}},
      {W::running, V::rescue, P::running, 2, true, kNo, {"ACTIVE", "active", "rescuing", 1}},
      {W::running, V::rescue, P::running, 3, true, kNo, {"RESCUE", "rescued", "", 1}},
      {W::stopped, V::stop, P::shutoff, 3, true, kNo, {"RESCUE", "rescued", "", 4}},
      {W::running, V::unrescue, P::running, 2, false, kNo, {"RESCUE", "rescued", "unrescuing", 1}},
      {W::running, V::unrescue, P::running, 3, false, kNo, {"ACTIVE", "active", "", 1}},
      {W::running, V::rebuild, P::running, 2, false, kNo, {"REBUILD", "active", "rebuilding", 1}},
      {W::running, V::rebuild, P::running, 3, false, kNo, {"ACTIVE", "active", "", 1}},
      {W::running,
       V::resize,
       P::running,
       2,
       false,
       kResize,
       {"RESIZE", "active", "resize_migrating", 1}},
      {W::running,
       V::resize,
       P::shutoff,
       2,
       false,
       kResize,
       {"RESIZE", "active", "resize_finish", 4}},
      {W::running, V::resize, P::running, 3, false, kResize, {"VERIFY_RESIZE", "resized", "", 1}},
      {W::stopped, V::resize, P::shutoff, 2, false, kResize, {"VERIFY_RESIZE", "resized", "", 4}},
      {W::stopped, V::stop, P::running, 3, false, kResize, {"VERIFY_RESIZE", "resized", "", 1}},
      {W::running,
       V::revert_resize,
       P::running,
       2,
       false,
       kRevert,
       {"REVERT_RESIZE", "resized", "resize_reverting", 1}},
      {W::running, V::revert_resize, P::running, 3, false, kRevert, {"ACTIVE", "active", "", 1}},
  };
  for (const auto& r : rows) {
    Instance i = placed(r.wish, r.verb, r.power, r.epoch);
    if (r.rescued) i.rescue.id = "image";
    i.resizing = r.resizing;
    EXPECT_EQ(words_of(i), r.words)
        << name_of(r.wish) << ' ' << name_of(r.verb) << ' ' << name_of(r.power) << ' ' << r.epoch;
  }
}

TEST(InstanceStatus, AStoppedInstanceIsRebuiltOrResizedOnceItsNewDiskIsThere) {
  Instance i = placed(PowerWish::stopped, PowerVerb::rebuild, PowerState::shutoff, 2);
  i.disks.number = 2;
  EXPECT_EQ(words_of(i), (Words{"REBUILD", "stopped", "rebuilding", 4}));
  i.observed_disk = 2;
  EXPECT_EQ(words_of(i), (Words{"SHUTOFF", "stopped", "", 4}));
  i.verb = PowerVerb::resize;
  i.resizing = Resizing::resize;
  EXPECT_EQ(words_of(i), (Words{"VERIFY_RESIZE", "resized", "", 4}));
  i.observed_disk = 1;
  EXPECT_EQ(words_of(i), (Words{"RESIZE", "stopped", "resize_finish", 4}));
}

TEST(InstanceStatus, ABuildShowsWhereItIs) {
  Instance i = placed(PowerWish::running, PowerVerb::create, PowerState::unknown, 0);
  i.launched_us = 0;
  const std::pair<const char*, const char*> steps[] = {{"", "spawning"},
                                                       {"start", "spawning"},
                                                       {"image", "block_device_mapping"},
                                                       {"network", "networking"},
                                                       {"disk", "block_device_mapping"},
                                                       {"config_drive", "block_device_mapping"}};
  for (const auto& [step, task] : steps) {
    i.step = step;
    EXPECT_EQ(words_of(i), (Words{"BUILD", "building", task, 0})) << step;
  }
  i.step = "";
  i.host_id = "";
  EXPECT_EQ(words_of(i), (Words{"BUILD", "building", "scheduling", 0}));
}

TEST(InstanceStatus, AFaultWinsOverTheBuildAndDeletingIsShownWithIt) {
  Instance i = placed(PowerWish::running, PowerVerb::create, PowerState::unknown, 0);
  i.launched_us = 0;
  i.fault_code = 500;
  EXPECT_EQ(words_of(i), (Words{"ERROR", "error", "", 0}));
  i.wish = PowerWish::absent;
  EXPECT_EQ(words_of(i), (Words{"ERROR", "error", "deleting", 0}));
  i.deleted_us = 1;
  EXPECT_EQ(words_of(i), (Words{"DELETED", "deleted", "", 0}));
}

TEST(InstanceWords, ComeBackFromTheirNames) {
  for (const auto w : kWishes) EXPECT_EQ(power_wish_named(name_of(w)), w);
  for (const auto v : kVerbs) EXPECT_EQ(power_verb_named(name_of(v)), v);
  for (const auto p : kPowers) EXPECT_EQ(power_state_named(name_of(p)), p);
  EXPECT_ANY_THROW(power_wish_named("asleep"));
  EXPECT_ANY_THROW(power_verb_named(""));
  EXPECT_ANY_THROW(power_state_named("Running"));
}

Instance imaged(SnapshotPhase phase, SnapshotKind kind) {
  Instance i = placed(PowerWish::running, PowerVerb::create, PowerState::running, 3);
  i.imaging = phase;
  i.imaging_kind = kind;
  if (kind != SnapshotKind::shelve) return i;
  i.wish = PowerWish::stopped;
  i.verb = PowerVerb::shelve;
  i.shelving = Shelving::shelve;
  return i;
}

TEST(InstanceStatus, WhileAnImageIsMade) {
  using P = SnapshotPhase;
  using K = SnapshotKind;
  struct Row {
    P phase;
    K kind;
    std::string_view task;
  };
  const Row rows[] = {{P::none, K::image, ""},
                      {P::pending, K::image, "image_snapshot_pending"},
                      {P::copying, K::image, "image_snapshot"},
                      {P::copied, K::image, "image_pending_upload"},
                      {P::uploading, K::image, "image_uploading"},
                      {P::pending, K::backup, "image_backup"},
                      {P::copying, K::backup, "image_backup"},
                      {P::copied, K::backup, "image_pending_upload"},
                      {P::uploading, K::backup, "image_uploading"},
                      {P::none, K::shelve, "shelving"},
                      {P::pending, K::shelve, "shelving"},
                      {P::copying, K::shelve, "shelving"},
                      {P::copied, K::shelve, "shelving_image_pending_upload"},
                      {P::uploading, K::shelve, "shelving_image_uploading"}};
  for (const Row& r : rows) {
    Instance i = imaged(r.phase, r.kind);
    EXPECT_EQ(words_of(i), (Words{"ACTIVE", "active", r.task, 1})) << name_of(r.phase);
    i.wish = PowerWish::stopped;
    i.power = PowerState::shutoff;
    EXPECT_EQ(words_of(i), (Words{"SHUTOFF", "stopped", r.task, 4})) << name_of(r.phase);
    i.wish = PowerWish::absent;
    EXPECT_EQ(derive_status(i).task_state, "deleting");
  }
}

TEST(InstanceStatus, OnTheWayToTheShelfAndBack) {
  using S = Shelving;
  using W = PowerWish;
  using P = PowerState;
  struct Row {
    S shelving;
    W wish;
    P power;
    bool this_run;
    Words words;
  };
  const Row rows[] = {
      {S::shelved, W::stopped, P::shutoff, true, {"SHELVED", "shelved", "", 4}},
      {S::shelved, W::running, P::shutoff, false, {"SHELVED", "shelved", "unshelving", 4}},
      {S::shelved, W::running, P::running, true, {"ACTIVE", "active", "", 1}},
      {S::offload, W::absent, P::shutoff, true, {"SHELVED", "shelved", "shelving_offloading", 4}},
      {S::offload, W::absent, P::absent, false, {"SHELVED", "shelved", "shelving_offloading", 4}},
      {S::offloaded,
       W::stopped,
       P::shutoff,
       false,
       {"SHELVED_OFFLOADED", "shelved_offloaded", "", 4}},
      {S::unshelve,
       W::running,
       P::absent,
       false,
       {"SHELVED_OFFLOADED", "shelved_offloaded", "unshelving", 4}},
      {S::unshelve, W::running, P::running, true, {"ACTIVE", "active", "", 1}},
  };
  for (const Row& r : rows) {
    Instance i = placed(r.wish, PowerVerb::unshelve, r.power, r.this_run ? 3 : 2);
    i.shelving = r.shelving;
    EXPECT_EQ(words_of(i), r.words) << name_of(r.shelving);
    i.fault_code = 500;
    EXPECT_EQ(derive_status(i).status, "ERROR");
  }
  Instance building = placed(W::running, PowerVerb::unshelve, P::absent, 2);
  building.shelving = S::unshelve;
  building.step = "image";
  EXPECT_EQ(derive_status(building).task_state, "spawning");
}

}  // namespace
}  // namespace virga::model
