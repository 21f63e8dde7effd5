// SPDX-License-Identifier: Apache-2.0
// Parsing a request's head and body from bytes, in one go and byte by byte.
#include "api/http/src/request_head.h"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/error.hpp>
#include <set>

#include "tests/unit/common/test_support.h"

namespace virga::http {
namespace {

namespace bhttp = boost::beast::http;
using Failure = boost::beast::error_code;

const std::string kPost =
    "POST /a/b?x=1%202&y HTTP/1.1\r\nHost: cloud:8774\r\nX-MiXed: Value\r\n"
    "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n4;x=y\r\ndefg\r\n0\r\nTrailer: 1\r\n\r\n";

/// Gives the parser the text in steps, as it might come from a network.
Failure feed(RequestParser& parser, const std::string& text, std::size_t step) {
  std::string waiting;
  Failure failure;
  for (std::size_t at = 0; at < text.size() && !parser.is_done(); at += step) {
    waiting += text.substr(at, step);
    failure = {};
    waiting.erase(0, parser.put(boost::asio::buffer(waiting), failure));
    if (failure && failure != bhttp::error::need_more) return failure;
    failure = {};
  }
  return failure;
}

TEST(RequestParser, ReadsTheSameInAnySteps) {
  for (const std::size_t step : {std::size_t{1}, std::size_t{7}, kPost.size()}) {
    Request request;
    RequestParser parser(request);
    parser.body_limit(boost::none);
    parser.eager(true);
    parser.take_body(request.body, 100);
    EXPECT_FALSE(feed(parser, kPost, step)) << step;
    ASSERT_TRUE(parser.is_done()) << step;
    EXPECT_EQ(request.method, "POST");
    EXPECT_EQ(parser.target(), "/a/b?x=1%202&y");
    EXPECT_EQ(request.header("x-mixed"), "Value");
    EXPECT_EQ(request.header("trailer"), "") << "trailers are not headers";
    EXPECT_EQ(request.body, "abcdefg");
    EXPECT_EQ(parser.received(), 7U);
  }
}

TEST(RequestParser, ABodyOverItsLimitFails) {
  Request request;
  RequestParser parser(request);
  parser.body_limit(boost::none);
  parser.eager(true);
  parser.take_body(request.body, 6);
  EXPECT_EQ(feed(parser, kPost, 1), bhttp::error::body_limit);
  EXPECT_LE(request.body.size(), 6U);
}

TEST(FillTarget, SplitsAndDecodes) {
  Request r;
  EXPECT_EQ(fill_target(r, "/a/b%2Fc?x=1%202&y&z="), 0);
  EXPECT_EQ(r.path, "/a/b%2Fc");
  EXPECT_EQ(r.query,
            (std::vector<std::pair<std::string, std::string>>{{"x", "1 2"}, {"y", ""}, {"z", ""}}));
  for (const char* bad : {"", "*", "a", "http://x/a", "/a b", "/%zz", "/a?%", "/\x80"}) {
    Request other;
    EXPECT_EQ(fill_target(other, bad), 400) << bad;
  }
  Request other;
  EXPECT_EQ(fill_target(other, "/" + std::string(9000, 'a')), 414);
}

TEST(RequestIds, AreFreshAndWellFormed) {
  std::set<std::string> seen;
  for (int n = 0; n < 1000; ++n) {
    const std::string id = new_request_id();
    EXPECT_TRUE(is_request_id(id)) << id;
    EXPECT_EQ(id[18], '4') << id;
    EXPECT_NE(std::string("89ab").find(id[23]), std::string::npos) << id;
    EXPECT_TRUE(seen.insert(id).second);
  }
}

}  // namespace
}  // namespace virga::http
