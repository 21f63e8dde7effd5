// SPDX-License-Identifier: Apache-2.0
// Domains, projects, users, roles and tokens.  Source: Identity API v3.
#pragma once

#include <string>
#include <vector>

#include "common/clock.h"

namespace virga::model {

struct Domain {
  std::string id;
  std::string name;  ///< unique
  std::string description;
  bool enabled = true;
};

struct Project {
  std::string id;  ///< 32 hexadecimal digits
  std::string domain_id;
  std::string name;  ///< unique in its domain
  std::string description;
  bool enabled = true;
};

struct User {
  std::string id;  ///< 32 hexadecimal digits
  std::string domain_id;
  std::string name;           ///< unique in its domain
  std::string password_hash;  ///< Argon2id, self-describing; empty: no login by password
  bool enabled = true;
};

struct Role {
  std::string id;
  std::string name;
};

/// A token as it is stored. The secret itself is not: only its SHA-256.
struct Token {
  std::string hash;      ///< SHA-256 of the secret, hexadecimal
  std::string audit_id;  ///< shown in records instead of the secret
  std::string user_id;
  std::string project_id;  ///< empty: unscoped
  TimeUs issued_us = 0;
  TimeUs expires_us = 0;
};

}  // namespace virga::model
