// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "db/model/identity.h"
#include "db/store/database.h"

/// Domains, projects, users, roles and assignments. Every change notifies the topic "identity".
namespace virga::store::identity {

std::optional<model::Domain> find_domain(ReadTx& tx, const std::string& id);
std::optional<model::Domain> find_domain_named(ReadTx& tx, const std::string& name);
std::optional<model::Project> find_project(ReadTx& tx, const std::string& id);
std::optional<model::Project> find_project_named(ReadTx& tx, const std::string& domain_id,
                                                 const std::string& name);
std::optional<model::User> find_user(ReadTx& tx, const std::string& id);
std::optional<model::User> find_user_named(ReadTx& tx, const std::string& domain_id,
                                           const std::string& name);
std::optional<model::Role> find_role_named(ReadTx& tx, const std::string& name);

/// Roles that a user holds on a project, by name.
std::vector<model::Role> list_roles(ReadTx& tx, const std::string& user_id,
                                    const std::string& project_id);
/// Enabled projects on which a user holds a role, by name.
std::vector<model::Project> list_projects_of(ReadTx& tx, const std::string& user_id);

/// @throws Error{conflict} when the id or name is taken
void insert(WriteTx& tx, const model::Domain& domain);
void insert(WriteTx& tx, const model::Project& project);
void insert(WriteTx& tx, const model::User& user);
void insert(WriteTx& tx, const model::Role& role);
/// Idempotent.
void assign(WriteTx& tx, const std::string& user_id, const std::string& project_id,
            const std::string& role_id);
void set_password_hash(WriteTx& tx, const std::string& user_id, const std::string& hash);
void set_enabled(WriteTx& tx, const std::string& user_id, bool enabled);

}  // namespace virga::store::identity
