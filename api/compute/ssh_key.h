// SPDX-License-Identifier: Apache-2.0
// SSH public keys: checked, fingerprinted, generated.
#pragma once

#include <string>

namespace virga::compute {

/// The MD5 fingerprint ("aa:bb:...") of an OpenSSH one-line public key.
/// @throws Error{invalid} when it is not one
std::string ssh_fingerprint(const std::string& public_key);

struct GeneratedKey {
  std::string public_key;   ///< OpenSSH one-line format
  std::string private_key;  ///< PEM
};

/// A new RSA key of 2048 bits; takes some 100 ms.  @throws Error{internal}
GeneratedKey generate_ssh_key(const std::string& comment);

}  // namespace virga::compute
