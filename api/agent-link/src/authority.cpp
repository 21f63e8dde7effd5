// SPDX-License-Identifier: Apache-2.0
#include "api/agent-link/authority.h"

#include <arpa/inet.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "common/cptr.h"
#include "common/error.h"
#include "common/hash.h"

namespace virga::agent_link {
namespace {

using Bio = CPtr<BIO, BIO_free>;
using Key = CPtr<EVP_PKEY, EVP_PKEY_free>;
using Certificate = CPtr<X509, X509_free>;
using Request = CPtr<X509_REQ, X509_REQ_free>;
using Extension = CPtr<X509_EXTENSION, X509_EXTENSION_free>;

// A certificate is worth what the database says of it, so a long life costs nothing.
constexpr long kLifeSeconds = 10L * 365 * 24 * 3600;

[[noreturn]] void fail(const char* what) {
  throw Error(ErrorKind::internal, std::string("OpenSSL cannot ") + what + ".");
}

void require(int ok, const char* what) {
  if (ok <= 0) fail(what);
}

Key new_key() {
  Key key(EVP_EC_gen("P-256"));
  if (!key) fail("generate a key");
  return key;
}

std::string text_of(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return {data, static_cast<std::size_t>(size)};
}

std::string pem_of(X509* certificate) {
  const Bio bio(BIO_new(BIO_s_mem()));
  require(PEM_write_bio_X509(bio.get(), certificate), "write a certificate");
  return text_of(bio.get());
}

std::string pem_of(EVP_PKEY* key) {
  const Bio bio(BIO_new(BIO_s_mem()));
  require(PEM_write_bio_PKCS8PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr),
          "write a key");
  return text_of(bio.get());
}

Bio reader(const std::string& text) {
  return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

Certificate read_certificate(const std::string& pem) {
  Certificate certificate(PEM_read_bio_X509(reader(pem).get(), nullptr, nullptr, nullptr));
  if (!certificate) throw Error(ErrorKind::invalid, "It is not a certificate in PEM form.");
  return certificate;
}

Key read_key(const std::string& pem) {
  Key key(PEM_read_bio_PrivateKey(reader(pem).get(), nullptr, nullptr, nullptr));
  if (!key) throw Error(ErrorKind::invalid, "It is not a private key in PEM form.");
  return key;
}

void set_name(X509_NAME* name, const std::string& common, const char* unit) {
  const auto add = [&](const char* field, const std::string& value) {
    require(X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8,
                                       reinterpret_cast<const unsigned char*>(value.data()),
                                       static_cast<int>(value.size()), -1, 0),
            "write a name");
  };
  add("O", "Virga");
  add("OU", unit);
  add("CN", common);
}

void add_extension(X509* certificate, X509* issuer, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const Extension extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str()));
  if (!extension) fail("make a certificate extension");
  require(X509_add_ext(certificate, extension.get(), -1), "add a certificate extension");
}

/// A certificate without extensions and signature.
Certificate blank(EVP_PKEY* key, const std::string& common, const char* unit) {
  Certificate certificate(X509_new());
  if (!certificate) fail("make a certificate");
  unsigned char serial[16];
  require(RAND_bytes(serial, sizeof serial), "make a serial number");
  serial[0] &= 0x7f;
  const CPtr<BIGNUM, BN_free> number(BN_bin2bn(serial, sizeof serial, nullptr));
  require(X509_set_version(certificate.get(), 2), "set a version");
  if (BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate.get())) == nullptr)
    fail("set a serial number");
  // An hour back: hosts' clocks differ.
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), kLifeSeconds);
  require(X509_set_pubkey(certificate.get(), key), "set a key");
  set_name(X509_get_subject_name(certificate.get()), common, unit);
  return certificate;
}

/// Signs a leaf certificate by the authority.
void sign(X509* leaf, const KeyedCertificate& authority, const char* usage) {
  const Certificate issuer = read_certificate(authority.certificate);
  const Key key = read_key(authority.private_key);
  require(X509_set_issuer_name(leaf, X509_get_subject_name(issuer.get())), "set an issuer");
  add_extension(leaf, issuer.get(), NID_basic_constraints, "critical,CA:FALSE");
  add_extension(leaf, issuer.get(), NID_key_usage, "critical,digitalSignature");
  add_extension(leaf, issuer.get(), NID_ext_key_usage, usage);
  add_extension(leaf, issuer.get(), NID_authority_key_identifier, "keyid:always");
  require(X509_sign(leaf, key.get(), EVP_sha256()), "sign a certificate");
}

bool is_address(const std::string& text) {
  unsigned char buffer[16];
  return inet_pton(AF_INET, text.c_str(), buffer) == 1 ||
         inet_pton(AF_INET6, text.c_str(), buffer) == 1;
}

}  // namespace

std::string certificate_sha256(const std::string& pem) {
  const Certificate certificate = read_certificate(pem);
  unsigned char* der = nullptr;
  const int size = i2d_X509(certificate.get(), &der);
  require(size, "encode a certificate");
  const std::string bytes(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size));
  OPENSSL_free(der);
  return sha256_hex(bytes);
}

KeyedCertificate make_authority(const std::string& name) {
  const Key key = new_key();
  const Certificate certificate = blank(key.get(), name, "authority");
  require(X509_set_issuer_name(certificate.get(), X509_get_subject_name(certificate.get())),
          "set an issuer");
  add_extension(certificate.get(), certificate.get(), NID_basic_constraints,
                "critical,CA:TRUE,pathlen:0");
  add_extension(certificate.get(), certificate.get(), NID_key_usage, "critical,keyCertSign");
  add_extension(certificate.get(), certificate.get(), NID_subject_key_identifier, "hash");
  require(X509_sign(certificate.get(), key.get(), EVP_sha256()), "sign a certificate");
  return {pem_of(certificate.get()), pem_of(key.get())};
}

KeyedCertificate issue_server(const KeyedCertificate& authority,
                              const std::vector<std::string>& names) {
  const Key key = new_key();
  const Certificate certificate = blank(key.get(), "virgad", "control-plane");
  std::string alternatives;
  for (const auto& name : names)
    alternatives +=
        (alternatives.empty() ? "" : ",") + std::string(is_address(name) ? "IP:" : "DNS:") + name;
  const Certificate issuer = read_certificate(authority.certificate);
  add_extension(certificate.get(), issuer.get(), NID_subject_alt_name, alternatives);
  sign(certificate.get(), authority, "serverAuth");
  return {pem_of(certificate.get()) + authority.certificate, pem_of(key.get())};
}

std::string issue_host(const KeyedCertificate& authority, const std::string& signing_request,
                       const std::string& host_id) {
  const Request request(
      PEM_read_bio_X509_REQ(reader(signing_request).get(), nullptr, nullptr, nullptr));
  if (!request) throw Error(ErrorKind::invalid, "The signing request is not in PEM form.");
  EVP_PKEY* key = X509_REQ_get0_pubkey(request.get());
  if (key == nullptr || X509_REQ_verify(request.get(), key) != 1)
    throw Error(ErrorKind::invalid, "The signing request is not signed by its own key.");
  if (EVP_PKEY_get_security_bits(key) < 112)
    throw Error(ErrorKind::invalid, "The key of the signing request is too weak.");
  const Certificate certificate = blank(key, host_id, "host");
  sign(certificate.get(), authority, "clientAuth");
  return pem_of(certificate.get());
}

SigningRequest make_signing_request(const std::string& name) {
  const Key key = new_key();
  const Request request(X509_REQ_new());
  if (!request) fail("make a signing request");
  require(X509_REQ_set_pubkey(request.get(), key.get()), "set a key");
  set_name(X509_REQ_get_subject_name(request.get()), name, "host");
  require(X509_REQ_sign(request.get(), key.get(), EVP_sha256()), "sign a signing request");
  const Bio bio(BIO_new(BIO_s_mem()));
  require(PEM_write_bio_X509_REQ(bio.get(), request.get()), "write a signing request");
  return {text_of(bio.get()), pem_of(key.get())};
}

}  // namespace virga::agent_link
