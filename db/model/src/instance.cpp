// SPDX-License-Identifier: Apache-2.0
#include "db/model/instance.h"

#include "common/error.h"

namespace virga::model {

const char* name_of(PowerWish wish) noexcept {
  switch (wish) {
    case PowerWish::running:
      return "running";
    case PowerWish::stopped:
      return "stopped";
    case PowerWish::absent:
      return "absent";
  }
  return "running";
}

const char* name_of(PowerVerb verb) noexcept {
  switch (verb) {
    case PowerVerb::create:
      return "create";
    case PowerVerb::start:
      return "start";
    case PowerVerb::stop:
      return "stop";
    case PowerVerb::reboot_soft:
      return "reboot_soft";
    case PowerVerb::reboot_hard:
      return "reboot_hard";
  }
  return "create";
}

const char* name_of(PowerState power) noexcept {
  switch (power) {
    case PowerState::unknown:
      return "unknown";
    case PowerState::absent:
      return "absent";
    case PowerState::shutoff:
      return "shutoff";
    case PowerState::running:
      return "running";
    case PowerState::paused:
      return "paused";
    case PowerState::crashed:
      return "crashed";
  }
  return "unknown";
}

PowerWish power_wish_named(const std::string& name) {
  for (const auto wish : {PowerWish::running, PowerWish::stopped, PowerWish::absent})
    if (name == name_of(wish)) return wish;
  throw Error(ErrorKind::invalid, "'" + name + "' is not a power wish.");
}

PowerVerb power_verb_named(const std::string& name) {
  for (const auto verb : {PowerVerb::create, PowerVerb::start, PowerVerb::stop,
                          PowerVerb::reboot_soft, PowerVerb::reboot_hard})
    if (name == name_of(verb)) return verb;
  throw Error(ErrorKind::invalid, "'" + name + "' is not a power verb.");
}

PowerState power_state_named(const std::string& name) {
  for (const auto power : {PowerState::unknown, PowerState::absent, PowerState::shutoff,
                           PowerState::running, PowerState::paused, PowerState::crashed})
    if (name == name_of(power)) return power;
  throw Error(ErrorKind::invalid, "'" + name + "' is not a power state.");
}

}  // namespace virga::model
