// SPDX-License-Identifier: Apache-2.0
// Digests and text encodings.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace virga {

enum class DigestKind { md5, sha256, sha512 };

/// A digest computed piece by piece. Not thread-safe.
class Digest {
 public:
  explicit Digest(DigestKind kind);
  ~Digest();
  Digest(Digest&&) noexcept;
  Digest& operator=(Digest&&) noexcept;

  void update(std::string_view bytes);
  /// Lower-case hexadecimal. Call once; the object is spent afterwards.
  std::string hex();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

std::string sha256_hex(std::string_view bytes);
std::string md5_hex(std::string_view bytes);

/// Keyed digests (RFC 2104) as raw bytes. SHA-1 is for protocols that name it.
std::string hmac_sha1(std::string_view key, std::string_view bytes);
std::string hmac_sha256(std::string_view key, std::string_view bytes);

std::string to_hex(std::string_view bytes);
std::string to_base64(std::string_view bytes);
/// URL-safe alphabet, no padding.
std::string to_base64url(std::string_view bytes);
/// Strict standard base64 with padding; white space and line ends are skipped. nullopt when broken.
std::optional<std::string> from_base64(std::string_view text);

/// Compares in time that depends on the lengths only.
bool equal_constant_time(std::string_view a, std::string_view b) noexcept;

}  // namespace virga
