// SPDX-License-Identifier: Apache-2.0
// Credentials of users, and the EC2 credential in one of them.
#pragma once

#include <string>

#include "api/identity/identity_api.h"
#include "db/model/credential.h"

namespace virga::identity {

/// The blob of a credential in clear.
std::string open_blob(const IdentityDeps& deps, const model::Credential& credential);
void seal_blob(const IdentityDeps& deps, model::Credential& credential, std::string_view blob);

/// What the blob of a credential of type "ec2" holds.
struct Ec2Secret {
  std::string access;
  std::string secret;
  std::string trust_id;  ///< not empty: the credential acts by a trust
  bool is_delegated = false;
};
/// @throws Error{invalid} when the blob is not such an object
Ec2Secret read_ec2_secret(const std::string& blob);
/// The id of the credential with that access key.
std::string ec2_credential_id(const std::string& access);

}  // namespace virga::identity
