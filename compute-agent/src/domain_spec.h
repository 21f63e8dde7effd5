// SPDX-License-Identifier: Apache-2.0
// From desired state to what the hypervisor wants, and from what it shows to what is reported.
// Pure.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "compute-agent/hypervisor.h"
#include "compute-agent/plan.h"
#include "db/model/host_state.h"
#include "storage/disk_store.h"

namespace virga::agent {

/// Network id -> MTU.
using Mtus = std::map<std::string, std::int64_t>;

/// @throws Error{invalid} when a port's network is not in `mtus`
DomainSpec make_domain_spec(const model::DesiredInstance& desired,
                            const storage::InstanceFiles& files, const Mtus& mtus,
                            const std::string& virt_type);

/// The image that the wanted root disk is made of.
storage::BaseImage base_of(const model::DesiredInstance& desired);

/// The wanted root disk; size 0 leaves it to the base image.
storage::RootDiskSpec root_disk_of(const model::DesiredInstance& desired);

/// Fills the domain's part of a report. "absent" is claimed for an instance that is to be removed
/// only when the plan says that nothing is left.
void show_domain(model::ObservedInstance& out, const model::DesiredInstance& desired,
                 const Seen& seen, StepKind next);

}  // namespace virga::agent
