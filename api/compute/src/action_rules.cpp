// SPDX-License-Identifier: Apache-2.0
#include "api/compute/src/action_rules.h"

#include <algorithm>
#include <string>

#include "common/error.h"

namespace virga::compute {
namespace {

/// True when the list of words has the word.
bool has(std::string_view words, std::string_view wanted) {
  while (!words.empty()) {
    const std::string_view word = words.substr(0, words.find(' '));
    if (word == wanted) return true;
    words.remove_prefix(std::min(words.size(), word.size() + 1));
  }
  return false;
}

[[noreturn]] void refuse(const ActionRule& rule, const model::Instance& i, const char* what,
                         std::string_view state) {
  throw Error(ErrorKind::conflict, "Cannot '" + std::string(rule.name) + "' instance " + i.id +
                                       " while it is in " + what + " " + std::string(state));
}

}  // namespace

void require_allowed(const ActionRule& rule, const model::Instance& i) {
  const model::InstanceStatus s = model::derive_status(i);
  if (!has(rule.vm_states, s.vm_state)) refuse(rule, i, "vm_state", s.vm_state);
  if (!s.task_state.empty() && !has(rule.tasks, s.task_state))
    refuse(rule, i, "task_state", s.task_state);
  if (i.host_id.empty() && i.shelving != model::Shelving::offloaded)
    refuse(rule, i, "vm_state", s.vm_state);
}

}  // namespace virga::compute
