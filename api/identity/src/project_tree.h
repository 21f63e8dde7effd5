// SPDX-License-Identifier: Apache-2.0
// The tree of domains and projects: what may be made, changed and removed in it. A domain is the
// root of a tree and acts as a project whose domain_id and parent_id are empty.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "api/identity/src/input.h"
#include "api/identity/src/views.h"
#include "db/model/identity.h"
#include "db/store/database.h"

namespace virga::identity {

/// A project, or a domain as one.
std::optional<model::Project> find_project(store::ReadTx& tx, const std::string& id);
/// Only a domain.
std::optional<model::Project> find_domain(store::ReadTx& tx, const std::string& id);
model::Project as_project(const model::Domain& domain);
Tags tags_of(store::ReadTx& tx, const model::Project& project);
/// Those above it: the nearest first, its domain last.
std::vector<model::Project> parents_of(store::ReadTx& tx, const model::Project& project);

/// "tags" of a body: at most 80, each of at most 255 characters without ',' and '/'.
/// @throws Error{invalid}
Tags checked_tags(const json::value& tags);
std::string checked_tag(std::string_view field, const json::value& tag);

/// Fills a new project or domain from a body and stores it.
/// @throws Error{invalid, forbidden, conflict}
void create_project(store::WriteTx& tx, const Input& in, model::Project& project);
/// Changes what the body names.  @throws Error{invalid, forbidden, conflict}
void change_project(store::WriteTx& tx, const Input& in, model::Project& project);
void set_tags(store::WriteTx& tx, const model::Project& project, const Tags& tags);
/// A leaf, or a disabled domain with all that is in it.  @throws Error{forbidden}
void erase_project(store::WriteTx& tx, const model::Project& project);

}  // namespace virga::identity
