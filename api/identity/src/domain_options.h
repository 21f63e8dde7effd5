// SPDX-License-Identifier: Apache-2.0
// The options that a domain may have of its own.  Source: Identity API v3, "Domain configuration".
#pragma once

#include <string>
#include <vector>

#include "db/model/identity.h"

namespace virga::identity {

bool is_domain_option(const std::string& group, const std::string& name);
/// True of an option that is stored but never shown.
bool is_sensitive_option(const std::string& group, const std::string& name);
/// All that may be shown, with Keystone's defaults.
std::vector<model::DomainOption> default_domain_options();

}  // namespace virga::identity
