// SPDX-License-Identifier: Apache-2.0
// Trusts as they hold now: each depends on the chain that it was handed on through.
#pragma once

#include <optional>
#include <vector>

#include "db/model/delegation.h"
#include "db/model/identity.h"
#include "db/store/database.h"

namespace virga::identity {

constexpr std::int64_t kMaxRedelegations = 3;

/// The trust when it and all those that it was handed on from are in force: not expired, each a
/// part of its source, their users enabled. Remaining uses do not count here: they limit new
/// tokens.
std::optional<model::Trust> live_trust(store::ReadTx& tx, const std::string& id, TimeUs now_us);

/// Who holds the roles that the trust hands on: the first trustor of the chain.
std::string source_user(store::ReadTx& tx, const model::Trust& trust);

/// The roles that a token of the trust carries; nullopt when the source lost one of them.
std::optional<std::vector<model::Role>> delegated_roles(store::ReadTx& tx,
                                                        const model::Trust& trust);

/// Why a trust cannot be handed on as `child`; empty when it can. Pure.
std::string redelegation_fault(const model::Trust& source, const model::Trust& child);

}  // namespace virga::identity
