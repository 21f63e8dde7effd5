// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace virga::agent {

/// Starts libvirt's event loop on a thread of its own unless it runs. libvirt allows one per
/// process and none of its handles may outlive it, so the thread lives as long as the process.
/// @throws Error{internal}
void start_event_loop();

}  // namespace virga::agent
