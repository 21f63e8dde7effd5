// SPDX-License-Identifier: Apache-2.0
// Server and client over TLS: who trusts whom, and WebSockets.
#include <openssl/ssl.h>

#include <thread>

#include "api/agent-link/authority.h"
#include "api/http/client.h"
#include "common/cptr.h"
#include "tests/unit/api/server_fixture.h"

namespace virga::http {
namespace {

using namespace std::chrono_literals;
using agent_link::certificate_sha256;
using test::kind_of;

/// Sends back each message; "bye" closes.
class Echo final : public WebSocketSession {
 public:
  Echo(UploadLog& log, std::shared_ptr<WebSocketSender>& last) : log_(log), last_(last) {}
  void on_open(std::shared_ptr<WebSocketSender> sender) override {
    sender_ = sender;
    last_ = std::move(sender);
    log_.add("opened");
  }
  void on_message(std::string_view text) override {
    if (text == "bye")
      sender_->close();
    else
      sender_->send("echo " + std::string(text));
  }
  void on_close() noexcept override { log_.add("closed"); }

 private:
  UploadLog& log_;
  std::shared_ptr<WebSocketSender>& last_;
  std::shared_ptr<WebSocketSender> sender_;
};

/// Says something, keeps what comes, stops after `wanted` messages.
class Talker final : public WebSocketSession {
 public:
  Talker(std::vector<std::string> say, std::size_t wanted, std::atomic<bool>& stop)
      : say_(std::move(say)), wanted_(wanted), stop_(stop) {}
  void on_open(std::shared_ptr<WebSocketSender> sender) override {
    sender_ = sender;
    for (const auto& text : say_) sender->send(text);
  }
  void on_message(std::string_view text) override {
    heard.emplace_back(text);
    if (heard.size() >= wanted_) stop_ = true;
  }
  void on_close() noexcept override { closed = true; }
  std::vector<std::string> heard;
  std::atomic<bool> closed = false;
  std::shared_ptr<WebSocketSender> sender_;

 private:
  std::vector<std::string> say_;
  std::size_t wanted_;
  std::atomic<bool>& stop_;
};

class TlsServerTest : public testing::Test {
 protected:
  TlsServerTest() {
    routes_.router_.add("GET", "/ws", {"public", Run::pool, {}, {}, [this](const Request&) {
                                         return std::make_shared<Echo>(routes_.uploads_,
                                                                       last_sender_);
                                       }});
    const auto issued = agent_link::issue_server(authority_, {"127.0.0.1", "localhost"});
    write_file_atomic(dir_.path("s.crt"), issued.certificate);
    write_file_atomic(dir_.path("s.key"), issued.private_key);
    write_file_atomic(dir_.path("ca.crt"), authority_.certificate);
    ServerSettings settings;
    settings.port = 0;
    settings.pool_threads = 4;
    settings.max_message = 1 << 20;
    settings.header_limit = 2s;
    settings.tls = {dir_.path("s.crt"), dir_.path("s.key"), dir_.path("ca.crt")};
    server_ = std::make_unique<Server>(settings, routes_.router_);
    server_->start();
  }
  Peer peer() {
    Peer p;
    p.host = "127.0.0.1";
    p.port = server_->port();
    p.ca = authority_.certificate;
    return p;
  }
  Peer with_certificate(const agent_link::KeyedCertificate& authority) {
    const auto request = agent_link::make_signing_request("node");
    Peer p = peer();
    p.certificate = agent_link::issue_host(authority, request.request, "host-1");
    p.private_key = request.private_key;
    return p;
  }
  static bool refused(const Peer& p) {
    return kind_of([&] { fetch(p, "GET", "/hello", "", 5s); }) == ErrorKind::unavailable;
  }

  const test::TempDir dir_;
  std::shared_ptr<WebSocketSender> last_sender_;
  ServerRoutes routes_{dir_.path()};
  const agent_link::KeyedCertificate authority_ = agent_link::make_authority("test");
  const agent_link::KeyedCertificate other_ = agent_link::make_authority("other");
  std::unique_ptr<Server> server_;
};

TEST_F(TlsServerTest, FetchesOverTheTrustedAuthority) {
  const Answer a = fetch(peer(), "POST", "/echo", "body", 5s);
  EXPECT_EQ(a.status, 200);
  EXPECT_EQ(a.body, "\"body\"");
  EXPECT_EQ(fetch(peer(), "GET", "/none", "", 5s).status, 404);
  const auto about = json::parse(fetch(peer(), "GET", "/about", "", 5s).body);
  EXPECT_EQ(about.at("certificate"), "");
  EXPECT_TRUE(about.at("base").as_string().starts_with("https://127.0.0.1:"));
}

TEST_F(TlsServerTest, HandlersSeeTheDigestOfAVerifiedClientCertificate) {
  const Peer p = with_certificate(authority_);
  const auto about = json::parse(fetch(p, "GET", "/about", "", 5s).body);
  EXPECT_EQ(about.at("certificate").as_string(), certificate_sha256(p.certificate));
}

TEST_F(TlsServerTest, AClientCertificateOfAnotherAuthorityIsRefused) {
  EXPECT_TRUE(refused(with_certificate(other_)));
}

TEST_F(TlsServerTest, AServersCertificateIsNoClientCertificate) {
  const auto issued = agent_link::issue_server(authority_, {"node"});
  Peer p = peer();
  p.certificate = issued.certificate;
  p.private_key = issued.private_key;
  EXPECT_TRUE(refused(p));
}

TEST_F(TlsServerTest, AServerOfAnotherAuthorityIsRefused) {
  Peer p = peer();
  p.ca = other_.certificate;
  EXPECT_TRUE(refused(p));
  p.ca.clear();
  EXPECT_TRUE(refused(p)) << "without any authority nobody is trusted";
}

TEST_F(TlsServerTest, AServerOfAnotherNameIsRefused) {
  Peer p = peer();
  p.host = "localhost";
  EXPECT_FALSE(fetch(p, "GET", "/hello", "", 5s).body.empty());
  p.host = "127.0.0.2";  // the same machine, but not in the certificate
  p.port = server_->port();
  EXPECT_TRUE(refused(p));
}

TEST_F(TlsServerTest, APinnedAuthorityIsTrustedWithoutItsCertificate) {
  Peer p = peer();
  p.ca.clear();
  p.ca_sha256 = certificate_sha256(authority_.certificate);
  EXPECT_EQ(fetch(p, "GET", "/hello", "", 5s).status, 200);
}

TEST_F(TlsServerTest, AnotherPinIsRefused) {
  Peer p = peer();
  p.ca.clear();
  p.ca_sha256 = certificate_sha256(other_.certificate);
  EXPECT_TRUE(refused(p));
  p.ca_sha256 = std::string(64, '0');
  EXPECT_TRUE(refused(p));
  p.ca_sha256 = certificate_sha256(read_file(dir_.path("s.crt")).value());
  EXPECT_TRUE(refused(p)) << "the pin is the authority's, not the server's";
}

TEST_F(TlsServerTest, APinDoesNotReplaceTheNameCheck) {
  const auto issued = agent_link::issue_server(authority_, {"elsewhere.example"});
  write_file_atomic(dir_.path("e.crt"), issued.certificate);
  write_file_atomic(dir_.path("e.key"), issued.private_key);
  ServerSettings settings;
  settings.port = 0;
  settings.tls = {dir_.path("e.crt"), dir_.path("e.key"), ""};
  Server elsewhere(settings, routes_.router_);
  elsewhere.start();
  Peer p = peer();
  p.port = elsewhere.port();
  p.ca.clear();
  p.ca_sha256 = certificate_sha256(authority_.certificate);
  EXPECT_TRUE(refused(p));
}

TEST_F(TlsServerTest, PlainHttpOnTheTlsPortGetsNothing) {
  test::RawClient c(server_->port());
  c.send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_NE(c.read().status, 200);
}

TEST_F(TlsServerTest, AHandshakeThatDoesNotComeIsCut) {
  test::RawClient c(server_->port());
  EXPECT_TRUE(c.closed());
}

/// Connects with OpenSSL itself, for what the client never does: take up an earlier session.
CPtr<SSL, SSL_free> connect_raw(SSL_CTX* context, int fd, SSL_SESSION* session) {
  CPtr<SSL, SSL_free> ssl(SSL_new(context));
  SSL_set_fd(ssl.get(), fd);
  if (session != nullptr) SSL_set_session(ssl.get(), session);
  if (SSL_connect(ssl.get()) != 1) return {};
  return ssl;
}

UniqueFd connected(std::uint16_t port) {
  UniqueFd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_EQ(::connect(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  return fd;
}

TEST_F(TlsServerTest, AClientMayTakeUpItsSessionAgain) {
  const CPtr<SSL_CTX, SSL_CTX_free> context(SSL_CTX_new(TLS_client_method()));
  SSL_CTX_set_max_proto_version(context.get(), TLS1_2_VERSION);
  const UniqueFd first = connected(server_->port());
  const auto fresh = connect_raw(context.get(), first.get(), nullptr);
  ASSERT_TRUE(fresh);
  const CPtr<SSL_SESSION, SSL_SESSION_free> session(SSL_get1_session(fresh.get()));
  const UniqueFd second = connected(server_->port());
  EXPECT_TRUE(connect_raw(context.get(), second.get(), session.get()));
}

TEST_F(TlsServerTest, DownloadsFilesExactly) {
  std::string bytes = "---";
  for (int n = 0; n < 600'000; ++n) bytes += static_cast<char>(n * 13);
  write_file_atomic(routes_.file_, bytes);
  std::string got;
  const auto sink = [&](std::string_view piece) { got += piece; };
  EXPECT_EQ(download(peer(), "/file", sink, 5s), 200);
  EXPECT_EQ(got, bytes.substr(3));
  got.clear();
  EXPECT_EQ(download(peer(), "/none", sink, 5s), 404);
  EXPECT_EQ(got, "");
}

TEST_F(TlsServerTest, UploadsBytesExactlyAndHearsARefusal) {
  for (const std::size_t size : {0U, 1U, 262'144U, 3'000'001U}) {
    std::string bytes(size, '\0');
    std::uint64_t sum = 0;
    for (std::size_t n = 0; n < size; ++n) {
      bytes[n] = static_cast<char>(n * 13);
      sum += static_cast<unsigned char>(bytes[n]);
    }
    std::size_t at = 0;
    const OutgoingBody body{static_cast<std::int64_t>(size), [&](char* into, std::size_t most) {
                              const std::size_t got = bytes.copy(into, most, at);
                              at += got;
                              return got;
                            }};
    const Answer answer = upload(peer(), "/upload/good", body, 5s, 5s);
    EXPECT_EQ(answer.status, 200) << answer.body;
    EXPECT_EQ(boost::json::parse(answer.body).at("size"), size);
    EXPECT_EQ(boost::json::parse(answer.body).at("sum"), sum);
  }
  const OutgoingBody endless{std::int64_t{1} << 30, [](char* into, std::size_t most) {
                               std::fill_n(into, most, 'x');
                               return most;
                             }};
  EXPECT_EQ(upload(peer(), "/upload/refused", endless, 5s, 5s).status, 409);
  const OutgoingBody broken{
      9, [](char*, std::size_t) -> std::size_t { throw Error(ErrorKind::unavailable, "No."); }};
  EXPECT_EQ(test::kind_of([&] { (void)upload(peer(), "/upload/good", broken, 5s, 5s); }),
            ErrorKind::unavailable);
}

TEST_F(TlsServerTest, WebSocketsCarryMessagesBothWaysInOrder) {
  std::atomic<bool> stop = false;
  std::vector<std::string> say;
  for (int n = 0; n < 50; ++n) say.push_back(std::to_string(n));
  say.push_back(std::string(500'000, 'x'));
  Talker talker(say, say.size(), stop);
  run_websocket(peer(), "/ws", talker, stop);
  ASSERT_EQ(talker.heard.size(), say.size());
  for (std::size_t n = 0; n < say.size(); ++n) EXPECT_EQ(talker.heard[n], "echo " + say[n]);
  EXPECT_TRUE(talker.closed);
  EXPECT_NE(routes_.uploads_.wait_for("closed").find("closed"), std::string::npos);
  EXPECT_FALSE(talker.sender_->send("late")) << "sending after the end does nothing";
}

TEST_F(TlsServerTest, AWebSocketEndsWhenTheServerClosesIt) {
  std::atomic<bool> stop = false;
  Talker talker({"bye"}, 1, stop);
  run_websocket(peer(), "/ws", talker, stop);
  EXPECT_TRUE(talker.closed);
}

TEST_F(TlsServerTest, ASenderMayBeKeptLongerThanItsServer) {
  std::atomic<bool> stop = false;
  Talker talker({}, 1, stop);
  const Peer p = peer();
  std::thread client([&] { run_websocket(p, "/ws", talker, stop); });
  routes_.uploads_.wait_for("opened");
  server_.reset();
  EXPECT_FALSE(last_sender_->send("into the void"));
  last_sender_->close();
  last_sender_.reset();
  client.join();
  EXPECT_TRUE(talker.closed);
}

TEST_F(TlsServerTest, AMessageOverTheLimitEndsTheWebSocket) {
  std::atomic<bool> stop = false;
  Talker talker({std::string((1 << 20) + 1, 'x')}, 1, stop);
  run_websocket(peer(), "/ws", talker, stop);
  EXPECT_TRUE(talker.heard.empty());
  EXPECT_TRUE(talker.closed);
}

TEST_F(TlsServerTest, AWebSocketThatCannotBeOpenedIsAnError) {
  std::atomic<bool> stop = false;
  Talker talker({}, 1, stop);
  const auto open = [&](const Peer& p, const char* path) {
    return kind_of([&] { run_websocket(p, path, talker, stop); });
  };
  EXPECT_EQ(open(peer(), "/none"), ErrorKind::unavailable);
  EXPECT_EQ(open(peer(), "/hello"), ErrorKind::unavailable);
  EXPECT_EQ(open(with_certificate(other_), "/ws"), ErrorKind::unavailable);
  Peer nowhere = peer();
  nowhere.port = 1;
  EXPECT_EQ(open(nowhere, "/ws"), ErrorKind::unavailable);
}

}  // namespace
}  // namespace virga::http
