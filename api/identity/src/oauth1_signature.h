// SPDX-License-Identifier: Apache-2.0
// OAuth 1.0a: the parameters of a request and their signature by HMAC-SHA1.  Source: RFC 5849.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "api/http/message.h"

namespace virga::identity {

/// The parameters of the header "Authorization: OAuth ...", decoded.
class OauthParameters {
 public:
  /// @throws Error{invalid} when the header is missing or cannot be read
  explicit OauthParameters(const http::Request& request);

  /// "" when it is absent.
  std::string get(std::string_view name) const;
  /// @throws Error{invalid}
  std::string require(const std::string& name) const;
  const std::vector<std::pair<std::string, std::string>>& all() const { return all_; }

 private:
  std::vector<std::pair<std::string, std::string>> all_;
};

struct OauthSecrets {
  std::string consumer;
  std::string token;  ///< empty when a request token is asked for
};

/// How far a request's time may be from now.
constexpr TimeUs kOauthTimestampLifeUs = 600 * kSecondUs;

/// Refuses a request that is not signed with both secrets, or not within ten minutes of now. It
/// does not know whether the request came before.
/// @throws Error{unauthorized, invalid}
void require_oauth_signature(const http::Request& request, const OauthParameters& parameters,
                             const OauthSecrets& secrets, TimeUs now_us);

}  // namespace virga::identity
