// SPDX-License-Identifier: Apache-2.0
// Consoles from the token to their end, without a network: WebSockets are driven as the servers do.
#include "api/console-proxy/console_proxy.h"

#include <boost/json/parse.hpp>

#include "common/file.h"
#include "common/hash.h"
#include "db/store/console_tokens.h"
#include "db/store/domains.h"
#include "db/store/users.h"
#include "tests/unit/api/cloud_fixture.h"
#include "tests/unit/api/fake_sender.h"

namespace virga::console_proxy {
namespace {

using test::FakeSender;
using test::Headers;
using test::kind_of;
using test::WriteTx;

/// One side's WebSocket.
struct Socket {
  std::shared_ptr<http::WebSocketSession> session;
  std::shared_ptr<FakeSender> wire = std::make_shared<FakeSender>();
  http::Response refusal;  ///< when there is no session

  void open() const { session->on_open(wire); }
};

class ConsoleProxyTest : public test::CloudTest {
 protected:
  ConsoleProxyTest() {
    settings_.novnc_directory = dir_.path("novnc");
    settings_.per_instance = 2;
    proxy_ = std::make_unique<ConsoleProxy>(db_, clock_, link_, settings_);
    proxy_->add_client_routes(clients_);
    link_.add_routes(hosts_);
    proxy_->add_host_routes(hosts_);
    add_network();
    for (const char* id : {"h1", "h2"}) {
      add_host(id, 1 << 20);
      db_.write(
          [&](WriteTx& tx) { store::hosts::set_certificate(tx, id, std::string("cert-") + id); });
    }
    db_.write([&](WriteTx& tx) {
      store::domains::insert(tx, model::Domain{"d", "d", "", true});
      store::users::insert(tx, model::User{"u", "d", "u", "", true});
    });
    id_ = created();
    db_.write([&](WriteTx& tx) {
      tx.exec("UPDATE instances SET power = 'running', host_id = 'h1' WHERE id = $1", id_);
    });
  }
  ~ConsoleProxyTest() override {
    proxy_->stop();
    link_.stop();
  }

  std::string token(model::ConsoleKind kind = model::ConsoleKind::vnc) {
    const std::string secret = random_secret(16);
    db_.write([&](WriteTx& tx) {
      store::console_tokens::insert(tx, {sha256_hex(secret), id_, kind, instance(id_).run_epoch,
                                         "u", "", clock_.now_us() + 600 * kSecondUs});
    });
    return secret;
  }

  static Socket upgrade(const http::Router& router, const std::string& target,
                        const Headers& headers, const std::string& certificate = "") {
    http::Request request;
    request.method = "GET";
    const std::size_t question = target.find('?');
    request.path = target.substr(0, question);
    if (question != std::string::npos) request.query = {{"token", target.substr(question + 7)}};
    request.headers = headers;
    request.peer = "192.0.2.1";
    request.base_url = "http://cloud:8774";
    request.certificate_sha256 = certificate;
    Socket socket;
    const auto match = router.route(request, socket.refusal);
    if (match.route == nullptr) return socket;
    socket.refusal = router.guarded(match, request, [&] {
      socket.session = match.route->websocket(request);
      return http::empty_response(101);
    });
    return socket;
  }
  Socket client(const std::string& target, const Headers& headers = {}) {
    return upgrade(clients_, target, headers);
  }
  Socket with_token(const std::string& secret) { return client("/websockify?token=" + secret); }
  Socket host(const std::string& session_id, const std::string& name = "h1") {
    return upgrade(hosts_, "/agent/v1/consoles/" + session_id, {}, "cert-" + name);
  }
  /// The stream of h1, over which it is told what to open.
  Socket stream() {
    Socket s = upgrade(hosts_, "/agent/v1/stream", {}, "cert-h1");
    s.open();
    return s;
  }
  /// What h1 is asked to open.
  static json::object call_of(const Socket& stream) {
    for (;;) {
      const std::string text = stream.wire->next();
      if (text.empty()) return {};
      json::object message = json::parse(text).as_object();
      if (message.at("type") == "console") return message;
    }
  }
  static std::string session_of(const json::object& call) {
    return std::string(call.at("session_id").as_string());
  }

  struct Console {
    Socket client;
    Socket host;
  };
  Console opened(const Socket& stream) {
    Console console{with_token(token()), {}};
    console.client.open();
    console.host = host(session_of(call_of(stream)));
    console.host.open();
    return console;
  }

  std::string id_;
  std::unique_ptr<images::ImageStore> images_ =
      images::make_directory_image_store(dir_.path("images"));
  agent_link::LinkDeps link_deps_{db_, clock_, *images_, agent_link::make_authority("test")};
  agent_link::AgentLink link_{link_deps_};
  agent_link::HostAuthorizer host_authorizer_{db_};
  http::Router clients_{authorizer_};
  http::Router hosts_{host_authorizer_};
  ProxySettings settings_;
  std::unique_ptr<ConsoleProxy> proxy_;
};

TEST_F(ConsoleProxyTest, JoinsAClientAndTheHostOfItsGuest) {
  const Socket s = stream();
  const Socket c = with_token(token(model::ConsoleKind::serial));
  ASSERT_TRUE(c.session) << c.refusal.status;
  c.open();
  EXPECT_TRUE(c.wire->paused());
  const json::object call = call_of(s);
  EXPECT_EQ(call.at("instance_id").as_string(), id_);
  EXPECT_EQ(call.at("kind"), "serial");
  EXPECT_EQ(call.at("run_epoch"), instance(id_).run_epoch);
  const Socket h = host(session_of(call));
  ASSERT_TRUE(h.session) << h.refusal.status;
  h.open();
  EXPECT_FALSE(c.wire->paused());
  c.session->on_binary("key");
  EXPECT_EQ(h.wire->next(), "key");
  h.session->on_binary("echo");
  EXPECT_EQ(c.wire->next(), "echo");
  EXPECT_EQ(proxy_->count(), 1U);
  h.session->on_close();
  EXPECT_TRUE(c.wire->finished());
  c.session->on_close();
  EXPECT_EQ(proxy_->count(), 0U);
}

TEST_F(ConsoleProxyTest, ATokenWorksOnceAndForThisRunOnly) {
  const Socket s = stream();
  const std::string once = token();
  EXPECT_TRUE(with_token(once).session);
  EXPECT_EQ(with_token(once).refusal.status, 403);
  EXPECT_EQ(with_token("bad" + token()).refusal.status, 403);
  EXPECT_EQ(client("/websockify").refusal.status, 403);
  const std::string earlier = token();
  db_.write([&](WriteTx& tx) {
    tx.exec("UPDATE instances SET run_epoch = run_epoch + 1 WHERE id = $1", id_);
  });
  EXPECT_EQ(with_token(earlier).refusal.status, 403);
  const std::string old = token();
  clock_.advance_us(600 * kSecondUs);
  EXPECT_EQ(with_token(old).refusal.status, 403);
  EXPECT_EQ(proxy_->count(), 0U);
}

TEST_F(ConsoleProxyTest, TheTokenMayBeACookie) {
  const Socket s = stream();
  EXPECT_TRUE(client("/websockify", {{"cookie", "a=b; token=" + token()}}).session);
  EXPECT_EQ(client("/websockify", {{"cookie", "xtoken=" + token()}}).refusal.status, 403);
}

TEST_F(ConsoleProxyTest, AnswersAsWebSockifyDoes) {
  const Socket s = stream();
  using Answer = std::vector<std::pair<std::string, std::string>>;
  const auto headers = [&](const Headers& sent) {
    return client("/console/ws?token=" + token(), sent).session->headers();
  };
  EXPECT_EQ(headers({}), (Answer{{"Server", "WebSockify"}}));
  EXPECT_EQ(headers({{"sec-websocket-protocol", "base64, binary"}}),
            (Answer{{"Server", "WebSockify"}, {"Sec-WebSocket-Protocol", "binary"}}));
  EXPECT_EQ(headers({{"sec-websocket-protocol", "base64"}}), (Answer{{"Server", "WebSockify"}}));
}

TEST_F(ConsoleProxyTest, PagesOfOtherSitesAreRefusedBeforeTheTokenIsUsed) {
  const Socket s = stream();
  const std::string secret = token();
  EXPECT_EQ(client("/websockify?token=" + secret, {{"origin", "http://evil"}}).refusal.status, 403);
  EXPECT_TRUE(client("/websockify?token=" + secret, {{"origin", "http://cloud:8774"}}).session);
}

TEST_F(ConsoleProxyTest, OnlyTheHostThatWasAskedMayConnectAndOnce) {
  const Socket s = stream();
  const Socket c = with_token(token());
  c.open();
  const std::string session = session_of(call_of(s));
  EXPECT_EQ(host(session, "h2").refusal.status, 404);
  EXPECT_EQ(host("guess").refusal.status, 404);
  EXPECT_EQ(host(session, "h3").refusal.status, 401);
  EXPECT_TRUE(host(session).session);
  EXPECT_EQ(host(session).refusal.status, 404);
}

TEST_F(ConsoleProxyTest, AHostThatIsAwayOrCannotOpenEndsIt) {
  EXPECT_EQ(with_token(token()).refusal.status, 503);
  EXPECT_EQ(proxy_->count(), 0U);
  const Socket s = stream();
  const Socket c = with_token(token());
  c.open();
  const std::string session = session_of(call_of(s));
  const auto fail = [&](const std::string& id) {
    s.session->on_message(R"({"type":"console_failed","error":"no","session_id":")" + id + "\"}");
  };
  fail("another");
  EXPECT_TRUE(c.wire->is_open());
  fail(session);
  EXPECT_TRUE(c.wire->closed());
}

TEST_F(ConsoleProxyTest, AClientThatNeverOpensIsForgotten) {
  const Socket s = stream();
  {
    const Socket c = with_token(token());
    EXPECT_EQ(proxy_->count(), 1U);
  }
  EXPECT_EQ(proxy_->count(), 0U);
  EXPECT_EQ(host(session_of(call_of(s))).refusal.status, 404);
}

TEST_F(ConsoleProxyTest, ADeletedInstanceEndsItsConsoles) {
  const Socket s = stream();
  const Console console = opened(s);
  as("ann", "DELETE", "/servers/" + id_);
  EXPECT_TRUE(console.client.wire->closed());
  EXPECT_TRUE(console.host.wire->closed());
}

TEST_F(ConsoleProxyTest, ADisabledUserLosesHisConsoles) {
  const Socket s = stream();
  const Console console = opened(s);
  db_.write([](WriteTx& tx) { store::users::set_enabled(tx, "u", false); });
  EXPECT_TRUE(console.client.wire->closed());
  EXPECT_EQ(with_token(token()).refusal.status, 403);
}

TEST_F(ConsoleProxyTest, AnInstanceHasABoundedNumberOfThem) {
  const Socket s = stream();
  const Console first = opened(s);
  const Console second = opened(s);
  EXPECT_EQ(with_token(token()).refusal.status, 409);
  first.client.session->on_close();
  EXPECT_TRUE(with_token(token()).session);
}

TEST_F(ConsoleProxyTest, StoppingEndsThem) {
  const Socket s = stream();
  const Console console = opened(s);
  proxy_->stop();
  EXPECT_TRUE(console.client.wire->closed());
  EXPECT_TRUE(console.host.wire->closed());
}

TEST_F(ConsoleProxyTest, ABrowserIsToldHowToConnectOrGetsNoVnc) {
  const auto get = [&](const std::string& target) { return test::call(clients_, "GET", target); };
  const auto plain = get("/vnc_auto.html?path=?token=x");
  EXPECT_EQ(plain.status, 200);
  for (const char* part : {"<html", "</html>", "noVNC", "<script"})
    EXPECT_NE(plain.text.find(part), std::string::npos) << part;
  EXPECT_NE(plain.header("Content-Security-Policy").find("connect-src 'self' ws://cloud:8774"),
            std::string::npos);
  EXPECT_EQ(get("/console/page.js").status, 200);
  EXPECT_EQ(get("/novnc/vnc.html").status, 404);
  make_directories(settings_.novnc_directory + "/core/util");
  write_file_atomic(settings_.novnc_directory + "/vnc.html", "the page");
  write_file_atomic(settings_.novnc_directory + "/core/util/x.js", "the script");
  write_file_atomic(settings_.novnc_directory + "/core/util/x.sh", "other");
  write_file_atomic(dir_.path("secret.js"), "secret");
  std::filesystem::create_symlink(dir_.path("secret.js"), settings_.novnc_directory + "/link.js");
  const auto moved = get("/vnc_auto.html?path=?token=x&y=z");
  EXPECT_EQ(moved.status, 302);
  EXPECT_EQ(moved.header("Location"), "novnc/vnc.html?autoconnect=true&path=%3Ftoken%3Dx");
  EXPECT_EQ(get("/novnc/vnc.html").text, "the page");
  EXPECT_EQ(get("/novnc/core/util/x.js").text, "the script");
  for (const char* hidden :
       {"/novnc/core/util/x.sh", "/novnc/link.js", "/novnc/core", "/novnc/..",
        "/novnc/%2e%2e/secret.js", "/novnc/..%2fsecret.js", "/novnc/core/util/none.js"})
    EXPECT_EQ(get(hidden).status, 404) << hidden;
}

}  // namespace
}  // namespace virga::console_proxy
