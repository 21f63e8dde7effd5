// SPDX-License-Identifier: Apache-2.0
// X.509 certificates as key pairs, with which guests of Windows let their users in.
#pragma once

#include <string>

#include "api/compute/ssh_key.h"

namespace virga::compute {

/// The SHA-1 fingerprint ("aa:bb:...") of a certificate in PEM.
/// @throws Error{invalid} when it is not one
std::string x509_fingerprint(const std::string& certificate);

/// A certificate for the user, signed with its own RSA key of 2048 bits; `private_key` is a PKCS
/// #12 archive without a password, in base64. Takes some 100 ms.  @throws Error{internal}
GeneratedKey generate_x509_key(const std::string& user_id);

}  // namespace virga::compute
