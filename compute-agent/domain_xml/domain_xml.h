// SPDX-License-Identifier: Apache-2.0
// The hypervisor's description of an instance, as a pure function of its spec.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "compute-agent/hypervisor.h"

namespace virga::agent {

/// Names the element that marks a domain as ours.
inline constexpr const char* kMetadataNamespace = "https://virga.dev/ns/1";

/// The whole domain document. Pure; equal specs give equal text.
/// @throws Error{invalid} when the spec cannot be a domain (unknown virt_type, no CPU, no memory,
/// text
///         with control characters)
std::string domain_xml(const DomainSpec& spec);

/// The run epoch that a domain carries: from our metadata element, with or without its prefix, as
/// libvirt hands it out, or from a whole domain document.
/// @return nullopt when the text has no such element or no number in it
std::optional<std::int64_t> read_run_epoch(const std::string& xml);

/// The number of the root disk that a domain carries in the same way; 1 when it carries none.
std::int64_t read_disk_number(const std::string& xml);

}  // namespace virga::agent
