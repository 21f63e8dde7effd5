// SPDX-License-Identifier: Apache-2.0
// The two relays of a console: between the WebSockets in the control plane, and between a socket
// and a WebSocket on the host.
#include "compute-agent/link/console_relay.h"

#include <sys/socket.h>

#include <thread>

#include "api/console-proxy/src/origin.h"
#include "api/console-proxy/src/relay.h"
#include "tests/unit/api/fake_sender.h"
#include "tests/unit/common/test_support.h"

namespace virga {
namespace {

using console_proxy::Relay;
using console_proxy::Side;
using test::FakeSender;

class RelayTest : public testing::Test {
 protected:
  void open_both() {
    relay_.opened(Side::client, client_);
    relay_.opened(Side::host, host_);
  }
  const std::shared_ptr<FakeSender> client_ = std::make_shared<FakeSender>();
  const std::shared_ptr<FakeSender> host_ = std::make_shared<FakeSender>();
  Relay relay_;
};

TEST_F(RelayTest, HandsBytesOverBothWays) {
  open_both();
  relay_.carry(Side::client, "up");
  relay_.carry(Side::host, "down");
  EXPECT_EQ(host_->next(), "up");
  EXPECT_EQ(client_->next(), "down");
}

TEST_F(RelayTest, ASideIsNotReadBeforeTheOtherIsThere) {
  relay_.opened(Side::host, host_);
  EXPECT_TRUE(host_->paused());
  relay_.opened(Side::client, client_);
  EXPECT_FALSE(host_->paused());
  EXPECT_FALSE(client_->paused());
}

TEST_F(RelayTest, ASideThatIsSlowStopsTheReadingOfTheOther) {
  open_both();
  const std::string piece(100'000, 'x');
  relay_.carry(Side::host, piece);
  EXPECT_FALSE(host_->paused());
  relay_.carry(Side::host, piece);
  EXPECT_TRUE(host_->paused());
  EXPECT_FALSE(client_->paused()) << "the other way is free";
  client_->next();
  relay_.sent(Side::client);
  EXPECT_TRUE(host_->paused()) << "much waits still";
  client_->next();
  relay_.sent(Side::client);
  EXPECT_FALSE(host_->paused());
}

TEST_F(RelayTest, WhenASideGoesTheOtherGetsTheRest) {
  open_both();
  relay_.carry(Side::host, "last words");
  relay_.closed(Side::host);
  EXPECT_TRUE(client_->finished());
  EXPECT_EQ(client_->next(), "last words");
}

TEST_F(RelayTest, WhoComesAfterTheEndIsClosed) {
  relay_.opened(Side::client, client_);
  relay_.end();
  EXPECT_TRUE(client_->closed());
  relay_.opened(Side::host, host_);
  EXPECT_TRUE(host_->closed());
}

TEST_F(RelayTest, BytesThatCannotBeHandedOverEndIt) {
  open_both();
  client_->close();
  relay_.carry(Side::host, "x");
  EXPECT_TRUE(host_->closed());
}

TEST(Origin, IsWhatBrowsersCallASite) {
  using console_proxy::origin_of;
  EXPECT_EQ(origin_of("https://Cloud.example:443/x?y"), "https://cloud.example");
  EXPECT_EQ(origin_of("http://cloud:8774"), "http://cloud:8774");
  EXPECT_EQ(origin_of("http://cloud:80"), "http://cloud");
  EXPECT_EQ(origin_of("https://cloud:80"), "https://cloud:80");
  EXPECT_EQ(origin_of("null"), "");
  EXPECT_EQ(origin_of("file:///etc"), "");
  EXPECT_EQ(origin_of("https://"), "");
}

TEST(Origin, OnlyOwnAndAllowedSitesMayOpenConsoles) {
  http::Request request;
  request.base_url = "http://cloud:8774";
  const auto may = [&](const char* origin, const std::vector<std::string>& allowed) {
    request.headers = {{"origin", origin}};
    try {
      console_proxy::require_origin(request, allowed);
      return true;
    } catch (const Error& e) {
      EXPECT_EQ(e.kind(), ErrorKind::forbidden);
      return false;
    }
  };
  EXPECT_TRUE(may("http://cloud:8774", {}));
  EXPECT_TRUE(may("", {})) << "not a browser";
  EXPECT_TRUE(may("https://Dashboard.example", {"https://dashboard.example/"}));
  for (const char* origin : {"http://cloud", "https://cloud:8774", "http://evil", "null",
                             "http://cloud:8774.evil", "http://cloud:87740"})
    EXPECT_FALSE(may(origin, {"https://dashboard.example", ""})) << origin;
}

class HostRelayTest : public testing::Test {
 protected:
  HostRelayTest() {
    int ends[2];
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    guest_ = UniqueFd(ends[0]);
    relay_ = std::make_unique<agent::ConsoleRelay>(UniqueFd(ends[1]));
    relay_->on_open(sender_);
  }
  std::string read_guest(std::size_t count) {
    std::string bytes(count, '\0');
    const ssize_t n = ::recv(guest_.get(), bytes.data(), count, MSG_WAITALL);
    bytes.resize(n < 0 ? 0 : static_cast<std::size_t>(n));
    return bytes;
  }
  UniqueFd guest_;
  const std::shared_ptr<FakeSender> sender_ = std::make_shared<FakeSender>();
  std::unique_ptr<agent::ConsoleRelay> relay_;
};

TEST_F(HostRelayTest, CarriesBytesBothWays) {
  write_all(guest_.get(), "screen");
  EXPECT_EQ(sender_->next(), "screen");
  relay_->on_binary("key");
  EXPECT_EQ(read_guest(3), "key");
  relay_->on_message("text");
  EXPECT_EQ(read_guest(4), "text");
}

TEST_F(HostRelayTest, EndsWithTheGuestAfterItsLastBytes) {
  write_all(guest_.get(), "last words");
  guest_.reset();
  EXPECT_EQ(sender_->next(), "last words");
  EXPECT_TRUE(sender_->finished());
}

TEST_F(HostRelayTest, EndsTheConsoleWithTheConnection) {
  relay_->on_close();
  relay_.reset();
  EXPECT_EQ(read_guest(1), "");
}

TEST_F(HostRelayTest, ReadsNoMoreThanTheControlPlaneTakes) {
  std::thread guest([this] { write_all(guest_.get(), std::string(4 << 20, 'x')); });
  std::size_t got = 0;
  while (got < 4U << 20U) {
    EXPECT_LE(sender_->waiting(), 256U * 1024);
    got += sender_->next().size();
    relay_->on_sent();
  }
  guest.join();
  EXPECT_EQ(got, 4U << 20U);
}

TEST_F(HostRelayTest, AGuestThatDoesNotReadStopsTheReadingOfItsUser) {
  const std::string piece(64 * 1024, 'x');
  constexpr std::size_t kPieces = 64;  // more than a socket holds
  for (std::size_t i = 0; i < kPieces; ++i) relay_->on_binary(piece);
  EXPECT_TRUE(sender_->paused());
  EXPECT_EQ(read_guest(piece.size() * kPieces).size(), piece.size() * kPieces);
  EXPECT_TRUE(sender_->resumed());
}

}  // namespace
}  // namespace virga
