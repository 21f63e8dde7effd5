// SPDX-License-Identifier: Apache-2.0
// Domains, projects, users, groups, roles, grants and tokens.  Source: Identity API v3.
#pragma once

#include <compare>
#include <string>
#include <vector>

#include "common/clock.h"

namespace virga::model {

struct Domain {
  std::string id;
  std::string name;  ///< unique
  std::string description;
  bool enabled = true;
  std::string options = "{}";  ///< JSON object
  std::string extra = "{}";    ///< JSON object: attributes that the API does not know
};

struct Project {
  std::string id;  ///< 32 hexadecimal digits
  std::string domain_id;
  std::string name;  ///< unique in its domain
  std::string description;
  bool enabled = true;
  std::string parent_id = {};  ///< of the project above it; at the top: the domain's id
  std::string options = "{}";
  std::string extra = "{}";
};

struct User {
  std::string id;  ///< 32 hexadecimal digits
  std::string domain_id;
  std::string name;           ///< unique in its domain
  std::string password_hash;  ///< Argon2id, self-describing; empty: no login by password
  bool enabled = true;
  std::string default_project_id = {};
  std::string options = "{}";
  std::string extra = "{}";
  TimeUs password_created_us = 0;
  TimeUs password_expires_us = 0;  ///< 0: never
  TimeUs created_us = 0;
};

/// A set of users of one domain.
struct Group {
  std::string id;  ///< 32 hexadecimal digits
  std::string domain_id;
  std::string name;  ///< unique in its domain
  std::string description = {};
  std::string extra = "{}";
};

/// An option that a domain has of its own.
struct DomainOption {
  std::string group;
  std::string name;
  std::string value;       ///< JSON; of a sensitive option sealed
  bool sensitive = false;  ///< stored, but never shown
};

struct Role {
  std::string id;
  std::string name;            ///< unique in its domain
  std::string domain_id = {};  ///< empty: a role of the whole cloud
  std::string description = {};
  std::string options = "{}";
  std::string extra = "{}";
};

enum class ActorKind { user, group };
enum class TargetKind { project, domain, system };

/// A role given to a user or a group on a target.
struct Grant {
  std::string role_id;
  ActorKind actor_kind = ActorKind::user;
  std::string actor_id;
  TargetKind target_kind = TargetKind::project;
  std::string target_id;   ///< "all" for the system
  bool inherited = false;  ///< holds on the projects below the target, not on itself

  friend bool operator==(const Grant&, const Grant&) = default;
  friend auto operator<=>(const Grant&, const Grant&) = default;
};

const char* name_of(ActorKind kind) noexcept;
const char* name_of(TargetKind kind) noexcept;
/// @throws Error{invalid} for other words
ActorKind actor_kind_named(const std::string& name);
TargetKind target_kind_named(const std::string& name);

/// A token as it is stored. The secret itself is not: only its SHA-256.
struct Token {
  std::string hash;      ///< SHA-256 of the secret, hexadecimal
  std::string audit_id;  ///< shown in records instead of the secret
  std::string user_id;
  std::string project_id;  ///< empty: not of a project
  TimeUs issued_us = 0;
  TimeUs expires_us = 0;
  std::string domain_id = {};  ///< of a domain-scoped token
  bool is_system = false;
  std::string methods = "password";  ///< comma-separated
  std::string parent_audit_id = {};  ///< of the first token of its chain
  std::string trust_id = {};
  std::string application_credential_id = {};
  std::string oauth_token_id = {};
};

}  // namespace virga::model
