// SPDX-License-Identifier: Apache-2.0
// From a one-time token to a host with a certificate.
#include "api/agent-link/enrolment.h"

#include <boost/json/serialize.hpp>

#include "api/agent-link/agent_link.h"
#include "common/hash.h"
#include "db/store/hosts.h"
#include "image-service/image_store.h"
#include "tests/unit/api/api_call.h"

namespace virga::agent_link {
namespace {

using test::kind_of;
using test::Reply;

TEST(EnrolmentTokenTest, ComesBackFromItsText) {
  const EnrolmentToken token{"secret_-9", std::string(64, 'a')};
  const auto back = parse_enrolment_token(token.text());
  ASSERT_TRUE(back);
  EXPECT_EQ(back->secret, token.secret);
  EXPECT_EQ(back->authority_sha256, token.authority_sha256);
}

TEST(EnrolmentTokenTest, OtherFormsAreRefused) {
  const std::string digest(64, 'a');
  for (const std::string& text : std::initializer_list<std::string>{
           "", ".", "..", "virga1", "virga1." + digest, "virga1.." + digest, "virga2.s." + digest,
           "virga1.s." + digest + "a", "virga1.s." + digest.substr(1), "virga1.s." + digest + "\n",
           "virga1.s." + std::string(64, 'g'), "virga1.s." + std::string(64, 'A'),
           "virga1.s.t." + digest.substr(2), " virga1.s." + digest})
    EXPECT_FALSE(parse_enrolment_token(text)) << text;
}

class EnrolmentTest : public testing::Test {
 protected:
  EnrolmentTest() { link_.add_routes(router_); }
  EnrolmentToken token(const std::string& host = "node1", TimeUs life = 3600 * kSecondUs) {
    return create_enrolment(db_, host, certificate_sha256(deps_.authority.certificate),
                            clock_.now_us(), life);
  }
  Reply enrol(const std::string& secret, const std::string& request) {
    return test::call(
        router_, "POST", "/agent/v1/enrol",
        json::serialize(json::object{{"secret", secret}, {"signing_request", request}}));
  }
  std::optional<model::Host> host(const std::string& certificate) {
    return db_.read([&](store::ReadTx& tx) {
      return store::hosts::find_certificate(tx, certificate_sha256(certificate));
    });
  }

  const test::TempDir dir_;
  store::Database db_{dir_.path("virga.db")};
  FakeClock clock_;
  std::unique_ptr<images::ImageStore> images_ =
      images::make_directory_image_store(dir_.path("images"));
  LinkDeps deps_{db_, clock_, *images_, make_authority("test")};
  AgentLink link_{deps_};
  HostAuthorizer authorizer_{db_};
  http::Router router_{authorizer_};
  const SigningRequest request_ = make_signing_request("node1");
};

TEST_F(EnrolmentTest, GivesAHostItsCertificateOnce) {
  const auto t = token();
  const Reply r = enrol(t.secret, request_.request);
  ASSERT_EQ(r.status, 200) << r.text;
  const json::value body = r.body();
  EXPECT_EQ(body.at("host_name"), "node1");
  EXPECT_EQ(certificate_sha256(std::string(body.at("authority").as_string())), t.authority_sha256);
  const auto made = host(std::string(body.at("certificate").as_string()));
  ASSERT_TRUE(made);
  EXPECT_EQ(made->id, body.at("host_id").as_string());
  EXPECT_EQ(made->number, 1);
  EXPECT_EQ(enrol(t.secret, request_.request).status, 401) << "a token works once";
}

TEST_F(EnrolmentTest, AnExpiredOrUnknownTokenIsRefused) {
  const auto t = token("node1", 10 * kSecondUs);
  clock_.advance_us(11 * kSecondUs);
  EXPECT_EQ(enrol(t.secret, request_.request).status, 401);
  EXPECT_EQ(enrol("guess", request_.request).status, 401);
  EXPECT_EQ(enrol("", request_.request).status, 400);
}

TEST_F(EnrolmentTest, TheSecretIsNotStored) {
  const auto t = token();
  db_.read([&](store::ReadTx& tx) {
    store::Rows rows = tx.query("SELECT token_hash FROM enrolments");
    ASSERT_TRUE(rows.next());
    EXPECT_EQ(rows.text(0), sha256_hex(t.secret));
  });
}

TEST_F(EnrolmentTest, ABrokenRequestDoesNotUseTheTokenUp) {
  const auto t = token();
  EXPECT_EQ(enrol(t.secret, "no request").status, 400);
  EXPECT_EQ(enrol(t.secret, request_.request).status, 200);
}

TEST_F(EnrolmentTest, ASecondEnrolmentReplacesTheCertificate) {
  const std::string first(
      enrol(token().secret, request_.request).body().at("certificate").as_string());
  const std::string second(
      enrol(token().secret, request_.request).body().at("certificate").as_string());
  EXPECT_FALSE(host(first)) << "the lost key counts no more";
  EXPECT_EQ(host(second)->name, "node1");
}

TEST_F(EnrolmentTest, NamesMustBeHostNames) {
  for (const std::string& name : std::initializer_list<std::string>{"", "-a", "a b", "a/b", "../x",
                                                                    "a\nb", std::string(254, 'a')})
    EXPECT_EQ(kind_of([&] { token(name); }), ErrorKind::invalid) << name;
  EXPECT_NO_THROW(token("node-1.rack2.example"));
}

TEST_F(EnrolmentTest, OtherRoutesNeedAHostsCertificate) {
  http::Request request;
  EXPECT_EQ(kind_of([&] { authorizer_.authorize(request, "agent:host"); }),
            ErrorKind::unauthorized);
  request.certificate_sha256 = std::string(64, 'a');
  EXPECT_EQ(kind_of([&] { authorizer_.authorize(request, "agent:host"); }),
            ErrorKind::unauthorized);
  const std::string pem(
      enrol(token().secret, request_.request).body().at("certificate").as_string());
  request.certificate_sha256 = certificate_sha256(pem);
  authorizer_.authorize(request, "agent:host");
  EXPECT_EQ(request.who().user_name, "node1");
  EXPECT_FALSE(authorizer_.knows("public"));
}

}  // namespace
}  // namespace virga::agent_link
