// SPDX-License-Identifier: Apache-2.0
// What the OAuth 1.0a handlers share, and what tokens need of them.
#pragma once

#include <boost/json/array.hpp>
#include <string>

#include "api/identity/identity_api.h"
#include "db/model/credential.h"

namespace virga::identity {

/// The access token that signed a request for a token (method "oauth1").
/// @throws Error{invalid, unauthorized}
model::OauthAccessToken prove_oauth1(IdentityDeps& deps, const http::Request& request);

/// Leaves a caller the roles of the access token that his token was made with.
/// @return false when that access token is gone or has expired
bool limit_to_access_token(store::ReadTx& tx, http::Caller& caller, const std::string& id,
                           TimeUs now_us);

/// A secret of the OAuth tables in clear. `owner` is "consumer/ID", "request-token/ID" ...
std::string open_oauth_secret(const IdentityDeps& deps, const std::string& sealed,
                              const std::string& owner);
std::string seal_oauth_secret(const IdentityDeps& deps, const std::string& secret,
                              const std::string& owner);
/// @throws Error{not_found}
model::OauthConsumer get_consumer(store::ReadTx& tx, const std::string& id);
model::OauthAccessToken get_access_token(store::ReadTx& tx, const std::string& id);
/// "a=b&c=d" with status 201.
http::Response form_answer(const std::string& form);

}  // namespace virga::identity
