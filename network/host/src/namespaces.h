// SPDX-License-Identifier: Apache-2.0
// Named network namespaces, the same as those of `ip netns`.
#pragma once

#include <sys/types.h>

#include <functional>
#include <string>

#include "common/file.h"

namespace virga::network {

/// A namespace that is held open.
struct Namespace {
  UniqueFd fd;
  ino_t inode = 0;  ///< tells it from any other
};

/// Opens the namespace `name`, made when it is missing or a former try was cut short.
/// @throws Error{unavailable}
Namespace ensure_namespace(const std::string& name);

/// Removes the name; the namespace goes when nothing runs in it. Absence is success.
/// @throws Error{unavailable}
void remove_namespace(const std::string& name);

/// Runs `work` on a thread of its own inside the namespace and waits. Exceptions come through.
void in_namespace(const Namespace& space, const std::function<void()>& work);

}  // namespace virga::network
