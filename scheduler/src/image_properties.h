// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>

#include "scheduler/src/host_class.h"

namespace virga::scheduler {

/// ImagePropertiesFilter: architecture, kind of hypervisor and its version, mode of the machine,
/// and bits of physical addresses that an image asks for.
bool image_fits(const ClassFacts& facts, const std::map<std::string, std::string>& properties,
                const std::string& default_architecture);

}  // namespace virga::scheduler
