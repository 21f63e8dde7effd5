// SPDX-License-Identifier: Apache-2.0
#include "api/identity/src/delegation.h"

#include <algorithm>

#include "common/error.h"

namespace virga::identity {

bool is_delegated(const http::Caller& caller) {
  if (!caller.trust_id.empty() || !caller.application_credential_id.empty()) return true;
  return caller.methods.empty() ||
         !std::all_of(caller.methods.begin(), caller.methods.end(), [](const std::string& method) {
           return method == "password" || method == "totp" || method == "token";
         });
}

void require_primary_authentication(const http::Request& request) {
  if (is_delegated(request.who()))
    refuse_action("Delegated tokens cannot access credentials directly");
}

void refuse_action(const std::string& action) {
  throw Error(ErrorKind::forbidden,
              "You are not authorized to perform the requested action: " + action + ".");
}

void refuse_foreign_delegation(const http::Request& request) {
  const http::Caller& who = request.who();
  const bool by_ec2 =
      std::find(who.methods.begin(), who.methods.end(), "ec2credential") != who.methods.end();
  if (!who.trust_id.empty() || !who.oauth_token_id.empty() || by_ec2)
    refuse_action("Delegated tokens cannot manage application credentials or access rules");
}

void refuse_restricted_credential(const http::Request& request) {
  const http::Caller& who = request.who();
  if (who.application_credential_id.empty() || (who.delegation && who.delegation->unrestricted))
    return;
  refuse_action(
      "Using method 'application_credential' is not allowed for managing additional"
      " application credentials");
}

}  // namespace virga::identity
