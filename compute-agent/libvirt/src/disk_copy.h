// SPDX-License-Identifier: Apache-2.0
// Copies of the root disks of guests that run, by libvirt's backup jobs.
#pragma once

#include <libvirt/libvirt.h>

#include <string>

namespace virga::agent {

/// Begins to copy the root disk as it is now into an empty qcow2 file.  @throws Error
void begin_copy(virDomain& domain, const std::string& path);
/// True while a copy runs.  @throws Error
bool is_copying(virDomain& domain);
/// @throws Error{unavailable} unless the last copy went well
void require_copied(virDomain& domain);
/// Ends a copy that runs, and lets a guest write whose file systems an earlier process has left
/// frozen.  @throws Error
void abort_copy(virDomain& domain);

}  // namespace virga::agent
