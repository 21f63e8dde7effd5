// SPDX-License-Identifier: Apache-2.0
#include "api/identity/src/aws_signature.h"

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <chrono>
#include <map>
#include <vector>

#include "common/error.h"
#include "common/hash.h"
#include "common/json.h"

namespace virga::identity {
namespace {

constexpr TimeUs kLifeUs = 15 * 60 * kSecondUs;  // as Keystone's [credential]auth_ttl

using Texts = std::map<std::string, std::string>;

[[noreturn]] void refuse(const std::string& why) {
  throw Error(ErrorKind::unauthorized, why);
}

std::string text(const json::object& in, std::string_view key) {
  const json::value* value = in.if_contains(key);
  if (value == nullptr || !value->is_string()) refuse("Invalid EC2 signature.");
  return {value->get_string().data(), value->get_string().size()};
}

/// A member that is an object, as texts; numbers are written out.
Texts texts(const json::object& in, std::string_view key) {
  Texts out;
  const json::value* value = in.if_contains(key);
  if (value == nullptr || !value->is_object()) return out;
  for (const auto& entry : value->get_object())
    out[std::string(entry.key())] =
        entry.value().is_string()
            ? std::string(entry.value().get_string().data(), entry.value().get_string().size())
            : json::serialize(entry.value());
  return out;
}

std::string get(const Texts& in, const std::string& key) {
  const auto it = in.find(key);
  return it == in.end() ? "" : it->second;
}

std::vector<std::string> split(std::string_view in, char at) {
  std::vector<std::string> parts;
  for (;;) {
    const std::size_t end = in.find(at);
    parts.emplace_back(in.substr(0, end));
    if (end == std::string_view::npos) return parts;
    in.remove_prefix(end + 1);
  }
}

std::string lower(std::string in) {
  std::transform(in.begin(), in.end(), in.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return in;
}

std::string trimmed(const std::string& in) {
  const std::size_t first = in.find_first_not_of(" \t");
  return first == std::string::npos ? "" : in.substr(first, in.find_last_not_of(" \t") - first + 1);
}

std::string canonical_query(const Texts& params) {
  std::string out;
  for (const auto& [key, value] : params)
    out += (out.empty() ? "" : "&") + percent_encoded(key) + "=" + percent_encoded(value);
  return out;
}

std::string signature_2(const json::object& in, const std::string& host,
                        const std::string& secret) {
  Texts params = texts(in, "params");
  params["SignatureMethod"] = "HmacSHA256";
  const std::string to_sign =
      text(in, "verb") + "\n" + host + "\n" + text(in, "path") + "\n" + canonical_query(params);
  return to_base64(hmac_sha256(secret, to_sign));
}

/// The key of a day, region and service: "20150830/us-east-1/iam/aws4_request".
std::string signing_key(const std::string& secret, const std::vector<std::string>& scope) {
  std::string key = "AWS4" + secret;
  for (const auto& part : scope) key = hmac_sha256(key, part);
  return key;
}

/// A parameter of the signature, from the header or from the query.
std::string auth_parameter(const Texts& headers, const Texts& params, const std::string& name) {
  const auto it = headers.find("Authorization");
  if (it == headers.end()) return get(params, "X-Amz-" + name);
  const std::size_t at = it->second.find(name + "=");
  if (at == std::string::npos) return {};
  const std::string rest = it->second.substr(at + name.size() + 1);
  return rest.substr(0, rest.find(','));
}

std::string signature_4(const json::object& in, const std::string& secret) {
  const Texts headers = texts(in, "headers");
  const Texts params = texts(in, "params");
  Texts by_name;
  for (const auto& [name, value] : headers) by_name[lower(trimmed(name))] = trimmed(value);
  const std::string signed_headers = auth_parameter(headers, params, "SignedHeaders");
  std::string canonical_headers;
  for (const auto& name : split(signed_headers, ';'))
    if (const auto it = by_name.find(name); it != by_name.end())
      canonical_headers += (canonical_headers.empty() ? "" : "\n") + name + ":" + it->second;
  const std::string verb = text(in, "verb");
  const std::string canonical = verb + "\n" + text(in, "path") + "\n" +
                                (lower(verb) == "post" ? "" : canonical_query(params)) + "\n" +
                                canonical_headers + "\n\n" + signed_headers + "\n" +
                                text(in, "body_hash");
  auto scope = split(auth_parameter(headers, params, "Credential"), '/');
  if (scope.size() != 5) refuse("Invalid EC2 signature.");
  scope.erase(scope.begin());  // the access key
  const std::string date =
      headers.contains("X-Amz-Date") ? get(headers, "X-Amz-Date") : get(params, "X-Amz-Date");
  if (scope[0].size() != 8 || !date.starts_with(scope[0])) refuse("Request date mismatch error");
  const std::string credential_scope = scope[0] + "/" + scope[1] + "/" + scope[2] + "/" + scope[3];
  const std::string to_sign =
      "AWS4-HMAC-SHA256\n" + date + "\n" + credential_scope + "\n" + sha256_hex(canonical);
  return to_hex(hmac_sha256(signing_key(secret, scope), to_sign));
}

bool is_version_4(const Texts& headers, const Texts& params) {
  return get(headers, "Authorization").starts_with("AWS4-HMAC-SHA256") ||
         (!headers.contains("Authorization") &&
          get(params, "X-Amz-Algorithm") == "AWS4-HMAC-SHA256");
}

std::string s3_signature_4(const std::string& to_sign, const std::string& secret) {
  const auto lines = split(to_sign, '\n');
  if (lines.size() != 4 || lines[0] != "AWS4-HMAC-SHA256") refuse("Invalid EC2 signature.");
  const auto scope = split(lines[2], '/');
  if (scope.size() != 4 || scope[3] != "aws4_request") refuse("Invalid EC2 signature.");
  if (scope[2] != "s3" && scope[2] != "iam" && scope[2] != "sts") refuse("Invalid EC2 signature.");
  return to_hex(hmac_sha256(signing_key(secret, scope), to_sign));
}

/// "2026-11-21T09:30:00Z", "20261121T093000Z", with or without a fraction.
std::optional<TimeUs> parsed_time(const std::string& in) {
  std::string digits;
  for (const char c : in.substr(0, in.find('.'))) {
    if (c >= '0' && c <= '9')
      digits += c;
    else if (std::string_view("-:TZ ").find(c) == std::string_view::npos)
      return std::nullopt;
  }
  if (digits.size() != 14) return std::nullopt;
  const auto part = [&](std::size_t at, std::size_t n) { return std::stoi(digits.substr(at, n)); };
  const std::chrono::year_month_day day{std::chrono::year(part(0, 4)),
                                        std::chrono::month(static_cast<unsigned>(part(4, 2))),
                                        std::chrono::day(static_cast<unsigned>(part(6, 2)))};
  if (!day.ok()) return std::nullopt;
  const auto seconds = std::chrono::sys_days(day).time_since_epoch() +
                       std::chrono::hours(part(8, 2)) + std::chrono::minutes(part(10, 2)) +
                       std::chrono::seconds(part(12, 2));
  return std::chrono::duration_cast<std::chrono::microseconds>(seconds).count();
}

}  // namespace

std::string percent_encoded(std::string_view in) {
  static constexpr std::string_view kPlain = "_.-~";
  std::string out;
  for (const char c : in) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       kPlain.find(c) != std::string_view::npos;
    if (plain) {
      out += c;
    } else {
      static constexpr char kDigits[] = "0123456789ABCDEF";
      const auto b = static_cast<unsigned char>(c);
      out += {'%', kDigits[b >> 4], kDigits[b & 15]};
    }
  }
  return out;
}

bool is_ec2_signed(const json::object& in, const std::string& secret) {
  const json::value* given = in.if_contains("signature");
  if (given == nullptr || !given->is_string() || given->get_string().empty())
    refuse("EC2 signature not supplied.");
  const std::string signature = text(in, "signature");
  const Texts params = texts(in, "params");
  if (get(params, "SignatureVersion") == "2") {
    const std::string host = text(in, "host");
    if (equal_constant_time(signature, signature_2(in, host, secret))) return true;
    const std::size_t port = host.rfind(':');  // some clients sign without it
    return port != std::string::npos &&
           equal_constant_time(signature, signature_2(in, host.substr(0, port), secret));
  }
  if (is_version_4(texts(in, "headers"), params))
    return equal_constant_time(signature, signature_4(in, secret));
  refuse("Unexpected signature format");
}

bool is_s3_signed(const json::object& in, const std::string& secret) {
  std::string token = text(in, "token");
  std::replace(token.begin(), token.end(), '-', '+');
  std::replace(token.begin(), token.end(), '_', '/');
  const auto to_sign = from_base64(token);
  if (!to_sign) refuse("Invalid EC2 signature.");
  const std::string right = to_sign->starts_with("AWS4") ? s3_signature_4(*to_sign, secret)
                                                         : to_base64(hmac_sha1(secret, *to_sign));
  return equal_constant_time(text(in, "signature"), right);
}

void require_recent(const json::object& in, TimeUs now_us) {
  std::string when = get(texts(in, "params"), "Timestamp");
  if (when.empty()) when = get(texts(in, "headers"), "X-Amz-Date");
  if (when.empty()) when = get(texts(in, "params"), "X-Amz-Date");
  if (when.empty()) return;
  const auto time = parsed_time(when);
  if (!time) refuse("Credential timestamp is invalid: " + when.substr(0, 40));
  if (now_us > *time + kLifeUs || *time > now_us + kLifeUs) refuse("Credential is expired");
}

}  // namespace virga::identity
