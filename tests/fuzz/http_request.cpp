// SPDX-License-Identifier: Apache-2.0
// Bytes of a connection as one request after the other: head, target, headers, body.
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/error.hpp>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "api/http/src/request_head.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace virga::http;
  static const std::string kNone;
  static const std::string kAddress = "127.0.0.1:8774";
  constexpr std::size_t kLimit = 4096;
  const char* at = reinterpret_cast<const char*>(data);
  while (size > 0) {
    Request request;
    RequestParser parser(request);
    parser.header_limit(16 * 1024);
    parser.body_limit(boost::none);
    boost::beast::error_code failure;
    std::size_t used = parser.put(boost::asio::const_buffer(at, size), failure);
    if (failure || !parser.is_header_done()) return 0;
    if (finish_head(request, parser, {at, used}, {kNone, kAddress, false}) != 0) return 0;
    at += used;
    size -= used;
    parser.take_body(request.body, kLimit);
    parser.eager(true);
    while (!parser.is_done() && size > 0) {
      failure = {};
      used = parser.put(boost::asio::const_buffer(at, size), failure);
      if (failure || used == 0) break;
      at += used;
      size -= used;
    }
    if (request.body.size() > kLimit) std::abort();
    if (!parser.is_done()) return 0;
  }
  return 0;
}
