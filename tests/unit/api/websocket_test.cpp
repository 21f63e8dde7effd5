// SPDX-License-Identifier: Apache-2.0
// WebSockets of the server: kinds of messages, refusals, and who waits for whom.
#include <atomic>

#include "tests/unit/api/raw_websocket.h"
#include "tests/unit/api/server_fixture.h"

namespace virga::http {
namespace {

using test::RawFrame;
using test::RawWebSocket;

/// Sends back what comes; keeps its sender for the test.
class Mirror final : public WebSocketSession {
 public:
  Mirror(UploadLog& log, std::shared_ptr<WebSocketSender>& sender, bool paused)
      : log_(log), sender_(sender), paused_(paused) {}
  std::vector<std::pair<std::string, std::string>> headers() const override {
    return {{"Server", "Mirror"}, {"Sec-WebSocket-Protocol", "binary"}};
  }
  std::size_t max_message() const override { return 100'000; }
  void on_open(std::shared_ptr<WebSocketSender> sender) override {
    sender_ = std::move(sender);
    if (paused_) sender_->pause();
    log_.add("opened");
  }
  void on_message(std::string_view text) override { sender_->send(std::string(text)); }
  void on_binary(std::string_view bytes) override { sender_->send_binary(std::string(bytes)); }
  void on_sent() noexcept override { ++sent; }
  void on_close() noexcept override { log_.add("closed"); }
  std::atomic<int> sent = 0;

 private:
  UploadLog& log_;
  std::shared_ptr<WebSocketSender>& sender_;
  bool paused_;
};

/// Takes texts only.
class TextOnly final : public WebSocketSession {
 public:
  explicit TextOnly(UploadLog& log) : log_(log) {}
  void on_open(std::shared_ptr<WebSocketSender>) override {}
  void on_message(std::string_view) override {}
  void on_close() noexcept override { log_.add("closed"); }

 private:
  UploadLog& log_;
};

class WebSocketTest : public testing::Test {
 protected:
  WebSocketTest() {
    add("/mirror", [this](const Request& r) {
      return mirror_ = std::make_shared<Mirror>(routes_.uploads_, sender_,
                                                r.parameter("paused").has_value());
    });
    add("/text", [this](const Request&) { return std::make_shared<TextOnly>(routes_.uploads_); });
    add("/refuse", [](const Request&) -> std::shared_ptr<WebSocketSession> {
      throw Error(ErrorKind::forbidden, "No.");
    });
    Route both;
    both.policy = "public";
    both.handler = [](const Request&) { return json_response(200, "a page"); };
    both.websocket = [this](const Request&) {
      return std::make_shared<TextOnly>(routes_.uploads_);
    };
    routes_.router_.add("GET", "/both", std::move(both));
    ServerSettings settings;
    settings.port = 0;
    settings.pool_threads = 4;
    server_ = std::make_unique<Server>(settings, routes_.router_);
    server_->start();
  }

  void add(const char* path, WebSocketHandler handler) {
    Route route;
    route.policy = "public";
    route.websocket = std::move(handler);
    routes_.router_.add("GET", path, std::move(route));
  }
  RawWebSocket open(const std::string& target, const std::string& headers = "") {
    return {server_->port(), target, headers};
  }

  const test::TempDir dir_;
  std::shared_ptr<WebSocketSender> sender_;
  std::shared_ptr<Mirror> mirror_;
  ServerRoutes routes_{dir_.path()};
  std::unique_ptr<Server> server_;
};

TEST_F(WebSocketTest, MessagesKeepTheirKind) {
  auto socket = open("/mirror");
  ASSERT_EQ(socket.answer.status, 101);
  const std::string bytes("\0\xff\x80 bytes", 9);
  socket.send(RawWebSocket::kBinary, bytes);
  RawFrame frame = socket.read();
  EXPECT_EQ(frame.opcode, RawWebSocket::kBinary);
  EXPECT_EQ(frame.bytes, bytes);
  socket.send(RawWebSocket::kText, "words");
  frame = socket.read();
  EXPECT_EQ(frame.opcode, RawWebSocket::kText);
  EXPECT_EQ(frame.bytes, "words");
}

TEST_F(WebSocketTest, ASessionSetsHeadersOfTheAnswer) {
  const auto socket = open("/mirror", "Sec-WebSocket-Protocol: binary\r\n");
  EXPECT_NE(socket.answer.headers.find("Server: Mirror\r\n"), std::string::npos);
  EXPECT_NE(socket.answer.headers.find("Sec-WebSocket-Protocol: binary\r\n"), std::string::npos);
}

TEST_F(WebSocketTest, ABinaryMessageEndsASessionThatTakesNone) {
  auto socket = open("/text");
  ASSERT_EQ(socket.answer.status, 101);
  socket.send(RawWebSocket::kBinary, "x");
  EXPECT_NE(routes_.uploads_.wait_for("closed").find("closed"), std::string::npos);
  EXPECT_TRUE(socket.closed());
}

TEST_F(WebSocketTest, AMessageOverTheSessionsLimitEndsIt) {
  auto socket = open("/mirror");
  socket.send(RawWebSocket::kBinary, std::string(100'001, 'x'));
  EXPECT_NE(routes_.uploads_.wait_for("closed").find("closed"), std::string::npos);
}

TEST_F(WebSocketTest, ARefusalHasAStatusAndNoBody) {
  auto socket = open("/refuse");
  EXPECT_EQ(socket.answer.status, 403);
  EXPECT_NE(socket.answer.headers.find("Content-Length: 0\r\n"), std::string::npos);
  EXPECT_TRUE(socket.closed());
}

TEST_F(WebSocketTest, OtherRequestsAreToldThatThisIsAWebSocket) {
  test::RawClient client(server_->port());
  const auto answer = client.ask("GET /mirror HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(answer.status, 426);
  EXPECT_NE(answer.headers.find("Upgrade: websocket\r\n"), std::string::npos);
  EXPECT_EQ(mirror_, nullptr);
}

TEST_F(WebSocketTest, ARouteMayBeBoth) {
  test::RawClient client(server_->port());
  EXPECT_EQ(client.ask("GET /both HTTP/1.1\r\nHost: x\r\n\r\n").body, "\"a page\"");
  EXPECT_EQ(open("/both").answer.status, 101);
}

TEST_F(WebSocketTest, WhoIsPausedIsNotRead) {
  auto socket = open("/mirror?paused=1");
  routes_.uploads_.wait_for("opened");
  for (const char* word : {"one", "two", "three"}) socket.send(RawWebSocket::kText, word);
  EXPECT_EQ(open("/both").answer.status, 101) << "others are served meanwhile";
  EXPECT_EQ(mirror_->sent, 0);
  sender_->resume();
  for (const char* word : {"one", "two", "three"}) EXPECT_EQ(socket.read().bytes, word);
}

TEST_F(WebSocketTest, APausedConnectionCanBeClosed) {
  auto socket = open("/mirror?paused=1");
  routes_.uploads_.wait_for("opened");
  sender_->close();
  EXPECT_NE(routes_.uploads_.wait_for("closed").find("closed"), std::string::npos);
}

TEST_F(WebSocketTest, WhatWaitsIsCountedUntilItIsSent) {
  constexpr std::size_t kPiece = 1 << 20;
  constexpr int kPieces = 24;  // more than sockets hold
  auto socket = open("/mirror");
  routes_.uploads_.wait_for("opened");
  for (int i = 0; i < kPieces; ++i)
    ASSERT_TRUE(sender_->send_binary(std::string(kPiece, static_cast<char>('a' + i))));
  EXPECT_GT(sender_->waiting(), kPiece);
  const std::string all = socket.read_messages(kPiece * kPieces);
  ASSERT_EQ(all.size(), kPiece * kPieces);
  for (int i = 0; i < kPieces; ++i)
    EXPECT_EQ(all[kPiece * static_cast<std::size_t>(i)], static_cast<char>('a' + i));
  socket.send(RawWebSocket::kText, "end");
  EXPECT_EQ(socket.read().bytes, "end");
  EXPECT_GE(mirror_->sent, kPieces);
}

TEST_F(WebSocketTest, FinishingSendsWhatIsQueuedAndThenCloses) {
  {
    auto socket = open("/mirror");
    routes_.uploads_.wait_for("opened");
    for (int i = 0; i < 3; ++i) sender_->send(std::to_string(i));
    sender_->finish();
    EXPECT_FALSE(sender_->send("late"));
    for (int i = 0; i < 3; ++i) EXPECT_EQ(socket.read().bytes, std::to_string(i));
    const RawFrame last = socket.read();
    EXPECT_EQ(last.opcode, RawWebSocket::kClose);
    EXPECT_EQ(last.bytes, "\x03\xe8");
    socket.send(RawWebSocket::kClose, last.bytes);
  }  // the server waits for the client to hang up, as it had the last word
  EXPECT_NE(routes_.uploads_.wait_for("closed").find("closed"), std::string::npos);
}

}  // namespace
}  // namespace virga::http
