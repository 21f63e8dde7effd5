// SPDX-License-Identifier: Apache-2.0
#include "api/agent-link/authority.h"

#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "common/cptr.h"
#include "common/hash.h"
#include "tests/unit/common/test_support.h"

namespace virga::agent_link {
namespace {

using test::kind_of;
using Key = CPtr<EVP_PKEY, EVP_PKEY_free>;
using Bio = CPtr<BIO, BIO_free>;
using Certificate = CPtr<X509, X509_free>;
using Request = CPtr<X509_REQ, X509_REQ_free>;

Bio reader(const std::string& text) {
  return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}
Certificate certificate_of(const std::string& pem) {
  return Certificate(PEM_read_bio_X509(reader(pem).get(), nullptr, nullptr, nullptr));
}
std::string pem_of(X509_REQ* request) {
  const Bio bio(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509_REQ(bio.get(), request);
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

/// A request for a key; `extension` is text in OpenSSL's form.
std::string request_for(EVP_PKEY* key, EVP_PKEY* signer, int nid = 0,
                        const char* extension = nullptr) {
  const Request request(X509_REQ_new());
  X509_REQ_set_pubkey(request.get(), key);
  X509_NAME_add_entry_by_txt(X509_REQ_get_subject_name(request.get()), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>("virgad"), -1, -1, 0);
  if (extension != nullptr) {
    STACK_OF(X509_EXTENSION)* list = sk_X509_EXTENSION_new_null();
    sk_X509_EXTENSION_push(list, X509V3_EXT_conf_nid(nullptr, nullptr, nid, extension));
    X509_REQ_add_extensions(request.get(), list);
    sk_X509_EXTENSION_pop_free(list, X509_EXTENSION_free);
  }
  X509_REQ_sign(request.get(), signer, EVP_sha256());
  return pem_of(request.get());
}

int verify(const std::string& leaf, const std::string& authority, int purpose) {
  const CPtr<X509_STORE, X509_STORE_free> store(X509_STORE_new());
  X509_STORE_add_cert(store.get(), certificate_of(authority).get());
  const CPtr<X509_STORE_CTX, X509_STORE_CTX_free> context(X509_STORE_CTX_new());
  const Certificate certificate = certificate_of(leaf);
  X509_STORE_CTX_init(context.get(), store.get(), certificate.get(), nullptr);
  X509_STORE_CTX_set_purpose(context.get(), purpose);
  return X509_verify_cert(context.get()) == 1 ? X509_V_OK : X509_STORE_CTX_get_error(context.get());
}

class AuthorityTest : public testing::Test {
 protected:
  const KeyedCertificate authority_ = make_authority("test");
  const SigningRequest request_ = make_signing_request("node1");
};

TEST_F(AuthorityTest, AHostsCertificateIsGoodForClientsOnly) {
  const std::string host = issue_host(authority_, request_.request, "host-1");
  EXPECT_EQ(verify(host, authority_.certificate, X509_PURPOSE_SSL_CLIENT), X509_V_OK);
  EXPECT_NE(verify(host, authority_.certificate, X509_PURPOSE_SSL_SERVER), X509_V_OK);
  EXPECT_NE(verify(host, make_authority("other").certificate, X509_PURPOSE_SSL_CLIENT), X509_V_OK);
  EXPECT_EQ(X509_check_ca(certificate_of(host).get()), 0);
}

TEST_F(AuthorityTest, AServersCertificateIsGoodForServersOnlyAndHasItsNames) {
  const auto server = issue_server(authority_, {"127.0.0.1", "cloud.example", "fd00::1"});
  EXPECT_EQ(verify(server.certificate, authority_.certificate, X509_PURPOSE_SSL_SERVER), X509_V_OK);
  EXPECT_NE(verify(server.certificate, authority_.certificate, X509_PURPOSE_SSL_CLIENT), X509_V_OK);
  const Certificate c = certificate_of(server.certificate);
  EXPECT_EQ(X509_check_host(c.get(), "cloud.example", 0, 0, nullptr), 1);
  EXPECT_EQ(X509_check_host(c.get(), "evil.example", 0, 0, nullptr), 0);
  EXPECT_EQ(X509_check_ip_asc(c.get(), "127.0.0.1", 0), 1);
  EXPECT_EQ(X509_check_ip_asc(c.get(), "fd00::1", 0), 1);
  EXPECT_EQ(X509_check_ip_asc(c.get(), "127.0.0.2", 0), 0);
  EXPECT_TRUE(server.certificate.ends_with(authority_.certificate)) << "to be pinned by new hosts";
}

TEST_F(AuthorityTest, TheHostsIdIsTheSubjectWhateverTheRequestSays) {
  const Certificate c = certificate_of(issue_host(authority_, request_.request, "host-1"));
  char name[256] = {};
  X509_NAME_oneline(X509_get_subject_name(c.get()), name, sizeof name);
  EXPECT_STREQ(name, "/O=Virga/OU=host/CN=host-1");
}

TEST_F(AuthorityTest, NothingOfTheRequestButItsKeyIsTakenOver) {
  const Key key(EVP_EC_gen("P-256"));
  for (const auto& [nid, extension] : {std::pair{NID_subject_alt_name, "DNS:virgad,IP:127.0.0.1"},
                                       std::pair{NID_basic_constraints, "critical,CA:TRUE"},
                                       std::pair{NID_ext_key_usage, "serverAuth"}}) {
    const std::string host =
        issue_host(authority_, request_for(key.get(), key.get(), nid, extension), "host-1");
    const Certificate c = certificate_of(host);
    EXPECT_EQ(X509_get_ext_by_NID(c.get(), NID_subject_alt_name, -1), -1);
    EXPECT_EQ(X509_check_ca(c.get()), 0);
    EXPECT_NE(verify(host, authority_.certificate, X509_PURPOSE_SSL_SERVER), X509_V_OK);
    EXPECT_EQ(EVP_PKEY_eq(X509_get0_pubkey(c.get()), key.get()), 1);
  }
}

TEST_F(AuthorityTest, ARequestNotSignedByItsKeyIsRefused) {
  const Key key(EVP_EC_gen("P-256"));
  const Key thief(EVP_EC_gen("P-256"));
  EXPECT_EQ(kind_of([&] { issue_host(authority_, request_for(key.get(), thief.get()), "h"); }),
            ErrorKind::invalid);
}

TEST_F(AuthorityTest, AWeakKeyIsRefused) {
  const Key weak(EVP_RSA_gen(1024));
  EXPECT_EQ(kind_of([&] { issue_host(authority_, request_for(weak.get(), weak.get()), "h"); }),
            ErrorKind::invalid);
}

TEST_F(AuthorityTest, WhatIsNoRequestIsRefused) {
  for (const std::string& text : std::initializer_list<std::string>{
           "", "hello", authority_.certificate, request_.private_key,
           "-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n"})
    EXPECT_EQ(kind_of([&] { issue_host(authority_, text, "h"); }), ErrorKind::invalid) << text;
}

TEST_F(AuthorityTest, CertificatesDifferEachTime) {
  EXPECT_NE(certificate_sha256(issue_host(authority_, request_.request, "h")),
            certificate_sha256(issue_host(authority_, request_.request, "h")));
  EXPECT_EQ(kind_of([] { certificate_sha256("no certificate"); }), ErrorKind::invalid);
  EXPECT_EQ(certificate_sha256(authority_.certificate).size(), 64U);
}

}  // namespace
}  // namespace virga::agent_link
