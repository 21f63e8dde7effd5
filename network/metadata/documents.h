// SPDX-License-Identifier: Apache-2.0
// What an instance can read about itself, in OpenStack's and in EC2's form. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "db/model/host_state.h"

namespace virga::metadata {

/// Path without leading slash -> content, e.g. "openstack/latest/meta_data.json". Dated versions
/// are not listed: whoever serves the documents maps them to "latest".
using Documents = std::map<std::string, std::string>;

/// Network id -> MTU; a network that is not there has MTU null in network_data.json.
using Mtus = std::map<std::string, std::int64_t>;

/// Everything that the metadata service answers.  Source: Nova's "Metadata service" and EC2's
/// "Instance metadata categories".
Documents metadata_documents(const model::DesiredInstance& instance, const Mtus& mtus = {});

/// The files of the config drive: the "openstack" part of metadata_documents().
Documents config_drive_files(const model::DesiredInstance& instance, const Mtus& mtus = {});

}  // namespace virga::metadata
