// SPDX-License-Identifier: Apache-2.0
// Identity API v3: routes.
#pragma once

#include <memory>
#include <string>

#include "api/http/router.h"
#include "api/identity/authorizer.h"
#include "api/identity/catalog.h"
#include "api/identity/lockout.h"
#include "api/identity/passwords.h"
#include "api/identity/sealer.h"
#include "api/identity/used_once.h"

namespace virga::identity {

/// What the Identity handlers need. Outlives the server.
struct IdentityDeps {
  store::Database& db;
  const Clock& clock;
  const TokenAuthorizer& authorizer;
  Passwords& passwords;
  std::string region = "RegionOne";
  TimeUs token_life_us = 12LL * 3600 * kSecondUs;
  Catalog catalog{db};
  Sealer sealer = Sealer::with_new_key();  ///< virgad gives it the one of its key file
  Lockout lockout{};
  UsedOnce used{};  ///< signed requests and one-time passwords
};

void add_routes(http::Router& router, IdentityDeps& deps);

}  // namespace virga::identity
