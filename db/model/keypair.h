// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "common/clock.h"

namespace virga::model {

/// An SSH public key offered to guests.  Source: Compute API, "Keypairs".
struct KeyPair {
  std::string user_id;  ///< owner: key pairs belong to a user, not to a project
  std::string name;     ///< unique per user, 1..255 characters
  std::string type = "ssh";
  std::string public_key;   ///< OpenSSH one-line format
  std::string fingerprint;  ///< MD5, colon-separated hexadecimal
  TimeUs created_us = 0;
};

}  // namespace virga::model
