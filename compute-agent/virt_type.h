// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "compute-agent/config.h"

namespace virga::agent {

/// "kvm" or "qemu", as configured; for "auto", KVM if it is proved to run a guest on this boot of
/// the host. The proof is made once a boot and QEMU version and kept in the state directory.
/// @throws Error{invalid} when "kvm" is demanded and does not work
std::string decide_virt_type(const Config& config);

}  // namespace virga::agent
