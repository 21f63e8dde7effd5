// SPDX-License-Identifier: Apache-2.0
#include "api/agent-link/enrolment_token.h"

namespace virga::agent_link {

std::optional<EnrolmentToken> parse_enrolment_token(const std::string& text) {
  const std::size_t first = text.find('.');
  const std::size_t second = text.find('.', first + 1);
  if (first == std::string::npos || second == std::string::npos ||
      text.substr(0, first) != "virga1")
    return std::nullopt;
  EnrolmentToken token{text.substr(first + 1, second - first - 1), text.substr(second + 1)};
  const bool is_digest =
      token.authority_sha256.size() == 64 &&
      token.authority_sha256.find_first_not_of("0123456789abcdef") == std::string::npos;
  if (token.secret.empty() || !is_digest) return std::nullopt;
  return token;
}

}  // namespace virga::agent_link
