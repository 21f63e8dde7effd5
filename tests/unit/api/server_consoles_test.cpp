// SPDX-License-Identifier: Apache-2.0
// Addresses of consoles: who gets them, when, and in which form.
#include "common/hash.h"
#include "db/store/console_tokens.h"
#include "tests/unit/api/cloud_fixture.h"

namespace virga::compute {
namespace {

using model::PowerState;
using test::Reply;
using test::WriteTx;

class ServerConsoles : public test::CloudTest {
 protected:
  ServerConsoles() {
    add_host("h1");
    add_network();
    id_ = created();
    set_power("running");
  }
  void set_power(const std::string& power) {
    db_.write(
        [&](WriteTx& tx) { tx.exec("UPDATE instances SET power = $1 WHERE id = $2", power, id_); });
  }
  Reply ask(const std::string& path, const json::value& body, const std::string& version,
            const std::string& user = "ann", const std::string& method = "POST") {
    return test::call(router_, method, "/compute/v2.1" + path,
                      body.is_null() ? "" : json::serialize(body),
                      {{"x-test-user", user}, {"openstack-api-version", "compute " + version}});
  }
  Reply act(const std::string& action, const json::value& argument,
            const std::string& version = "2.1", const std::string& user = "ann") {
    return ask("/servers/" + id_ + "/action", json::object{{action, argument}}, version, user);
  }
  Reply create(const std::string& protocol, const std::string& type,
               const std::string& version = "2.6", const std::string& user = "ann") {
    return ask("/servers/" + id_ + "/remote-consoles",
               {{"remote_console", {{"protocol", protocol}, {"type", type}}}}, version, user);
  }
  static std::string url_of(const Reply& reply, const char* key) {
    return std::string(reply.body().at(key).at("url").as_string());
  }
  std::optional<model::ConsoleToken> token_of(const std::string& url) {
    const std::size_t at = url.find("token");
    const std::string secret = url.substr(at + (url[at + 5] == '%' ? 8 : 6));
    return db_.read([&](test::ReadTx& tx) {
      return store::console_tokens::find(tx, sha256_hex(secret), clock_.now_us());
    });
  }

  std::string id_;
};

TEST_F(ServerConsoles, AScreenHasAnAddressForBrowsers) {
  const Reply reply = act("os-getVNCConsole", {{"type", "novnc"}});
  ASSERT_EQ(reply.status, 200) << reply.text;
  EXPECT_EQ(reply.body().at("console").at("type"), "novnc");
  const std::string url = url_of(reply, "console");
  EXPECT_TRUE(url.starts_with("http://cloud:8774/vnc_auto.html?path=%3Ftoken%3D")) << url;
  const auto token = token_of(url).value();
  EXPECT_EQ(token.instance_id, id_);
  EXPECT_EQ(token.kind, model::ConsoleKind::vnc);
  EXPECT_EQ(token.run_epoch, instance(id_).run_epoch);
  EXPECT_EQ(token.user_id, "user-ann");
  EXPECT_EQ(token.expires_us, clock_.now_us() + 600 * kSecondUs);
}

TEST_F(ServerConsoles, ASerialLineHasAWebSocketsAddress) {
  const Reply reply = act("os-getSerialConsole", {{"type", "serial"}});
  ASSERT_EQ(reply.status, 200) << reply.text;
  const std::string url = url_of(reply, "console");
  EXPECT_TRUE(url.starts_with("ws://cloud:8774/?token=")) << url;
  EXPECT_EQ(token_of(url).value().kind, model::ConsoleKind::serial);
}

TEST_F(ServerConsoles, OneRouteMakesAllOfThemSince26) {
  const Reply vnc = create("vnc", "novnc");
  ASSERT_EQ(vnc.status, 200) << vnc.text;
  EXPECT_EQ(vnc.body().at("remote_console").at("protocol"), "vnc");
  EXPECT_EQ(vnc.body().at("remote_console").at("type"), "novnc");
  EXPECT_TRUE(token_of(url_of(vnc, "remote_console")));
  EXPECT_EQ(create("serial", "serial").status, 200);
  EXPECT_EQ(create("vnc", "novnc", "2.5").status, 404);
  EXPECT_EQ(act("os-getVNCConsole", {{"type", "novnc"}}, "2.5").status, 200);
  EXPECT_EQ(act("os-getVNCConsole", {{"type", "novnc"}}, "2.6").status, 400);
}

TEST_F(ServerConsoles, KindsThatAreNotThereAreUnavailable) {
  const auto said = [](const Reply& reply) {
    return std::to_string(reply.status) + " " +
           std::string(reply.body().at("badRequest").at("message").as_string());
  };
  EXPECT_EQ(said(act("os-getSPICEConsole", {{"type", "spice-html5"}})),
            "400 Unavailable console type spice-html5.");
  EXPECT_EQ(said(act("os-getRDPConsole", {{"type", "rdp-html5"}})),
            "400 Unavailable console type rdp-html5.");
  EXPECT_EQ(said(act("os-getVNCConsole", {{"type", "xvpvnc"}})), "400 Invalid console type xvpvnc");
  EXPECT_EQ(said(create("mks", "webmks", "2.8")), "400 Unavailable console type webmks.");
  EXPECT_EQ(said(create("vnc", "serial")), "400 Invalid console type serial");
  EXPECT_NE(said(create("mks", "webmks", "2.7")).find("'mks' is not one of"), std::string::npos);
  EXPECT_EQ(number("SELECT count(*) FROM console_tokens"), 0);
}

TEST_F(ServerConsoles, WrongBodiesAreRefused) {
  for (const char* argument : {"null", "{}", R"("novnc")", R"({"type": "other"})", R"({"type": 1})",
                               R"({"type": "novnc", "more": 1})"})
    EXPECT_EQ(act("os-getVNCConsole", json::parse(argument)).status, 400) << argument;
  const std::string path = "/servers/" + id_ + "/remote-consoles";
  for (const char* body :
       {"{}", R"({"remote_console": 1})", R"({"remote_console": {"protocol": "vnc"}})"})
    EXPECT_EQ(ask(path, json::parse(body), "2.6").status, 400) << body;
}

TEST_F(ServerConsoles, OnlyAGuestThatRunsHasOne) {
  for (const char* power : {"unknown", "absent", "shutoff", "suspended", "crashed"}) {
    set_power(power);
    const Reply reply = create("vnc", "novnc");
    EXPECT_EQ(reply.status, 409) << power;
    EXPECT_EQ(reply.body().at("conflictingRequest").at("message").as_string(),
              "Instance " + id_ + " is not ready");
  }
  set_power("paused");
  EXPECT_EQ(create("vnc", "novnc").status, 200);
  db_.write([&](WriteTx& tx) { tx.exec("UPDATE instances SET host_id = '' WHERE id = $1", id_); });
  EXPECT_EQ(create("vnc", "novnc").status, 409);
  EXPECT_EQ(create("spice", "spice-html5").status, 409);
}

TEST_F(ServerConsoles, AreForMembersOfTheProject) {
  EXPECT_EQ(create("vnc", "novnc", "2.6", "bob").status, 404);
  EXPECT_EQ(create("vnc", "novnc", "2.6", "reader").status, 403);
  EXPECT_EQ(act("os-getVNCConsole", {{"type", "novnc"}}, "2.1", "bob").status, 404);
  EXPECT_EQ(act("os-getVNCConsole", {{"type", "novnc"}}, "2.1", "reader").status, 403);
  EXPECT_EQ(number("SELECT count(*) FROM console_tokens"), 0);
  EXPECT_EQ(create("vnc", "novnc", "2.6", "root").status, 200);
}

TEST_F(ServerConsoles, AdministratorsSeeWhatATokenLeadsTo) {
  const std::string url = url_of(act("os-getSerialConsole", {{"type", "serial"}}), "console");
  const std::string path = "/os-console-auth-tokens/" + url.substr(url.find('=') + 1);
  const Reply shown = ask(path, nullptr, "2.31", "root", "GET");
  ASSERT_EQ(shown.status, 200) << shown.text;
  EXPECT_EQ(shown.body().at("console").at("instance_uuid").as_string(), id_);
  EXPECT_EQ(ask(path, nullptr, "2.31", "root", "GET").status, 200) << "looking does not use it";
  EXPECT_EQ(ask(path, nullptr, "2.30", "root", "GET").status, 401);
  EXPECT_EQ(ask(path, nullptr, "2.31", "ann", "GET").status, 403);
  EXPECT_EQ(ask(path + "x", nullptr, "2.31", "root", "GET").status, 404);
  EXPECT_EQ(ask(path + "x", nullptr, "2.1", "root", "GET").status, 404);
  clock_.advance_us(600 * kSecondUs);
  EXPECT_EQ(ask(path, nullptr, "2.31", "root", "GET").status, 404);
}

}  // namespace
}  // namespace virga::compute
