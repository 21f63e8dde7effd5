// SPDX-License-Identifier: Apache-2.0
// The text that an administrator carries from the control plane to a new host.
#pragma once

#include <optional>
#include <string>

namespace virga::agent_link {

/// What an administrator hands to a new host: a secret, and the digest of the authority by which
/// the host knows that it speaks with the right control plane. "virga1.<secret>.<sha256 of
/// authority>".
struct EnrolmentToken {
  std::string secret;
  std::string authority_sha256;

  std::string text() const { return "virga1." + secret + "." + authority_sha256; }
};

/// nullopt when it does not have the form.
std::optional<EnrolmentToken> parse_enrolment_token(const std::string& text);

}  // namespace virga::agent_link
