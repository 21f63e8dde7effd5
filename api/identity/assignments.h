// SPDX-License-Identifier: Apache-2.0
// Who holds which role on what in the end: groups, inheritance and implied roles applied. Pure.
#pragma once

#include <compare>
#include <string>
#include <utility>
#include <vector>

#include "db/model/identity.h"

namespace virga::identity {

/// A project's place in the tree: at the top the parent is the domain.
struct ProjectPlace {
  std::string id;
  std::string parent_id;
};

struct AssignmentFacts {
  std::vector<model::Grant> grants;
  std::vector<std::pair<std::string, std::string>> members;  ///< group, user
  std::vector<ProjectPlace> projects;
  std::vector<std::pair<std::string, std::string>> implications;  ///< prior role, implied role
};

/// A role of somebody on something, and how he came by it.
struct Assignment {
  model::Grant grant;           ///< in force: actor, target and role as they are in the end
  std::string group_id;         ///< he has it as a member of this group; empty: himself
  std::string from_project_id;  ///< it is inherited from this project; empty: not so
  std::string from_domain_id;   ///< or from this domain
  std::string prior_role_id;    ///< it is implied by this role; empty: granted

  friend bool operator==(const Assignment&, const Assignment&) = default;
  friend auto operator<=>(const Assignment&, const Assignment&) = default;
};

/// All ways in which users hold roles, each once. A role that is implied in several ways appears
/// once for each role that implies it directly; circles end.
std::vector<Assignment> expand(const AssignmentFacts& facts);

/// The projects below a project or a domain, without itself.
std::vector<std::string> projects_below(const std::vector<ProjectPlace>& projects,
                                        const std::string& id);

}  // namespace virga::identity
