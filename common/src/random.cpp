// SPDX-License-Identifier: Apache-2.0
#include "common/random.h"

#include <sys/random.h>

#include <cctype>
#include <cerrno>

#include "common/error.h"
#include "common/hash.h"

namespace virga {
namespace {

std::string dashed(const std::string& hex) {
  std::string text(36, '-');
  std::size_t from = 0;
  for (std::size_t to = 0; to < text.size(); ++to)
    if (to != 8 && to != 13 && to != 18 && to != 23) text[to] = hex[from++];
  return text;
}

/// Sets the version digit and the variant bits of 32 hexadecimal digits.
void mark(std::string& hex, char version) {
  hex[12] = version;
  hex[16] = "89ab"[hex[16] & 3];
}

}  // namespace

std::string random_bytes(std::size_t count) {
  std::string bytes(count, '\0');
  std::size_t done = 0;
  while (done < count) {
    const ssize_t n = getrandom(bytes.data() + done, count - done, 0);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw_errno("getrandom", errno);
    done += static_cast<std::size_t>(n);
  }
  return bytes;
}

std::string new_uuid() {
  std::string hex = to_hex(random_bytes(16));
  mark(hex, '4');
  return dashed(hex);
}

std::string new_hex_id() {
  return to_hex(random_bytes(16));
}

bool is_uuid_like(std::string_view text) noexcept {
  if (text.size() != 36 && text.size() != 32) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash_here = text.size() == 36 && (i == 8 || i == 13 || i == 18 || i == 23);
    if (dash_here ? text[i] != '-' : !std::isxdigit(static_cast<unsigned char>(text[i])))
      return false;
  }
  return true;
}

std::string derived_uuid(std::string_view space, std::string_view name) {
  std::string hex = sha256_hex(std::string(space) + '\n' + std::string(name)).substr(0, 32);
  mark(hex, '8');
  return dashed(hex);
}

std::string random_secret(std::size_t bytes) {
  return to_base64url(random_bytes(bytes));
}

}  // namespace virga
