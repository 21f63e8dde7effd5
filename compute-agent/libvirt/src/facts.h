// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libvirt/libvirt.h>

#include <string>

#include "compute-agent/hypervisor.h"

namespace virga::agent {

/// Size, version and CPU of the host.  @throws Error
HypervisorFacts read_facts(virConnect& connection);

/// The `cpu_info` of Nova's hypervisor API from libvirt's capabilities document. Pure.
std::string cpu_info_from(const std::string& capabilities_xml);

/// 7002022 as "7.2.22".
std::string version_text(unsigned long version);

}  // namespace virga::agent
