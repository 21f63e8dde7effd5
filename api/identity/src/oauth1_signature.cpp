// SPDX-License-Identifier: Apache-2.0
#include "api/identity/src/oauth1_signature.h"

#include <strings.h>

#include <algorithm>
#include <charconv>

#include "api/identity/src/aws_signature.h"
#include "common/error.h"
#include "common/hash.h"

namespace virga::identity {
namespace {

constexpr std::size_t kMaxParameters = 32;

[[noreturn]] void refuse(const std::string& why) {
  throw Error(ErrorKind::invalid, why);
}

int digit_of(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string percent_decoded(std::string_view in) {
  std::string out;
  for (std::size_t i = 0; i < in.size(); ++i) {
    if (in[i] != '%') {
      out += in[i];
      continue;
    }
    const int high = i + 2 < in.size() ? digit_of(in[i + 1]) : -1;
    const int low = i + 2 < in.size() ? digit_of(in[i + 2]) : -1;
    if (high < 0 || low < 0) refuse("The Authorization header is not encoded correctly.");
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return out;
}

std::string_view trimmed(std::string_view in) {
  const std::size_t first = in.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return in.substr(first, in.find_last_not_of(" \t\r\n") - first + 1);
}

/// "http://cloud:8774/path": scheme and host in lower case, without the scheme's usual port.
std::string base_url(const http::Request& request) {
  std::string base = request.base_url;
  std::transform(base.begin(), base.end(), base.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  if (base.starts_with("http://") && base.ends_with(":80")) base.resize(base.size() - 3);
  if (base.starts_with("https://") && base.ends_with(":443")) base.resize(base.size() - 4);
  return base + request.path;
}

/// RFC 5849, 3.4.1.
std::string base_string(const http::Request& request, const OauthParameters& parameters) {
  std::vector<std::pair<std::string, std::string>> pairs;
  for (const auto& [key, value] : parameters.all())
    if (key != "realm" && key != "oauth_signature")
      pairs.emplace_back(percent_encoded(key), percent_encoded(value));
  for (const auto& [key, value] : request.query)
    pairs.emplace_back(percent_encoded(key), percent_encoded(value));
  std::sort(pairs.begin(), pairs.end());
  std::string normalized;
  for (const auto& [key, value] : pairs)
    normalized += (normalized.empty() ? "" : "&") + key + "=" + value;
  return request.method + "&" + percent_encoded(base_url(request)) + "&" +
         percent_encoded(normalized);
}

void require_recent(const std::string& timestamp, TimeUs now_us) {
  std::int64_t seconds = 0;
  const char* const end = timestamp.data() + timestamp.size();
  const auto [rest, failure] = std::from_chars(timestamp.data(), end, seconds);
  if (timestamp.size() != 10 || failure != std::errc{} || rest != end)
    refuse("Invalid OAuth timestamp.");
  const std::int64_t age = now_us / kSecondUs - seconds;
  constexpr std::int64_t kLifeS = kOauthTimestampLifeUs / kSecondUs;
  if (age > kLifeS || age < -kLifeS) refuse("The OAuth timestamp is too far from now.");
}

}  // namespace

OauthParameters::OauthParameters(const http::Request& request) {
  std::string_view header = trimmed(request.header("authorization"));
  if (header.size() < 6 || ::strncasecmp(header.data(), "OAuth ", 6) != 0)
    refuse("No Authorization headers found, cannot proceed with OAuth related calls.");
  header.remove_prefix(6);
  while (!header.empty()) {
    const std::size_t comma = header.find(',');
    const std::string_view one = trimmed(header.substr(0, comma));
    header.remove_prefix(comma == std::string_view::npos ? header.size() : comma + 1);
    if (one.empty()) continue;
    const std::size_t equals = one.find('=');
    std::string_view value =
        equals == std::string_view::npos ? std::string_view{} : one.substr(equals + 1);
    if (value.size() < 2 || value.front() != '"' || value.back() != '"')
      refuse("Malformed authorization header");
    value = value.substr(1, value.size() - 2);
    std::string key = percent_decoded(one.substr(0, equals));
    if (all_.size() >= kMaxParameters || (key != "realm" && !get(key).empty()))
      refuse("Duplicate or too many parameters in the authorization header.");
    all_.emplace_back(std::move(key), percent_decoded(value));
  }
}

std::string OauthParameters::get(std::string_view name) const {
  for (const auto& [key, value] : all_)
    if (key == name) return value;
  return {};
}

std::string OauthParameters::require(const std::string& name) const {
  std::string value = get(name);
  if (value.empty())
    refuse("Expecting to find " + name +
           " in request. The server could not comply with the request since it is either "
           "malformed or otherwise incorrect. The client is assumed to be in error.");
  return value;
}

void require_oauth_signature(const http::Request& request, const OauthParameters& parameters,
                             const OauthSecrets& secrets, TimeUs now_us) {
  if (parameters.require("oauth_signature_method") != "HMAC-SHA1")
    refuse("Only the OAuth signature method HMAC-SHA1 is allowed.");
  const std::string version = parameters.get("oauth_version");
  if (!version.empty() && version != "1.0") refuse("Invalid OAuth version.");
  require_recent(parameters.require("oauth_timestamp"), now_us);
  parameters.require("oauth_nonce");
  const std::string key = percent_encoded(secrets.consumer) + "&" + percent_encoded(secrets.token);
  const std::string right = to_base64(hmac_sha1(key, base_string(request, parameters)));
  if (!equal_constant_time(parameters.require("oauth_signature"), right))
    throw Error(ErrorKind::unauthorized, "Invalid signature");
}

}  // namespace virga::identity
