// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "common/clock.h"

namespace virga::model {

/// A public key or certificate offered to guests.  Source: Compute API, "Keypairs".
struct KeyPair {
  std::string user_id;       ///< owner: key pairs belong to a user, not to a project
  std::string name;          ///< unique per user, 1..255 characters
  std::string type = "ssh";  ///< or "x509"
  std::string public_key;    ///< OpenSSH one-line format; of x509, a certificate in PEM
  std::string fingerprint;   ///< MD5, of x509 SHA-1; colon-separated hexadecimal
  TimeUs created_us = 0;
  std::int64_t number = 0;  ///< counts key pairs; given by the store
};

}  // namespace virga::model
