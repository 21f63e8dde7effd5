// SPDX-License-Identifier: Apache-2.0
#include "common/hash.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "common/cptr.h"
#include "common/error.h"

namespace virga {
namespace {

using MdContext = CPtr<EVP_MD_CTX, EVP_MD_CTX_free>;

using Method = CPtr<EVP_MD, EVP_MD_free>;

/// Fetched once: OpenSSL looks a method up by its name at each use otherwise.
const EVP_MD* method(DigestKind kind) {
  static const Method md5(EVP_MD_fetch(nullptr, "MD5", nullptr));
  static const Method sha256(EVP_MD_fetch(nullptr, "SHA256", nullptr));
  static const Method sha512(EVP_MD_fetch(nullptr, "SHA512", nullptr));
  switch (kind) {
    case DigestKind::md5:
      return md5.get();
    case DigestKind::sha256:
      return sha256.get();
    case DigestKind::sha512:
      return sha512.get();
  }
  return sha256.get();
}

/// In one go, with a context that the thread keeps: requests are digested all the time.
std::string hex_of(DigestKind kind, std::string_view bytes) {
  static thread_local const MdContext context(EVP_MD_CTX_new());
  unsigned char raw[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  if (!context || EVP_DigestInit_ex2(context.get(), method(kind), nullptr) != 1 ||
      EVP_DigestUpdate(context.get(), bytes.data(), bytes.size()) != 1 ||
      EVP_DigestFinal_ex(context.get(), raw, &size) != 1)
    throw Error(ErrorKind::internal, "A digest could not be computed.");
  return to_hex({reinterpret_cast<const char*>(raw), size});
}

std::string hmac(const EVP_MD* digest, std::string_view key, std::string_view bytes) {
  unsigned char raw[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  if (HMAC(digest, key.data(), static_cast<int>(key.size()),
           reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), raw,
           &size) == nullptr)
    throw Error(ErrorKind::internal, "A keyed digest could not be computed.");
  return {reinterpret_cast<const char*>(raw), size};
}

}  // namespace

struct Digest::Impl {
  MdContext context{EVP_MD_CTX_new()};
};

Digest::Digest(DigestKind kind) : impl_(std::make_unique<Impl>()) {
  if (EVP_DigestInit_ex(impl_->context.get(), method(kind), nullptr) != 1)
    throw Error(ErrorKind::internal, "A digest could not be started.");
}
Digest::~Digest() = default;
Digest::Digest(Digest&&) noexcept = default;
Digest& Digest::operator=(Digest&&) noexcept = default;

void Digest::update(std::string_view bytes) {
  if (EVP_DigestUpdate(impl_->context.get(), bytes.data(), bytes.size()) != 1)
    throw Error(ErrorKind::internal, "A digest could not be updated.");
}

std::string Digest::hex() {
  unsigned char raw[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  if (EVP_DigestFinal_ex(impl_->context.get(), raw, &size) != 1)
    throw Error(ErrorKind::internal, "A digest could not be finished.");
  return to_hex({reinterpret_cast<const char*>(raw), size});
}

std::string sha256_hex(std::string_view bytes) {
  return hex_of(DigestKind::sha256, bytes);
}
std::string md5_hex(std::string_view bytes) {
  return hex_of(DigestKind::md5, bytes);
}

std::string hmac_sha1(std::string_view key, std::string_view bytes) {
  return hmac(EVP_sha1(), key, bytes);
}
std::string hmac_sha256(std::string_view key, std::string_view bytes) {
  return hmac(EVP_sha256(), key, bytes);
}

std::string to_hex(std::string_view bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text(bytes.size() * 2, '\0');
  char* at = text.data();
  for (const char c : bytes) {
    const auto b = static_cast<unsigned char>(c);
    *at++ = kDigits[b >> 4];
    *at++ = kDigits[b & 15];
  }
  return text;
}

std::string to_base64(std::string_view bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');
  const int n = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                                reinterpret_cast<const unsigned char*>(bytes.data()),
                                static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(n));
  return text;
}

std::string to_base64url(std::string_view bytes) {
  std::string text = to_base64(bytes);
  for (char& c : text) {
    if (c == '+') c = '-';
    if (c == '/') c = '_';
  }
  while (!text.empty() && text.back() == '=') text.pop_back();
  return text;
}

std::optional<std::string> from_base64(std::string_view text) {
  std::string clean;
  clean.reserve(text.size());
  for (const char c : text)
    if (c != '\n' && c != '\r' && c != ' ' && c != '\t') clean += c;
  if (clean.size() % 4 != 0) return std::nullopt;
  const std::size_t body = clean.find_last_not_of('=') + 1;
  const std::size_t padding = clean.size() - body;
  if (padding > 2 || clean.find('=') < body) return std::nullopt;
  std::string bytes(clean.size() / 4 * 3 + 1, '\0');
  const int n = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                                reinterpret_cast<const unsigned char*>(clean.data()),
                                static_cast<int>(clean.size()));
  if (n < 0) return std::nullopt;
  bytes.resize(static_cast<std::size_t>(n) - padding);
  // OpenSSL takes more than the one text of each value: '-' at the end, bits that no encoder sets.
  if (to_base64(bytes) != clean) return std::nullopt;
  return bytes;
}

bool equal_constant_time(std::string_view a, std::string_view b) noexcept {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace virga
