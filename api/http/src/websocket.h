// SPDX-License-Identifier: Apache-2.0
// WebSocket connections, both sides. Private to api/http.
#pragma once

#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>

#include "api/http/src/core.h"

namespace virga::http {

using UpgradeRequest = boost::beast::http::request<boost::beast::http::empty_body>;

/// Answers the upgrade and serves the session that the route makes, to the end of the connection.
/// @return the refusal that is to be sent when the route makes none
asio::awaitable<std::optional<Response>> upgrade_to_websocket(Core& core,
                                                              boost::beast::tcp_stream& stream,
                                                              UpgradeRequest upgrade,
                                                              const Match& match,
                                                              const Request& request);
asio::awaitable<std::optional<Response>> upgrade_to_websocket(
    Core& core, boost::beast::ssl_stream<boost::beast::tcp_stream>& stream, UpgradeRequest upgrade,
    const Match& match, const Request& request);

}  // namespace virga::http
