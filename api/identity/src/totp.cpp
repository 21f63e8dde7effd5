// SPDX-License-Identifier: Apache-2.0
#include "api/identity/totp.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <cstdio>

#include "common/error.h"

namespace virga::identity {
namespace {

constexpr std::int64_t kPeriodUs = 30 * kSecondUs;
constexpr std::uint32_t kModulus = 1'000'000;  // six digits

}  // namespace

std::optional<std::string> from_base32(std::string_view text) {
  while (text.ends_with('=')) text.remove_suffix(1);
  std::string bytes;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    std::uint32_t value = 0;
    if (c >= 'A' && c <= 'Z')
      value = static_cast<std::uint32_t>(c - 'A');
    else if (c >= 'a' && c <= 'z')
      value = static_cast<std::uint32_t>(c - 'a');
    else if (c >= '2' && c <= '7')
      value = static_cast<std::uint32_t>(c - '2' + 26);
    else
      return std::nullopt;
    bits = (bits << 5U | value) & 0xFFFFFU;
    count += 5;
    if (count < 8) continue;
    count -= 8;
    bytes += static_cast<char>(bits >> static_cast<unsigned>(count) & 0xFFU);
  }
  return bytes;
}

std::int64_t totp_period(TimeUs now_us) {
  return now_us / kPeriodUs;
}

TimeUs totp_end(std::int64_t period) {
  return (period + 2) * kPeriodUs;
}

std::string totp_passcode(std::string_view secret, std::int64_t period) {
  unsigned char message[8];
  for (int i = 7; i >= 0; --i, period /= 256) message[i] = static_cast<unsigned char>(period % 256);
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  if (HMAC(EVP_sha1(), secret.data(), static_cast<int>(secret.size()), message, sizeof message,
           digest, &size) == nullptr ||
      size != 20)
    throw Error(ErrorKind::internal, "A one-time password cannot be computed.");
  const unsigned at = digest[19] & 0x0FU;
  std::uint32_t number = 0;
  for (unsigned i = 0; i < 4; ++i) number = number << 8U | digest[at + i];
  char text[8];
  std::snprintf(text, sizeof text, "%06u", (number & 0x7FFFFFFFU) % kModulus);
  return text;
}

}  // namespace virga::identity
