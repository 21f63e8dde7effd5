// SPDX-License-Identifier: Apache-2.0
// Secrets that must be read again, sealed before they go into the database.
#pragma once

#include <string>
#include <string_view>

namespace virga::identity {

/// Seals with XChaCha20-Poly1305. Thread-safe.
class Sealer {
 public:
  /// @param key 32 bytes
  explicit Sealer(std::string key);
  /// With a key that nobody keeps: what it seals is lost with it. For tests.
  static Sealer with_new_key();
  /// With the key of a file (0600), which is made when it is not there.
  /// @throws Error{invalid} when the file is not such a key, or others may read it
  static Sealer with_key_file(const std::string& path);

  /// Tells keys apart without telling what they are.
  std::string fingerprint() const;

  /// @param owner what the secret belongs to, as "credential/ID": it opens for that alone
  std::string seal(std::string_view secret, std::string_view owner) const;
  /// @throws Error{internal} when it was sealed with another key or for another owner
  std::string open(const std::string& sealed, std::string_view owner) const;

 private:
  std::string key_;
};

}  // namespace virga::identity
