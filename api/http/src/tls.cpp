// SPDX-License-Identifier: Apache-2.0
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include "api/http/src/core.h"
#include "common/cptr.h"
#include "common/error.h"
#include "common/hash.h"

namespace virga::http {

asio::ssl::context server_tls(const TlsSettings& settings) {
  try {
    asio::ssl::context context(asio::ssl::context::tls_server);
    context.set_options(asio::ssl::context::default_workarounds | asio::ssl::context::no_sslv2 |
                        asio::ssl::context::no_sslv3 | asio::ssl::context::no_tlsv1 |
                        asio::ssl::context::no_tlsv1_1);
    context.use_certificate_chain_file(settings.certificate);
    context.use_private_key_file(settings.private_key, asio::ssl::context::pem);
    if (!settings.client_ca.empty()) {
      context.load_verify_file(settings.client_ca);
      context.set_verify_mode(asio::ssl::verify_peer);  // shown certificates must verify
      // Without a name OpenSSL refuses clients that take up an earlier session.
      static constexpr unsigned char kName[] = "virga";
      SSL_CTX_set_session_id_context(context.native_handle(), kName, sizeof kName - 1);
    }
    return context;
  } catch (const boost::system::system_error& e) {
    throw Error(ErrorKind::unavailable, "The TLS certificate " + settings.certificate + " or key " +
                                            settings.private_key + " cannot be used: " + e.what());
  }
}

std::string peer_certificate_sha256(void* ssl) {
  const CPtr<X509, X509_free> certificate(SSL_get1_peer_certificate(static_cast<SSL*>(ssl)));
  if (!certificate) return {};
  unsigned char* der = nullptr;
  const int size = i2d_X509(certificate.get(), &der);
  if (size <= 0) return {};
  const std::string bytes(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size));
  OPENSSL_free(der);
  return sha256_hex(bytes);
}

}  // namespace virga::http
