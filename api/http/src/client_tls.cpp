// SPDX-License-Identifier: Apache-2.0
#include "api/http/src/client_tls.h"

#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "common/error.h"
#include "common/hash.h"

namespace virga::http {
namespace {

namespace asio = boost::asio;
constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);

std::string certificate_sha256(X509* certificate) {
  unsigned char* der = nullptr;
  const int size = i2d_X509(certificate, &der);
  if (size <= 0) return {};
  const std::string bytes(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size));
  OPENSSL_free(der);
  return sha256_hex(bytes);
}

/// Accepts an unknown authority at the top of the chain when it has the expected digest. All
/// signatures below it are still checked by OpenSSL.
bool accept_pinned(bool ok, X509_STORE_CTX* store, const std::string& expected) {
  if (ok) return true;
  if (X509_STORE_CTX_get_error(store) != X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN) return false;
  if (!equal_constant_time(certificate_sha256(X509_STORE_CTX_get_current_cert(store)), expected))
    return false;
  X509_STORE_CTX_set_error(store, X509_V_OK);
  return true;
}

}  // namespace

asio::ssl::context client_tls(const Peer& peer) {
  try {
    asio::ssl::context context(asio::ssl::context::tls_client);
    context.set_options(asio::ssl::context::default_workarounds | asio::ssl::context::no_sslv2 |
                        asio::ssl::context::no_sslv3 | asio::ssl::context::no_tlsv1 |
                        asio::ssl::context::no_tlsv1_1);
    context.set_verify_mode(asio::ssl::verify_peer);
    if (!peer.ca.empty()) context.add_certificate_authority(asio::buffer(peer.ca));
    if (!peer.certificate.empty()) {
      context.use_certificate_chain(asio::buffer(peer.certificate));
      context.use_private_key(asio::buffer(peer.private_key), asio::ssl::context::pem);
    }
    return context;
  } catch (const boost::system::system_error& e) {
    throw Error(ErrorKind::invalid,
                std::string("A certificate or key of this host cannot be used: ") + e.what());
  }
}

asio::awaitable<std::unique_ptr<ClientStream>> connect_tls(const Peer& peer,
                                                           asio::ssl::context& context,
                                                           std::chrono::seconds limit) {
  const auto executor = co_await asio::this_coro::executor;
  const std::string name = peer.host + ":" + std::to_string(peer.port);
  asio::ip::tcp::resolver resolver(executor);
  auto [unresolved, endpoints] =
      co_await resolver.async_resolve(peer.host, std::to_string(peer.port), kTuple);
  if (unresolved)
    throw Error(ErrorKind::unavailable, name + " cannot be resolved: " + unresolved.message());
  auto stream = std::make_unique<ClientStream>(executor, context);
  const asio::ssl::host_name_verification by_name(peer.host);
  stream->set_verify_callback(
      [by_name, expected = peer.ca_sha256](bool ok, asio::ssl::verify_context& verify) {
        if (!expected.empty()) ok = accept_pinned(ok, verify.native_handle(), expected);
        return by_name(ok, verify);
      });
  auto& lowest = boost::beast::get_lowest_layer(*stream);
  lowest.expires_after(limit);
  auto [refused, endpoint] = co_await lowest.async_connect(endpoints, kTuple);
  if (refused)
    throw Error(ErrorKind::unavailable, name + " cannot be reached: " + refused.message());
  auto [untrusted] = co_await stream->async_handshake(asio::ssl::stream_base::client, kTuple);
  if (untrusted)
    throw Error(ErrorKind::unavailable, "TLS with " + name + " failed: " + untrusted.message());
  lowest.expires_never();
  co_return stream;
}

}  // namespace virga::http
