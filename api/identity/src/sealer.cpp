// SPDX-License-Identifier: Apache-2.0
#include "api/identity/sealer.h"

#include <sodium.h>
#include <sys/stat.h>

#include "common/error.h"
#include "common/file.h"
#include "common/hash.h"
#include "common/random.h"

namespace virga::identity {
namespace {

constexpr std::size_t kKey = crypto_aead_xchacha20poly1305_ietf_KEYBYTES;
constexpr std::size_t kNonce = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t kTag = crypto_aead_xchacha20poly1305_ietf_ABYTES;

const unsigned char* bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

unsigned char* bytes(std::string& text) {
  return reinterpret_cast<unsigned char*>(text.data());
}

void require_private(const std::string& path) {
  struct stat facts {};
  if (::stat(path.c_str(), &facts) != 0) throw_errno("stat " + path, errno);
  if ((facts.st_mode & 077) != 0)
    throw Error(ErrorKind::invalid,
                "Others may read the key file " + path + ": set its mode to 600.");
}

}  // namespace

Sealer::Sealer(std::string key) : key_(std::move(key)) {
  if (key_.size() != kKey) throw Error(ErrorKind::invalid, "A sealing key has 32 bytes.");
}

Sealer Sealer::with_new_key() {
  return Sealer(random_bytes(kKey));
}

Sealer Sealer::with_key_file(const std::string& path) {
  if (!read_file(path)) write_file_atomic(path, to_base64(random_bytes(kKey)) + "\n", 0600);
  require_private(path);
  const auto key = from_base64(read_file(path).value_or(""));
  if (!key || key->size() != kKey)
    throw Error(ErrorKind::invalid, "The file " + path + " is not a sealing key.");
  return Sealer(*key);
}

std::string Sealer::fingerprint() const {
  return sha256_hex("Virga sealing key\n" + key_);
}

std::string Sealer::seal(std::string_view secret, std::string_view owner) const {
  const std::string nonce = random_bytes(kNonce);
  std::string sealed(secret.size() + kTag, '\0');
  unsigned long long size = 0;
  crypto_aead_xchacha20poly1305_ietf_encrypt(bytes(sealed), &size, bytes(secret), secret.size(),
                                             bytes(owner), owner.size(), nullptr, bytes(nonce),
                                             bytes(std::string_view(key_)));
  return to_base64(nonce + sealed);
}

std::string Sealer::open(const std::string& sealed, std::string_view owner) const {
  const auto raw = from_base64(sealed);
  if (!raw || raw->size() < kNonce + kTag)
    throw Error(ErrorKind::internal, "The secret of " + std::string(owner) + " is damaged.");
  const std::string_view nonce = std::string_view(*raw).substr(0, kNonce);
  const std::string_view body = std::string_view(*raw).substr(kNonce);
  std::string secret(body.size() - kTag, '\0');
  unsigned long long size = 0;
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(bytes(secret), &size, nullptr, bytes(body),
                                                 body.size(), bytes(owner), owner.size(),
                                                 bytes(nonce), bytes(std::string_view(key_))) != 0)
    throw Error(ErrorKind::internal,
                "The secret of " + std::string(owner) + " does not open with the key file.");
  return secret;
}

}  // namespace virga::identity
