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
    throw Error(ErrorKind::forbidden,
                "You are not authorized to perform the requested action: Delegated tokens cannot "
                "access credentials directly.");
}

}  // namespace virga::identity
