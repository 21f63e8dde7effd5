// SPDX-License-Identifier: Apache-2.0
// Logins that need more than one method: rules of users, and receipts for what was shown so far.
// Source: Identity API v3, "Multi-Factor Authentication".
#pragma once

#include <set>
#include <string>
#include <vector>

#include "api/identity/src/auth_methods.h"

namespace virga::identity {

/// Sets of methods, each of which is enough; of methods that we do not know nothing is asked.
using MfaRules = std::vector<std::set<std::string>>;

/// The rules of a user's options ("{}": none), empty when they are not in force. Pure.
MfaRules mfa_rules(const std::string& options);
/// Pure.
bool is_enough(const MfaRules& rules, const std::set<std::string>& methods);

/// Adds the methods of the receipt that the request carries.
/// @throws Error{unauthorized} when it is unknown, has expired or is somebody else's
void add_receipt_methods(const AuthAttempt& attempt, const std::string& user_id,
                         std::vector<std::string>& methods);

/// nullopt when the user's rules are content, else the answer 401 with a receipt.
std::optional<http::Response> missing_methods(const AuthAttempt& attempt,
                                              const std::string& user_id,
                                              const std::vector<std::string>& methods);

}  // namespace virga::identity
