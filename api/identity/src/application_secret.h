// SPDX-License-Identifier: Apache-2.0
// Secrets of application credentials: those that we generate have so much entropy that a plain
// digest keeps them; those that people choose are hashed like passwords.
#pragma once

#include <string>

#include "api/identity/passwords.h"

namespace virga::identity {

/// What is stored of a secret that we generated.
std::string hash_of_generated(const std::string& secret);

/// True when the secret belongs to the hash. A wrong secret costs as much as a wrong password, also
/// when the hash is empty.
bool is_secret(Passwords& passwords, const std::string& hash, const std::string& secret);

}  // namespace virga::identity
