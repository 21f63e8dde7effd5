// SPDX-License-Identifier: Apache-2.0
// What a user hands on.  Source: Identity API v3, OS-TRUST and application credentials.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/clock.h"

namespace virga::model {

/// Roles of the trustor on a project that the trustee may use.
struct Trust {
  std::string id;
  std::string trustor_user_id;
  std::string trustee_user_id;
  std::string project_id;  ///< empty: of no project
  bool impersonation = false;
  TimeUs expires_us = 0;                ///< 0: never
  std::int64_t remaining_uses = -1;     ///< tokens that may still be issued; -1: without limit
  std::string redelegated_trust_id;     ///< the trust that it was handed on from, or empty
  std::int64_t redelegation_count = 0;  ///< how often it may be handed on
  std::string extra = "{}";
  std::vector<std::string> role_ids;
};

/// One kind of request that a program may send.
struct AccessRule {
  std::string id;
  std::string user_id;
  std::string service;
  std::string method;
  std::string path;
};

/// A login of a program in the name of a user, on one project.
struct ApplicationCredential {
  std::string id;
  std::string user_id;
  std::string project_id;
  std::string name;  ///< unique for its user
  std::string description;
  std::string secret_hash;
  bool unrestricted = false;
  TimeUs expires_us = 0;  ///< 0: never
  std::vector<std::string> role_ids;
  std::vector<AccessRule> access_rules;
};

/// Proof that some methods of a login succeeded. The secret itself is not stored.
struct AuthReceipt {
  std::string hash;  ///< SHA-256 of the secret, hexadecimal
  std::string user_id;
  std::string methods;  ///< comma-separated
  TimeUs expires_us = 0;
};

}  // namespace virga::model
