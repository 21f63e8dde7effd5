// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "db/model/identity.h"
#include "db/store/database.h"

/// Grants: who holds a role on what. Every change notifies the topic "identity".
namespace virga::store::grants {

/// Idempotent.
void insert(WriteTx& tx, const model::Grant& grant);
/// @return false when there was none
bool erase(WriteTx& tx, const model::Grant& grant);
bool exists(ReadTx& tx, const model::Grant& grant);
/// Ends what was granted to a user or group that goes.
void erase_of_actor(WriteTx& tx, model::ActorKind kind, const std::string& id);
/// Ends what was granted on a project or domain that goes.
void erase_of_target(WriteTx& tx, model::TargetKind kind, const std::string& id);

/// Roles granted directly: everything of `of` but its role counts.
std::vector<model::Role> list_direct(ReadTx& tx, const model::Grant& of);
/// Grants of an actor; with an empty id, of everyone.
std::vector<model::Grant> list(ReadTx& tx, model::ActorKind kind, const std::string& actor_id);

/// Which roles count.
enum class Strip {
  none,          ///< all of them
  domain_roles,  ///< those of the whole cloud: what tokens carry
};
/// What a user holds on a target ("all": the system): directly, through groups, from above, and by
/// implication; by name. The same as identity::expand() says.
std::vector<model::Role> list_roles(ReadTx& tx, const std::string& user_id, model::TargetKind kind,
                                    const std::string& target_id,
                                    Strip strip = Strip::domain_roles);
/// Projects, or domains, on which a user holds a role that tokens carry, by id.
std::vector<std::string> list_project_ids(ReadTx& tx, const std::string& user_id);
std::vector<std::string> list_domain_ids(ReadTx& tx, const std::string& user_id);

/// Members of groups as {group, user}: of a user's groups, with an empty id of all.
std::vector<std::pair<std::string, std::string>> list_members(ReadTx& tx,
                                                              const std::string& user_id);
/// All projects as {id, parent}.
std::vector<std::pair<std::string, std::string>> list_parents(ReadTx& tx);

/// The roles and all that they imply, among those that tokens carry.
std::vector<model::Role> with_implied(ReadTx& tx, const std::vector<std::string>& role_ids);

}  // namespace virga::store::grants
