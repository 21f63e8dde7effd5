// SPDX-License-Identifier: Apache-2.0
// The HTTP server over plain sockets: what it accepts, and where it stops.
#include "api/http/server.h"

#include <thread>

#include "tests/unit/api/server_fixture.h"

namespace virga::http {
namespace {

using test::RawClient;

std::string get(const std::string& target, const std::string& more = "") {
  return "GET " + target + " HTTP/1.1\r\nHost: cloud:8774\r\n" + more + "\r\n";
}
std::string with_body(const std::string& line, const std::string& body,
                      const std::string& more = "") {
  return line + " HTTP/1.1\r\nHost: x\r\n" + more +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

class ServerTest : public testing::Test {
 protected:
  ServerTest() {
    settings_.port = 0;
    settings_.max_header = 4096;
    settings_.max_body = 10'000;
    settings_.pool_threads = 2;
  }
  void start() {
    server_ = std::make_unique<Server>(settings_, routes_.router_);
    server_->start();
  }
  RawClient client() {
    if (!server_) start();
    return RawClient(server_->port());
  }

  const test::TempDir dir_;
  ServerRoutes routes_{dir_.path()};
  ServerSettings settings_;
  std::unique_ptr<Server> server_;
};

TEST_F(ServerTest, AnswersWithItsHeaders) {
  const auto a = client().ask(get("/hello"));
  EXPECT_EQ(a.status, 200);
  EXPECT_EQ(a.body, "\"hello\"");
  EXPECT_NE(a.headers.find("X-Openstack-Request-Id: req-"), std::string::npos) << a.headers;
  EXPECT_NE(a.headers.find("X-Content-Type-Options: nosniff"), std::string::npos);
  EXPECT_NE(a.headers.find("Content-Type: application/json"), std::string::npos);
}

TEST_F(ServerTest, HandlersSeeHeadersQueryPeerAndAddress) {
  const auto a = client().ask(get("/about?q=a%20b&q=c", "X-CuStOm: value\r\n"));
  const auto body = json::parse(a.body);
  EXPECT_EQ(body.at("x"), "value");
  EXPECT_EQ(body.at("q"), "a b");
  EXPECT_EQ(body.at("peer"), "127.0.0.1");
  EXPECT_EQ(body.at("base"), "http://cloud:8774");
  EXPECT_EQ(body.at("certificate"), "");
}

TEST_F(ServerTest, AStrangeHostHeaderIsNotRepeated) {
  auto c = client();
  const auto a = c.ask("GET /about HTTP/1.1\r\nHost: evil/\"x\r\n\r\n");
  EXPECT_EQ(a.body.find("evil"), std::string::npos) << a.body;
}

TEST_F(ServerTest, KeepsTheConnectionUntilTheClientAsksToClose) {
  auto c = client();
  for (int n = 0; n < 5; ++n) EXPECT_EQ(c.ask(get("/hello")).status, 200);
  EXPECT_EQ(c.ask(get("/hello", "Connection: close\r\n")).status, 200);
  EXPECT_TRUE(c.closed());
}

TEST_F(ServerTest, AnswersPipelinedRequestsInOrder) {
  auto c = client();
  c.send(get("/hello") + with_body("POST /echo", "one") + get("/none") +
         with_body("POST /echo", "two"));
  EXPECT_EQ(c.read().body, "\"hello\"");
  EXPECT_EQ(c.read().body, "\"one\"");
  EXPECT_EQ(c.read().status, 404);
  EXPECT_EQ(c.read().body, "\"two\"");
}

TEST_F(ServerTest, HeadHasTheLengthAndNoBody) {
  auto c = client();
  c.send("HEAD /hello HTTP/1.1\r\nHost: x\r\n\r\n" + get("/hello"));
  const auto head = c.read(true);
  EXPECT_EQ(head.status, 200);
  EXPECT_NE(head.headers.find("Content-Length: 7\r\n"), std::string::npos) << head.headers;
  EXPECT_EQ(c.read().body, "\"hello\"");
}

TEST_F(ServerTest, ReadsChunkedBodies) {
  auto c = client();
  EXPECT_EQ(c.ask("POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                  "3\r\nabc\r\n4;x=y\r\ndefg\r\n0\r\n\r\n")
                .body,
            "\"abcdefg\"");
  EXPECT_EQ(c.ask(get("/hello")).status, 200);
}

TEST_F(ServerTest, OversizeHeadersAre431) {
  auto c = client();
  EXPECT_EQ(c.ask(get("/hello", "X: " + std::string(5000, 'x') + "\r\n")).status, 431);
  EXPECT_TRUE(c.closed());
}

TEST_F(ServerTest, OversizeBodiesAre413) {
  auto c = client();
  EXPECT_EQ(c.ask(with_body("POST /echo", std::string(10'000, 'x'))).status, 200);
  c.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 10001\r\n\r\n");
  EXPECT_EQ(c.read().status, 413);
  EXPECT_TRUE(c.closed());
  auto chunked = client();
  chunked.send("POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n4000\r\n" +
               std::string(0x4000, 'x'));
  EXPECT_EQ(chunked.read().status, 413);
}

TEST_F(ServerTest, MalformedRequestsAre400AndEndTheConnection) {
  const std::string host = "Host: x\r\n";
  for (const std::string& bad : std::initializer_list<std::string>{
           "NONSENSE\r\n\r\n", "GET  /hello HTTP/1.1\r\n" + host + "\r\n",
           "GET /hello HTTP/9.9\r\n" + host + "\r\n", "GET hello HTTP/1.1\r\n" + host + "\r\n",
           "GET http://x/hello HTTP/1.1\r\n" + host + "\r\n",
           "GET /hel\x01lo HTTP/1.1\r\n" + host + "\r\n", "GET /hello HTTP/1.1\r\nHost : x\r\n\r\n",
           "GET /hello HTTP/1.1\r\nBro ken: x\r\n\r\n",
           "POST /echo HTTP/1.1\r\n" + host + "Content-Length: -1\r\n\r\n",
           "POST /echo HTTP/1.1\r\n" + host + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nab",
           "POST /echo HTTP/1.1\r\n" + host +
               "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\nabc",
           "POST /echo HTTP/1.1\r\n" + host +
               "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\nabc"}) {
    auto c = client();
    EXPECT_EQ(c.ask(bad).status, 400) << bad;
    EXPECT_TRUE(c.closed()) << bad;
  }
}

TEST_F(ServerTest, UnknownTransferEncodingsAreRefused) {
  for (const char* encoding : {"gzip", "gzip, chunked", "identity", "xchunked"}) {
    auto c = client();
    const auto a =
        c.ask("POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: " + std::string(encoding) +
              "\r\n\r\n0\r\n\r\n");
    EXPECT_EQ(a.status, 400) << encoding;
    EXPECT_TRUE(c.closed()) << encoding;
  }
}

TEST_F(ServerTest, ABrokenChunkEndsTheConnection) {
  auto c = client();
  c.send("POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n");
  EXPECT_NE(c.read().status, 200);
  EXPECT_TRUE(c.closed());
}

TEST_F(ServerTest, UnknownPathsAndMethodsKeepTheConnection) {
  auto c = client();
  EXPECT_EQ(c.ask(with_body("POST /none", "body")).status, 404);
  const auto a = c.ask(with_body("POST /hello", "body"));
  EXPECT_EQ(a.status, 405);
  EXPECT_NE(a.headers.find("Allow: GET"), std::string::npos);
  EXPECT_EQ(c.ask(get("/hello")).status, 200);
}

TEST_F(ServerTest, ASlowHeaderIsCut) {
  settings_.header_limit = std::chrono::seconds(1);
  auto c = client();
  c.send("GET /hello HTTP/1.1\r\nHo");
  EXPECT_TRUE(c.closed());
}

TEST_F(ServerTest, ASlowBodyAndAnIdleConnectionAreCut) {
  settings_.stall_limit = std::chrono::seconds(1);
  settings_.idle_limit = std::chrono::seconds(1);
  auto slow = client();
  auto idle = client();
  slow.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc");
  EXPECT_EQ(idle.ask(get("/hello")).status, 200);
  EXPECT_TRUE(slow.closed());
  EXPECT_TRUE(idle.closed());
}

TEST_F(ServerTest, ABodyThatOnlyTricklesIsCut) {
  settings_.body_grace = std::chrono::seconds(1);
  settings_.min_body_rate = 10'000;
  auto c = client();
  c.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 9000\r\n\r\n");
  // Never stalled for long, and yet too slow.
  int sent = 0;
  while (sent < 9000 && !c.stirs_within(std::chrono::milliseconds(100)) && c.send("x")) ++sent;
  EXPECT_TRUE(c.closed());
  EXPECT_LT(sent, 100);
  EXPECT_EQ(server_->figures().cut, 1U);
}

TEST_F(ServerTest, UploadsAreStreamedPieceByPiece) {
  std::string bytes;
  for (int n = 0; n < 3'500'000; ++n) bytes += static_cast<char>(n * 31 + n / 251);
  std::uint64_t sum = 0;
  for (const char c : bytes) sum += static_cast<unsigned char>(c);
  auto c = client();
  const auto body = json::parse(c.ask(with_body("PUT /upload/a", bytes)).body);
  EXPECT_EQ(body.at("size"), bytes.size()) << "far over max_body";
  EXPECT_EQ(body.at("sum"), sum);
  EXPECT_EQ(routes_.uploads_.wait_for("end"), "begin first end ");
  const auto empty = json::parse(c.ask(with_body("PUT /upload/a", "")).body);
  EXPECT_EQ(empty.at("size"), 0);
}

TEST_F(ServerTest, UploadsMayBeChunked) {
  const auto a = client().ask(
      "PUT /upload/a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
      "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
  EXPECT_EQ(json::parse(a.body).at("size"), 5);
}

TEST_F(ServerTest, AnUploadWhoseClientGoesAwayIsUndone) {
  auto c = client();
  c.send("PUT /upload/a HTTP/1.1\r\nHost: x\r\nContent-Length: 3000000\r\n\r\n" +
         std::string(1'500'000, 'x'));
  routes_.uploads_.wait_for("first");
  c.drop();
  EXPECT_EQ(routes_.uploads_.wait_for("undone"), "begin first undone ");
}

TEST_F(ServerTest, ARefusedUploadIsAnsweredAndItsBodyNotRead) {
  auto c = client();
  c.send("PUT /upload/refused HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n");
  EXPECT_EQ(c.read().status, 409);
  auto breaking = client();
  breaking.send(with_body("PUT /upload/breaks", std::string(100, 'x')));
  EXPECT_EQ(breaking.read().status, 413);
  EXPECT_EQ(routes_.uploads_.wait_for("undone"), "begin undone ");
}

TEST_F(ServerTest, WhoWaitsWithTheRestOfHisBodyHearsOfItsRefusal) {
  auto c = client();
  c.send("PUT /upload/breaks HTTP/1.1\r\nHost: x\r\nContent-Length: 9000000\r\n\r\n" +
         std::string(1'500'000, 'x'));
  EXPECT_EQ(c.read().status, 413);
  EXPECT_EQ(routes_.uploads_.wait_for("undone"), "begin undone ");
}

TEST_F(ServerTest, AnUploadThatAsksIsToldToContinue) {
  auto c = client();
  c.send("PUT /upload/a HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n");
  EXPECT_EQ(c.read().status, 100);
  EXPECT_EQ(json::parse(c.ask("abc").body).at("size"), 3);
}

TEST_F(ServerTest, FilesAreSentExactly) {
  std::string bytes = "---";
  for (int n = 0; n < 700'000; ++n) bytes += static_cast<char>(n * 7 + n / 251);
  write_file_atomic(routes_.file_, bytes);
  auto c = client();
  EXPECT_EQ(c.ask(get("/file")).body, bytes.substr(3));
  c.send("HEAD /file HTTP/1.1\r\nHost: x\r\n\r\n");
  const auto head = c.read(true);
  EXPECT_NE(head.headers.find("Content-Length: 700000\r\n"), std::string::npos) << head.headers;
  EXPECT_EQ(c.ask(get("/hello")).status, 200);
}

TEST_F(ServerTest, RefusesWhenTooManyWait) {
  settings_.pool_threads = 1;
  settings_.max_queued = 1;
  auto first = client();
  first.send(get("/block"));
  routes_.blocked_.wait();
  auto second = client();
  const auto refused = second.ask(with_body("POST /echo", "x"));
  EXPECT_EQ(refused.status, 503);
  EXPECT_NE(refused.headers.find("Retry-After: 1"), std::string::npos);
  EXPECT_EQ(second.ask(get("/hello")).status, 200) << "what does not wait goes on";
  routes_.release_.count_down();
  EXPECT_EQ(first.read().body, "\"released\"");
  EXPECT_EQ(second.ask(with_body("POST /echo", "x")).status, 200);
}

TEST_F(ServerTest, OneCallerCannotTakeAllThreads) {
  settings_.pool_threads = 2;
  settings_.max_concurrent = 1;
  auto first = client();
  first.send(get("/block"));
  routes_.blocked_.wait();
  auto second = client();
  const auto refused = second.ask(with_body("POST /echo", "x"));
  EXPECT_EQ(refused.status, 429);
  EXPECT_NE(refused.headers.find("Retry-After: 1"), std::string::npos);
  EXPECT_EQ(second.ask(get("/hello")).status, 200);
  routes_.release_.count_down();
  EXPECT_EQ(first.read().status, 200);
  EXPECT_EQ(second.ask(with_body("POST /echo", "x")).status, 200);
  EXPECT_EQ(server_->figures().too_many, 1U);
}

TEST_F(ServerTest, OverTheConnectionLimitOnlyTheControlLaneIsOpen) {
  settings_.max_connections = 1;
  auto first = client();
  EXPECT_EQ(first.ask(get("/hello")).status, 200);
  auto second = client();
  EXPECT_EQ(second.ask(get("/health")).body, "\"alive\"");
  const auto refused = second.ask(get("/hello"));
  EXPECT_EQ(refused.status, 503);
  EXPECT_NE(refused.headers.find("Retry-After: 1"), std::string::npos);
  EXPECT_TRUE(second.closed());
  EXPECT_EQ(first.ask(get("/hello")).status, 200);
}

TEST_F(ServerTest, APeerHasALimitOfItsOwn) {
  settings_.max_connections_per_peer = 2;
  auto one = client();
  auto two = client();
  EXPECT_EQ(one.ask(get("/hello")).status, 200);
  EXPECT_EQ(two.ask(get("/hello")).status, 200);
  EXPECT_EQ(client().ask(get("/hello")).status, 503);
}

TEST_F(ServerTest, LongAnswersComeInPieces) {
  auto c = client();
  c.send(get("/pieces/3"));
  const std::string all = c.read_raw("0\r\n\r\n");
  EXPECT_NE(all.find("Transfer-Encoding: chunked\r\n"), std::string::npos) << all;
  EXPECT_EQ(all.find("Content-Length"), std::string::npos);
  EXPECT_NE(all.find("8\r\npiece 0\n\r\n8\r\npiece 1\n\r\n8\r\npiece 2\n\r\n0\r\n\r\n"),
            std::string::npos)
      << all;
  EXPECT_EQ(c.ask(get("/hello")).status, 200) << "the connection goes on";
  EXPECT_EQ(c.ask(get("/pieces/1")).body, "piece 0\n") << "one piece is sent whole";
}

TEST_F(ServerTest, AnAnswerThatBreaksOffIsNotEnded) {
  auto c = client();
  c.send(get("/pieces/99"));
  const std::string all = c.read_raw("\r\n0\r\n");
  EXPECT_NE(all.find("piece 2"), std::string::npos);
  EXPECT_EQ(all.find("0\r\n\r\n", all.find("piece 2")), std::string::npos) << all;
}

TEST_F(ServerTest, OldClientsGetPiecesUntilTheEnd) {
  auto c = client();
  c.send("GET /pieces/2 HTTP/1.0\r\n\r\n");
  const std::string all = c.read_raw("never");
  EXPECT_EQ(all.find("chunked"), std::string::npos) << all;
  EXPECT_NE(all.find("\r\n\r\npiece 0\npiece 1\n"), std::string::npos) << all;
}

TEST_F(ServerTest, AHandlersHeaderCannotForgeAnother) {
  const auto a = client().ask(get("/forged"));
  EXPECT_NE(a.headers.find("X-Good: 1"), std::string::npos);
  EXPECT_EQ(a.headers.find("X-Forged"), std::string::npos) << a.headers;
}

TEST_F(ServerTest, BodiesOfTheWrongKindAreRefusedInTheServicesWay) {
  auto c = client();
  const auto a = c.ask(with_body("POST /strict/echo", "x", "Content-Type: text/plain\r\n"));
  EXPECT_EQ(a.status, 415);
  EXPECT_NE(a.body.find("Only JSON."), std::string::npos);
  EXPECT_NE(a.headers.find("X-Strict: 1"), std::string::npos);
  EXPECT_NE(a.headers.find("X-Compute-Request-Id: req-"), std::string::npos);
  for (const char* type : {"application/json", "Application/JSON; charset=UTF-8", ""})
    EXPECT_EQ(c.ask(with_body("POST /strict/echo", "x",
                              *type == 0 ? "" : "Content-Type: " + std::string(type) + "\r\n"))
                  .status,
              200)
        << type;
}

TEST_F(ServerTest, OnlyAWellFormedIdOfTheClientIsTaken) {
  const std::string good = "req-0b6f3c1e-4f5c-4f9e-9d52-0e9d4f1c2a3b";
  auto c = client();
  const auto ask = [&](const std::string& id) {
    const auto a = c.ask(get("/about", "X-Openstack-Request-Id: " + id + "\r\n"));
    EXPECT_EQ(a.headers.find(id), std::string::npos) << "ours is always another";
    return std::string(json::parse(a.body).at("global").as_string());
  };
  EXPECT_EQ(ask(good), good);
  for (const char* bad : {"x", "0b6f3c1e-4f5c-4f9e-9d52-0e9d4f1c2a3b", "req-\"},{\"",
                          "req-0b6f3c1e-4f5c-4f9e-9d52-0e9d4f1c2a3b0"})
    EXPECT_EQ(ask(bad), "") << bad;
}

TEST_F(ServerTest, AmbiguousHeadsAreRefused) {
  for (const std::string& bad : std::initializer_list<std::string>{
           "GET /hello HTTP/1.1\r\n\r\n", "GET /hello HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
           "GET /hello HTTP/1.1\r\nHost: a\r\nX: 1\r\n 2\r\n\r\n",
           "GET /hello HTTP/1.1\r\nHost: a\r\nX: 1\r\n\t2\r\n\r\n"}) {
    auto c = client();
    EXPECT_EQ(c.ask(bad).status, 400) << bad;
    EXPECT_TRUE(c.closed()) << bad;
  }
  EXPECT_EQ(client().ask("GET /hello HTTP/1.0\r\n\r\n").status, 200);
}

TEST_F(ServerTest, CountsOfHeadersAndParametersAreLimited) {
  settings_.max_header = 64 * 1024;
  std::string many;
  for (int n = 0; n < 101; ++n) many += "X-" + std::to_string(n) + ": 1\r\n";
  EXPECT_EQ(client().ask(get("/hello", many)).status, 431);
  std::string query = "/hello?a=1";
  for (int n = 0; n < 520; ++n) query += "&b=" + std::to_string(n);
  EXPECT_EQ(client().ask(get(query)).status, 400);
  EXPECT_EQ(client().ask(get("/hello?" + std::string(9000, 'x'))).status, 414);
  EXPECT_EQ(client().ask(get("/hello/" + std::string(2000, 'x'))).status, 404);
}

TEST_F(ServerTest, ServesManyConnectionsAtOnce) {
  start();
  std::vector<std::thread> threads;
  for (int t = 0; t < 16; ++t)
    threads.emplace_back([this, t] {
      RawClient c(server_->port());
      for (int n = 0; n < 30; ++n) {
        const std::string word = std::to_string(t * 1000 + n);
        EXPECT_EQ(c.ask(with_body("POST /echo", word)).body, "\"" + word + "\"");
      }
    });
  for (auto& thread : threads) thread.join();
}

TEST_F(ServerTest, StopsWhileClientsAreBusy) {
  for (int round = 0; round < 10; ++round) {
    start();
    const std::uint16_t port = server_->port();
    std::latch busy(4);
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t)
      threads.emplace_back([&] {
        RawClient c(port);
        c.ask(with_body("POST /echo", "x"));
        busy.count_down();
        while (c.ask(with_body("POST /echo", "x")).status == 200) {
        }
      });
    busy.wait();
    server_.reset();
    for (auto& thread : threads) thread.join();
  }
}

TEST_F(ServerTest, ATakenAddressIsAnError) {
  start();
  ServerSettings same = settings_;
  same.port = server_->port();
  EXPECT_EQ(test::kind_of([&] { Server second(same, routes_.router_); }), ErrorKind::unavailable);
  same.port = 0;
  same.tls = {"/nonexistent.crt", "/nonexistent.key", ""};
  EXPECT_EQ(test::kind_of([&] { Server third(same, routes_.router_); }), ErrorKind::unavailable);
}

}  // namespace
}  // namespace virga::http
