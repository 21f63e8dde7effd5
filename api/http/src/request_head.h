// SPDX-License-Identifier: Apache-2.0
// The request line and headers as handlers see them. Private to api/http.
#pragma once

#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>

#include "api/http/message.h"
#include "api/http/src/core.h"

namespace virga::http {

using HeaderParser = boost::beast::http::request_parser<boost::beast::http::empty_body>;

/// Fills everything of the request but its body, parameters and caller.
/// @return false when the request cannot be understood, or only in more than one way
bool read_head(Request& request, const HeaderParser& parser, const Core& core,
               const ConnectionFacts& facts);

}  // namespace virga::http
