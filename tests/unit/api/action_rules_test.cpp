// SPDX-License-Identifier: Apache-2.0
// Every action in every state: done, or refused with 409 and a reason.
#include "api/compute/src/action_rules.h"

#include <gtest/gtest.h>

#include <map>
#include <sstream>

#include "common/error.h"

namespace virga::compute {
namespace {

using model::Instance;
using model::PowerState;
using model::PowerVerb;
using model::PowerWish;
using model::Resizing;
using model::Shelving;

// Written from Nova's checks, and not made from our table. '+': allowed.
constexpr const char* kCells = R"(
action         building active paused suspended stopped rescued resized error shelved offloaded
stop               -       +      -       -        -       -       -      +      -        -
start              -       -      -       -        +       -       -      -      -        -
soft_reboot        -       +      -       -        -       -       -      -      -        -
hard_reboot        -       +      +       +        +       -       -      +      -        -
pause              -       +      -       -        -       -       -      -      -        -
unpause            -       -      +       -        -       -       -      -      -        -
suspend            -       +      -       -        -       -       -      -      -        -
resume             -       -      -       +        -       -       -      -      -        -
rescue             -       +      -       -        +       -       -      +      -        -
unrescue           -       -      -       -        -       +       -      -      -        -
rebuild            -       +      -       -        +       -       -      +      -        -
resize             -       +      -       -        +       -       -      -      -        -
confirm_resize     -       -      -       -        -       -       +      -      -        -
revert_resize      -       -      -       -        -       -       +      -      -        -
create_image       -       +      +       +        +       -       -      -      -        -
create_backup      -       +      +       +        +       -       -      -      -        -
shelve             -       +      +       +        +       -       -      -      -        -
shelve_offload     -       -      -       -        -       -       -      -      +        -
unshelve           -       -      -       -        -       -       -      -      +        +
)";

const std::map<std::string, ActionRule> kRules{{"stop", rules::kStop},
                                               {"start", rules::kStart},
                                               {"soft_reboot", rules::kSoftReboot},
                                               {"hard_reboot", rules::kHardReboot},
                                               {"pause", rules::kPause},
                                               {"unpause", rules::kUnpause},
                                               {"suspend", rules::kSuspend},
                                               {"resume", rules::kResume},
                                               {"rescue", rules::kRescue},
                                               {"unrescue", rules::kUnrescue},
                                               {"rebuild", rules::kRebuild},
                                               {"resize", rules::kResize},
                                               {"confirm_resize", rules::kConfirmResize},
                                               {"revert_resize", rules::kRevertResize},
                                               {"create_image", rules::kCreateImage},
                                               {"create_backup", rules::kCreateBackup},
                                               {"shelve", rules::kShelve},
                                               {"shelve_offload", rules::kShelveOffload},
                                               {"unshelve", rules::kUnshelve}};

Instance settled(PowerWish wish, PowerVerb verb, PowerState power) {
  Instance i;
  i.id = "i1";
  i.host_id = "h1";
  i.wish = wish;
  i.verb = verb;
  i.power = power;
  i.observed_run_epoch = i.run_epoch;
  i.observed_disk = i.disks.number;
  i.launched_us = 1;
  return i;
}

Instance in_state(const std::string& state) {
  Instance i = settled(PowerWish::running, PowerVerb::create, PowerState::running);
  if (state == "building") i.launched_us = 0;
  if (state == "paused") i = settled(PowerWish::paused, PowerVerb::pause, PowerState::paused);
  if (state == "suspended")
    i = settled(PowerWish::suspended, PowerVerb::suspend, PowerState::suspended);
  if (state == "stopped") i = settled(PowerWish::stopped, PowerVerb::stop, PowerState::shutoff);
  if (state == "rescued") i.rescue.id = "image";
  if (state == "resized") {
    i.verb = PowerVerb::resize;
    i.resizing = Resizing::resize;
  }
  if (state == "error") i.fault_code = 500;
  if (state == "shelved" || state == "offloaded") {
    i = settled(PowerWish::stopped, PowerVerb::shelve, PowerState::shutoff);
    i.shelving = state == "shelved" ? Shelving::shelved : Shelving::offloaded;
    if (state == "offloaded") i.host_id.clear();
  }
  return i;
}

bool is_allowed(const ActionRule& rule, const Instance& i) {
  try {
    require_allowed(rule, i);
    return true;
  } catch (const Error& e) {
    EXPECT_EQ(e.kind(), ErrorKind::conflict);
    EXPECT_NE(std::string(e.what()).find("Cannot '" + std::string(rule.name) + "' instance i1"),
              std::string::npos);
    return false;
  }
}

TEST(ActionRules, EachCell) {
  std::istringstream in(kCells);
  std::string line;
  std::getline(in, line);
  std::getline(in, line);
  std::istringstream head(line);
  std::vector<std::string> states;
  for (std::string word; head >> word;) states.push_back(word);
  int cells = 0;
  while (std::getline(in, line)) {
    std::istringstream row(line);
    std::string action;
    row >> action;
    for (std::size_t column = 1; column < states.size(); ++column, ++cells) {
      std::string cell;
      row >> cell;
      const Instance i = in_state(states[column]);
      if (states[column] != "building" && states[column] != "error") {
        const std::string wanted =
            states[column] == "offloaded" ? "shelved_offloaded" : states[column];
        EXPECT_EQ(model::derive_status(i).vm_state, wanted);
        EXPECT_EQ(model::derive_status(i).task_state, "") << states[column];
      }
      EXPECT_EQ(is_allowed(kRules.at(action), i), cell == "+") << action << ' ' << states[column];
    }
  }
  EXPECT_EQ(cells, 19 * 10);
}

// While something is done nothing else may begin, but a hard reboot may end what takes too long.
TEST(ActionRules, EachTask) {
  struct Task {
    const char* task;
    Instance instance;
    bool hard_reboot;
  };
  const auto doing = [](PowerWish wish, PowerVerb verb, PowerState power) {
    Instance i = settled(wish, verb, power);
    i.run_epoch = 2;  // the host is at 1
    i.observed_disk = 0;
    return i;
  };
  using W = PowerWish;
  using V = PowerVerb;
  using P = PowerState;
  Instance rescuing = doing(W::running, V::rescue, P::running);
  rescuing.rescue.id = "image";
  Instance resizing = doing(W::running, V::resize, P::running);
  resizing.resizing = Resizing::resize;
  Instance reverting = doing(W::running, V::revert_resize, P::running);
  reverting.resizing = Resizing::revert;
  Instance deleting = doing(W::absent, V::stop, P::running);
  Instance imaging = settled(W::running, V::create, P::running);
  imaging.imaging = model::SnapshotPhase::uploading;
  Instance shelving = doing(W::stopped, V::shelve, P::running);
  shelving.shelving = Shelving::shelve;
  Instance offloading = doing(W::absent, V::shelve, P::shutoff);
  offloading.shelving = Shelving::offload;
  Instance unshelving = doing(W::running, V::unshelve, P::absent);
  unshelving.shelving = Shelving::unshelve;
  const Task tasks[] = {
      {"powering-off", doing(W::stopped, V::stop, P::running), true},
      {"powering-on", doing(W::running, V::start, P::shutoff), true},
      {"rebooting", doing(W::running, V::reboot_soft, P::running), true},
      {"rebooting_hard", doing(W::running, V::reboot_hard, P::running), true},
      {"pausing", doing(W::paused, V::pause, P::running), true},
      {"unpausing", doing(W::running, V::unpause, P::paused), true},
      {"suspending", doing(W::suspended, V::suspend, P::running), true},
      {"resuming", doing(W::running, V::resume, P::suspended), true},
      {"rescuing", rescuing, false},
      {"unrescuing", doing(W::running, V::unrescue, P::running), false},
      {"rebuilding", doing(W::running, V::rebuild, P::running), false},
      {"resize_migrating", resizing, false},
      {"resize_reverting", reverting, false},
      {"deleting", deleting, false},
      {"image_uploading", imaging, false},
      {"shelving", shelving, false},
      {"shelving_offloading", offloading, false},
      {"unshelving", unshelving, false},
  };
  for (const Task& t : tasks) {
    EXPECT_EQ(model::derive_status(t.instance).task_state, t.task);
    for (const auto& [name, rule] : kRules)
      EXPECT_EQ(is_allowed(rule, t.instance), name == "hard_reboot" && t.hard_reboot)
          << name << ' ' << t.task;
  }
}

TEST(ActionRules, NothingIsAllowedWithoutAHost) {
  Instance i = settled(PowerWish::running, PowerVerb::create, PowerState::running);
  i.host_id.clear();
  for (const auto& [name, rule] : kRules) EXPECT_FALSE(is_allowed(rule, i)) << name;
}

}  // namespace
}  // namespace virga::compute
