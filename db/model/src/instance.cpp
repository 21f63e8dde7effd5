// SPDX-License-Identifier: Apache-2.0
#include "db/model/instance.h"

#include <array>
#include <utility>

#include "common/error.h"

namespace virga::model {
namespace {

template <class T, std::size_t N>
using Names = std::array<std::pair<T, const char*>, N>;

constexpr Names<PowerWish, 5> kWishes{{{PowerWish::running, "running"},
                                       {PowerWish::stopped, "stopped"},
                                       {PowerWish::paused, "paused"},
                                       {PowerWish::suspended, "suspended"},
                                       {PowerWish::absent, "absent"}}};

constexpr Names<PowerVerb, 16> kVerbs{{{PowerVerb::create, "create"},
                                       {PowerVerb::start, "start"},
                                       {PowerVerb::stop, "stop"},
                                       {PowerVerb::reboot_soft, "reboot_soft"},
                                       {PowerVerb::reboot_hard, "reboot_hard"},
                                       {PowerVerb::pause, "pause"},
                                       {PowerVerb::unpause, "unpause"},
                                       {PowerVerb::suspend, "suspend"},
                                       {PowerVerb::resume, "resume"},
                                       {PowerVerb::rescue, "rescue"},
                                       {PowerVerb::unrescue, "unrescue"},
                                       {PowerVerb::rebuild, "rebuild"},
                                       {PowerVerb::resize, "resize"},
                                       {PowerVerb::revert_resize, "revert_resize"},
                                       {PowerVerb::shelve, "shelve"},
                                       {PowerVerb::unshelve, "unshelve"}}};

constexpr Names<PowerState, 7> kPowers{{{PowerState::unknown, "unknown"},
                                        {PowerState::absent, "absent"},
                                        {PowerState::shutoff, "shutoff"},
                                        {PowerState::running, "running"},
                                        {PowerState::paused, "paused"},
                                        {PowerState::suspended, "suspended"},
                                        {PowerState::crashed, "crashed"}}};

constexpr Names<Resizing, 3> kResizings{
    {{Resizing::none, "none"}, {Resizing::resize, "resize"}, {Resizing::revert, "revert"}}};

constexpr Names<Shelving, 6> kShelvings{{{Shelving::none, "none"},
                                         {Shelving::shelve, "shelve"},
                                         {Shelving::shelved, "shelved"},
                                         {Shelving::offload, "offload"},
                                         {Shelving::offloaded, "offloaded"},
                                         {Shelving::unshelve, "unshelve"}}};

template <class T, std::size_t N>
const char* name_in(const Names<T, N>& names, T wanted) noexcept {
  for (const auto& [value, name] : names)
    if (value == wanted) return name;
  return names.front().second;
}

template <class T, std::size_t N>
T value_in(const Names<T, N>& names, const std::string& wanted, const char* what) {
  for (const auto& [value, name] : names)
    if (wanted == name) return value;
  throw Error(ErrorKind::invalid, "'" + wanted + "' is not a " + what + ".");
}

}  // namespace

const char* name_of(PowerWish wish) noexcept {
  return name_in(kWishes, wish);
}

const char* name_of(PowerVerb verb) noexcept {
  return name_in(kVerbs, verb);
}

const char* name_of(PowerState power) noexcept {
  return name_in(kPowers, power);
}

const char* name_of(Resizing resizing) noexcept {
  return name_in(kResizings, resizing);
}

const char* name_of(Shelving shelving) noexcept {
  return name_in(kShelvings, shelving);
}

PowerWish power_wish_named(const std::string& name) {
  return value_in(kWishes, name, "power wish");
}

PowerVerb power_verb_named(const std::string& name) {
  return value_in(kVerbs, name, "power verb");
}

PowerState power_state_named(const std::string& name) {
  return value_in(kPowers, name, "power state");
}

Resizing resizing_named(const std::string& name) {
  return value_in(kResizings, name, "stage of a resize");
}

Shelving shelving_named(const std::string& name) {
  return value_in(kShelvings, name, "stage of shelving");
}

}  // namespace virga::model
