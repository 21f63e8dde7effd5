// SPDX-License-Identifier: Apache-2.0
#include "api/compute/ssh_key.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "common/cptr.h"
#include "common/error.h"
#include "common/hash.h"

namespace virga::compute {
namespace {

constexpr std::array<std::string_view, 7> kTypes{"ssh-rsa",
                                                 "ssh-ed25519",
                                                 "ecdsa-sha2-nistp256",
                                                 "ecdsa-sha2-nistp384",
                                                 "ecdsa-sha2-nistp521",
                                                 "sk-ssh-ed25519@openssh.com",
                                                 "sk-ecdsa-sha2-nistp256@openssh.com"};

[[noreturn]] void refuse(const std::string& why) {
  throw Error(ErrorKind::invalid,
              "Keypair data is invalid: failed to generate fingerprint: " + why);
}

/// The first string of an SSH wire-format blob.  Source: RFC 4251 §5.
std::optional<std::string_view> first_string(std::string_view blob) {
  if (blob.size() < 4) return std::nullopt;
  std::uint32_t size = 0;
  for (int i = 0; i < 4; ++i)
    size = size << 8U | static_cast<unsigned char>(blob[static_cast<std::size_t>(i)]);
  if (size > blob.size() - 4) return std::nullopt;
  return blob.substr(4, size);
}

/// True when a blob is a whole number of strings: its type and at least one part of a key.
bool is_key_of(std::string_view type, std::string_view blob) {
  std::size_t parts = 0;
  while (!blob.empty()) {
    const auto part = first_string(blob);
    if (!part || part->empty() || (parts == 0 && *part != type)) return false;
    blob.remove_prefix(4 + part->size());
    ++parts;
  }
  return parts > 1;
}

void append_string(std::string& blob, std::string_view bytes) {
  const auto size = static_cast<std::uint32_t>(bytes.size());
  for (int shift = 24; shift >= 0; shift -= 8) blob += static_cast<char>(size >> shift & 0xffU);
  blob += bytes;
}

/// A number of a key in mpint form.  Source: RFC 4251 §5.
std::string mpint(const EVP_PKEY* key, const char* name) {
  BIGNUM* raw = nullptr;
  if (EVP_PKEY_get_bn_param(key, name, &raw) != 1)
    throw Error(ErrorKind::internal, "A generated key cannot be read.");
  const CPtr<BIGNUM, BN_free> number(raw);
  std::string bytes(static_cast<std::size_t>(BN_num_bytes(raw)), '\0');
  BN_bn2bin(raw, reinterpret_cast<unsigned char*>(bytes.data()));
  if (!bytes.empty() && (static_cast<unsigned char>(bytes[0]) & 0x80U) != 0)
    bytes.insert(bytes.begin(), '\0');
  return bytes;
}

}  // namespace

std::string ssh_fingerprint(const std::string& public_key) {
  const std::size_t space = public_key.find(' ');
  if (space == std::string::npos) refuse("it is not in OpenSSH's one-line form.");
  const std::string_view type = std::string_view(public_key).substr(0, space);
  bool known = false;
  for (const auto t : kTypes) known = known || t == type;
  if (!known) refuse("its type is not known.");
  const std::size_t end = public_key.find_first_of(" \n", space + 1);
  const auto blob =
      from_base64(std::string_view(public_key)
                      .substr(space + 1, end == std::string::npos ? end : end - space - 1));
  if (!blob || blob->empty()) refuse("it is not base64.");
  if (!is_key_of(type, *blob)) refuse("its parts do not agree.");
  for (const char c : public_key.substr(0, public_key.find_last_not_of('\n') + 1))
    if (static_cast<unsigned char>(c) < 0x20) refuse("it has more than one line.");
  const std::string hex = md5_hex(*blob);
  std::string fingerprint;
  for (std::size_t i = 0; i < hex.size(); i += 2)
    fingerprint += (i == 0 ? "" : ":") + hex.substr(i, 2);
  return fingerprint;
}

GeneratedKey generate_ssh_key(const std::string& comment) {
  const CPtr<EVP_PKEY, EVP_PKEY_free> key(EVP_RSA_gen(2048));
  const CPtr<BIO, BIO_free> out(BIO_new(BIO_s_mem()));
  if (!key || !out ||
      PEM_write_bio_PrivateKey_traditional(out.get(), key.get(), nullptr, nullptr, 0, nullptr,
                                           nullptr) != 1)
    throw Error(ErrorKind::internal, "A key cannot be generated.");
  char* pem = nullptr;
  const long size = BIO_get_mem_data(out.get(), &pem);
  GeneratedKey made;
  made.private_key.assign(pem, static_cast<std::size_t>(size));
  std::string blob;
  append_string(blob, "ssh-rsa");
  append_string(blob, mpint(key.get(), OSSL_PKEY_PARAM_RSA_E));
  append_string(blob, mpint(key.get(), OSSL_PKEY_PARAM_RSA_N));
  made.public_key = "ssh-rsa " + to_base64(blob) + " " + comment;
  return made;
}

}  // namespace virga::compute
