// SPDX-License-Identifier: Apache-2.0
// Defaults of the Network API.  Source of names: Neutron's policy reference, Zed.
#include "api/identity/src/policy_defaults.h"

namespace virga::identity {
namespace {

constexpr PolicyDefault kRows[] = {
    {"create_network", "rule:project_admin"},        {"create_subnet", "rule:project_admin"},
    {"delete_network", "rule:project_admin"},        {"delete_subnet", "rule:project_admin"},
    {"get_network", "rule:project_reader_or_admin"}, {"get_port", "rule:project_reader_or_admin"},
    {"get_subnet", "rule:project_reader_or_admin"},
};

}  // namespace

std::span<const PolicyDefault> network_policies() {
  return kRows;
}

}  // namespace virga::identity
