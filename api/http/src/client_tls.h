// SPDX-License-Identifier: Apache-2.0
// How the client connects: TLS with one trusted authority. Private to api/http.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <chrono>
#include <memory>

#include "api/http/client.h"

namespace virga::http {

using ClientStream = boost::beast::ssl_stream<boost::beast::tcp_stream>;

/// @throws Error{invalid} when a PEM text cannot be used
boost::asio::ssl::context client_tls(const Peer& peer);

/// Resolves, connects and shakes hands; verifies the server's name.
/// @throws Error{unavailable}
boost::asio::awaitable<std::unique_ptr<ClientStream>> connect_tls(
    const Peer& peer, boost::asio::ssl::context& context, std::chrono::seconds limit);

}  // namespace virga::http
