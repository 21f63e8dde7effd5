// SPDX-License-Identifier: Apache-2.0
#include "api/compute/src/x509_key.h"

#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <array>

#include "common/cptr.h"
#include "common/error.h"
#include "common/hash.h"
#include "common/random.h"

namespace virga::compute {
namespace {

using Bio = CPtr<BIO, BIO_free>;
using Certificate = CPtr<X509, X509_free>;
using Key = CPtr<EVP_PKEY, EVP_PKEY_free>;

constexpr long kTenYears = 3650L * 24 * 3600;  // seconds
constexpr std::size_t kMaxCommonName = 64;     // characters, by RFC 5280

/// `done` is what a call of the library gave.
void require(bool done) {
  if (!done) throw Error(ErrorKind::internal, "A certificate cannot be generated.");
}

std::string bytes_of(BIO* from) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(from, &data);
  return {data, static_cast<std::size_t>(size)};
}

void add_extension(X509* certificate, int kind, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  X509V3_set_ctx_nodb(&context);
  const CPtr<X509_EXTENSION, X509_EXTENSION_free> extension(
      X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str()));
  require(extension && X509_add_ext(certificate, extension.get(), -1) == 1);
}

/// The subject's name as Windows knows users: a universal principal name.
/// Source: RFC 5280 §4.2.1.6, otherName.
void add_principal_name(X509* certificate, const std::string& name) {
  const CPtr<GENERAL_NAMES, GENERAL_NAMES_free> names(GENERAL_NAMES_new());
  CPtr<GENERAL_NAME, GENERAL_NAME_free> one(GENERAL_NAME_new());
  CPtr<ASN1_OBJECT, ASN1_OBJECT_free> kind(OBJ_txt2obj("1.3.6.1.4.1.311.20.2.3", 1));
  CPtr<ASN1_TYPE, ASN1_TYPE_free> value(ASN1_TYPE_new());
  CPtr<ASN1_UTF8STRING, ASN1_UTF8STRING_free> text(ASN1_UTF8STRING_new());
  require(names && one && kind && value && text &&
          ASN1_STRING_set(text.get(), name.data(), static_cast<int>(name.size())) == 1);
  ASN1_TYPE_set(value.get(), V_ASN1_UTF8STRING, text.release());
  require(GENERAL_NAME_set0_othername(one.get(), kind.get(), value.get()) == 1);
  (void)kind.release();
  (void)value.release();
  require(sk_GENERAL_NAME_push(names.get(), one.get()) > 0);
  (void)one.release();
  require(X509_add1_ext_i2d(certificate, NID_subject_alt_name, names.get(), 0,
                            X509V3_ADD_DEFAULT) == 1);
}

void set_serial(X509* certificate) {
  const std::string bytes = random_bytes(16);
  const CPtr<BIGNUM, BN_free> number(BN_bin2bn(reinterpret_cast<const unsigned char*>(bytes.data()),
                                               static_cast<int>(bytes.size()), nullptr));
  require(number &&
          BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr);
}

Certificate make_certificate(EVP_PKEY* key, const std::string& user_id) {
  Certificate made(X509_new());
  require(made && X509_set_version(made.get(), X509_VERSION_3) == 1);
  set_serial(made.get());
  require(X509_gmtime_adj(X509_getm_notBefore(made.get()), 0) != nullptr &&
          X509_gmtime_adj(X509_getm_notAfter(made.get()), kTenYears) != nullptr);
  X509_NAME* const name = X509_get_subject_name(made.get());
  const std::string common = user_id.substr(0, kMaxCommonName);
  require(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
                                     reinterpret_cast<const unsigned char*>(common.data()),
                                     static_cast<int>(common.size()), -1, 0) == 1 &&
          X509_set_issuer_name(made.get(), name) == 1 && X509_set_pubkey(made.get(), key) == 1);
  add_extension(made.get(), NID_ext_key_usage, "clientAuth");
  add_principal_name(made.get(), user_id + "@localhost");
  require(X509_sign(made.get(), key, EVP_sha256()) > 0);
  return made;
}

std::string archive(EVP_PKEY* key, X509* certificate) {
  const CPtr<PKCS12, PKCS12_free> packed(
      PKCS12_create("", nullptr, key, certificate, nullptr, 0, 0, 0, 0, 0));
  const Bio out(BIO_new(BIO_s_mem()));
  require(packed && out && i2d_PKCS12_bio(out.get(), packed.get()) == 1);
  return to_base64(bytes_of(out.get()));
}

}  // namespace

std::string x509_fingerprint(const std::string& certificate) {
  const Bio in(BIO_new_mem_buf(certificate.data(), static_cast<int>(certificate.size())));
  const Certificate read(in ? PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr) : nullptr);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (!read || X509_digest(read.get(), EVP_sha1(), digest.data(), &size) != 1)
    throw Error(
        ErrorKind::invalid,
        "Keypair data is invalid: failed to generate X509 fingerprint. Error message: it is "
        "not a certificate in PEM form.");
  const std::string hex = to_hex({reinterpret_cast<const char*>(digest.data()), size});
  std::string fingerprint;
  for (std::size_t i = 0; i < hex.size(); i += 2)
    fingerprint += (i == 0 ? "" : ":") + hex.substr(i, 2);
  return fingerprint;
}

GeneratedKey generate_x509_key(const std::string& user_id) {
  const Key key(EVP_RSA_gen(2048));
  require(key != nullptr);
  const Certificate certificate = make_certificate(key.get(), user_id);
  const Bio out(BIO_new(BIO_s_mem()));
  require(out && PEM_write_bio_X509(out.get(), certificate.get()) == 1);
  return {bytes_of(out.get()), archive(key.get(), certificate.get())};
}

}  // namespace virga::compute
