// SPDX-License-Identifier: Apache-2.0
#include "api/identity/src/live_trust.h"

#include <algorithm>

#include "db/store/domains.h"
#include "db/store/grants.h"
#include "db/store/trusts.h"
#include "db/store/users.h"

namespace virga::identity {
namespace {

using store::ReadTx;

bool is_enabled(ReadTx& tx, const std::string& user_id) {
  const auto user = store::users::find(tx, user_id);
  if (!user || !user->enabled) return false;
  const auto domain = store::domains::find(tx, user->domain_id);
  return domain && domain->enabled;
}

/// The trust itself, without regard to its source.
std::optional<model::Trust> current(ReadTx& tx, const std::string& id, TimeUs now_us) {
  auto trust = store::trusts::find(tx, id);
  if (!trust || (trust->expires_us != 0 && trust->expires_us <= now_us)) return std::nullopt;
  if (!is_enabled(tx, trust->trustor_user_id) || !is_enabled(tx, trust->trustee_user_id))
    return std::nullopt;
  return trust;
}

}  // namespace

std::string redelegation_fault(const model::Trust& source, const model::Trust& child) {
  if (source.redelegation_count <= 0 || source.redelegation_count > kMaxRedelegations)
    return "Remaining redelegation depth of " + std::to_string(source.redelegation_count) +
           " out of allowed range of [0.." + std::to_string(kMaxRedelegations) + "]";
  if (child.redelegation_count >= source.redelegation_count)
    return "Modifying \"redelegation_count\" upon redelegation is forbidden. Omitting this"
           " parameter is advised.";
  if (child.project_id != source.project_id)
    return "The project is not that of the redelegated trust";
  if (source.expires_us != 0 && (child.expires_us == 0 || child.expires_us > source.expires_us))
    return "Requested expiration time is more than redelegated trust can provide";
  const bool part =
      std::all_of(child.role_ids.begin(), child.role_ids.end(), [&](const std::string& role_id) {
        return std::find(source.role_ids.begin(), source.role_ids.end(), role_id) !=
               source.role_ids.end();
      });
  if (!part) return "Some of requested roles are not in redelegated trust";
  if (child.impersonation && !source.impersonation)
    return "Impersonation is not allowed because redelegated trust does not specify"
           " impersonation. Redelegated trust id: " +
           source.id;
  return {};
}

std::optional<model::Trust> live_trust(ReadTx& tx, const std::string& id, TimeUs now_us) {
  auto trust = current(tx, id, now_us);
  if (!trust) return std::nullopt;
  model::Trust child = *trust;
  while (!child.redelegated_trust_id.empty()) {
    auto source = current(tx, child.redelegated_trust_id, now_us);
    if (!source || !redelegation_fault(*source, child).empty()) return std::nullopt;
    child = std::move(*source);  // its count is higher: the loop ends
  }
  return trust;
}

std::string source_user(ReadTx& tx, const model::Trust& trust) {
  std::string user_id = trust.trustor_user_id;
  std::string next = trust.redelegated_trust_id;
  for (int depth = 0; !next.empty() && depth <= kMaxRedelegations; ++depth) {
    const auto source = store::trusts::find(tx, next);
    if (!source) return {};
    user_id = source->trustor_user_id;
    next = source->redelegated_trust_id;
  }
  return user_id;
}

std::optional<std::vector<model::Role>> delegated_roles(ReadTx& tx, const model::Trust& trust) {
  const auto held =
      store::grants::list_roles(tx, source_user(tx, trust), model::TargetKind::project,
                                trust.project_id, store::grants::Strip::none);
  const auto holds = [&](const std::string& id) {
    return std::any_of(held.begin(), held.end(), [&](const auto& role) { return role.id == id; });
  };
  if (!std::all_of(trust.role_ids.begin(), trust.role_ids.end(), holds)) return std::nullopt;
  auto roles = store::grants::with_implied(tx, trust.role_ids);
  std::erase_if(roles, [&](const model::Role& role) { return !holds(role.id); });
  return roles;
}

}  // namespace virga::identity
