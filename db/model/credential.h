// SPDX-License-Identifier: Apache-2.0
// Secrets of users, sealed at rest: credentials and OAuth 1.0a.  Source: Identity API v3.
#pragma once

#include <string>

#include "common/clock.h"

namespace virga::model {

struct Credential {
  std::string id;  ///< of type "ec2": SHA-256 of its access key
  std::string user_id;
  std::string project_id = {};  ///< may be empty, except for type "ec2"
  std::string type;             ///< "ec2", "cert", "totp" ...
  std::string sealed_blob;
  std::string extra = "{}";
};

/// A program that acts for users by OAuth.
struct OauthConsumer {
  std::string id;
  std::string description = {};
  std::string sealed_secret;
  std::string extra = "{}";
};

/// A consumer's wish to act on a project; lives until it is exchanged or expires.
struct OauthRequestToken {
  std::string id;
  std::string consumer_id;
  std::string project_id;
  std::string sealed_secret;
  std::string user_id = {};  ///< who authorized it; empty: nobody yet
  std::string verifier = {};
  std::string role_ids = "[]";  ///< JSON array
  TimeUs expires_us = 0;
};

/// What a consumer may do for a user: these roles on this project.
struct OauthAccessToken {
  std::string id;
  std::string consumer_id;
  std::string project_id;
  std::string sealed_secret;
  std::string user_id;
  std::string role_ids = "[]";  ///< JSON array
  TimeUs expires_us = 0;
};

}  // namespace virga::model
