// SPDX-License-Identifier: Apache-2.0
// The screen and the serial line of a domain as sockets.
#pragma once

#include <libvirt/libvirt.h>

#include <memory>

#include "common/file.h"

namespace virga::agent {

/// A new connection to the VNC server of a domain, without authentication: nobody else has it.
/// @throws Error{conflict, unavailable}
UniqueFd open_screen(virDomain& domain);

/// The first serial line; who had it before loses it. Bytes go through libvirt's event loop, a few
/// KiB at a time, until either end is closed.  @throws Error{conflict, unavailable}
UniqueFd open_serial(const std::shared_ptr<virConnect>& connection, virDomain& domain);

}  // namespace virga::agent
