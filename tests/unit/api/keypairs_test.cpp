// SPDX-License-Identifier: Apache-2.0
// Key pairs at each microversion.
#include "api/compute/src/x509_key.h"
#include "common/file.h"
#include "common/hash.h"
#include "common/subprocess.h"
#include "db/store/quotas.h"
#include "tests/unit/api/compute_fixture.h"

namespace virga::compute {
namespace {

constexpr const char* kKey =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDqGI1hk2s75EX0RuE4FzRzPgEcEOnKfrtHxM4rFl14n user@ex";

class Keypairs : public test::ComputeTest {
 protected:
  test::Reply make(int minor, json::object in, const std::string& user = "ann") {
    return at(minor, user, "POST", "/os-keypairs", json::object{{"keypair", std::move(in)}});
  }
  test::Reply give(const std::string& name, const std::string& user = "ann", int minor = 2) {
    return make(minor, {{"name", name}, {"public_key", kKey}}, user);
  }
  json::object shown(int minor, const std::string& name) {
    const auto reply = at(minor, "ann", "GET", "/os-keypairs/" + name);
    EXPECT_EQ(reply.status, 200) << reply.text;
    return reply.body().at("keypair").as_object();
  }
};

TEST_F(Keypairs, CodesAndMembersFollowTheMicroversion) {
  const auto first = give("a", "ann", 1);
  EXPECT_EQ(first.status, 200);
  EXPECT_FALSE(first.body().at("keypair").as_object().contains("type"));
  EXPECT_EQ(first.body().at("keypair").at("user_id"), "user-ann");
  const auto second = give("b", "ann", 2);
  EXPECT_EQ(second.status, 201);
  EXPECT_EQ(second.body().at("keypair").at("type"), "ssh");
  EXPECT_FALSE(second.body().at("keypair").as_object().contains("private_key"));
  EXPECT_FALSE(shown(1, "a").contains("type"));
  const auto whole = shown(2, "a");
  EXPECT_EQ(whole.at("type"), "ssh");
  EXPECT_EQ(whole.at("id"), 1);
  EXPECT_EQ(whole.at("deleted"), false);
  EXPECT_TRUE(whole.at("updated_at").is_null());
  EXPECT_EQ(shown(2, "b").at("id"), 2);
  EXPECT_EQ(status_at(1, "ann", "DELETE", "/os-keypairs/a"), 202);
  EXPECT_EQ(status_at(2, "ann", "DELETE", "/os-keypairs/b"), 204);
  EXPECT_EQ(status_at(2, "ann", "DELETE", "/os-keypairs/b"), 404);
}

TEST_F(Keypairs, AreGeneratedUpTo291) {
  const auto made = make(91, {{"name", "k"}});
  ASSERT_EQ(made.status, 201) << made.text;
  EXPECT_TRUE(
      made.body().at("keypair").at("private_key").as_string().starts_with("-----BEGIN RSA"));
  EXPECT_FALSE(shown(91, "k").contains("private_key"));
  EXPECT_EQ(make(91, {{"name", "k"}}).status, 409);
  EXPECT_EQ(make(92, {{"name", "other"}}).status, 400);
}

TEST_F(Keypairs, NamesAreWhatTheMicroversionAllows) {
  for (const char* bad : {"", " a", "a ", "a/b", "key_/.\\@:", "ü", "a:b"})
    EXPECT_EQ(give(bad, "ann", 92).status, 400) << bad;
  EXPECT_EQ(give(std::string(256, 'n')).status, 400);
  EXPECT_EQ(give(std::string(255, 'n')).status, 201);
  EXPECT_EQ(give("me@home.x", "ann", 91).status, 400);
  EXPECT_EQ(give("me@home.x", "ann", 92).status, 201);
  EXPECT_EQ(give("a-b_c 1", "ann", 2).status, 201);
}

TEST_F(Keypairs, BodiesAreChecked) {
  for (const json::object& bad : std::initializer_list<json::object>{
           {{"name", "k"}, {"public_key", nullptr}},
           {{"name", "k"}, {"public_key", ""}},
           {{"name", "k"}, {"public_key", " "}},
           {{"name", "k"}, {"public_key", "ssh-rsa JUNK nova@ubuntu"}},
           {{"name", "k"}, {"public_key", "ssh-rsa " + std::string(2048, 'A') + " x"}},
           {{"name", "k"}, {"public_key", kKey}, {"type", "pgp"}},
           {{"name", "k"}, {"public_key", kKey}, {"type", nullptr}},
           {{"name", "k"}, {"public_key", kKey}, {"type", "x509"}},
           {{"name", "k"}, {"public_key", kKey}, {"user_id", 1}},
           {{"name", "k"}, {"public_key", kKey}, {"unknown", "x"}},
           {{"name", 1}, {"public_key", kKey}},
           {{"public_key", kKey}}})
    EXPECT_EQ(make(10, bad).status, 400) << json::serialize(bad);
  EXPECT_EQ(make(1, {{"name", "k"}, {"public_key", kKey}, {"type", "ssh"}}).status, 400);
  EXPECT_EQ(make(9, {{"name", "k"}, {"public_key", kKey}, {"user_id", "user-ann"}}).status, 400);
  EXPECT_EQ(number("SELECT count(*) FROM keypairs"), 0);
}

TEST_F(Keypairs, AdministratorsCareForThoseOfOthersFrom210On) {
  const json::object anns{{"name", "k"}, {"public_key", kKey}, {"user_id", "user-ann"}};
  EXPECT_EQ(make(10, anns, "bob").status, 403);
  EXPECT_EQ(make(10, anns, "root").status, 201);
  EXPECT_EQ(make(10, {{"name", "k"}, {"public_key", kKey}, {"user_id", "nobody"}}, "root").status,
            400);
  const std::string one = "/os-keypairs/k?user_id=user-ann";
  EXPECT_EQ(status_at(9, "root", "GET", one), 404) << "was not known then";
  EXPECT_EQ(status_at(10, "root", "GET", one), 200);
  EXPECT_EQ(status_at(10, "bob", "GET", one), 403);
  EXPECT_EQ(status_at(10, "bob", "GET", "/os-keypairs?user_id=user-ann"), 403);
  EXPECT_EQ(at(10, "root", "GET", "/os-keypairs?user_id=user-ann")
                .body()
                .at("keypairs")
                .as_array()
                .size(),
            1U);
  EXPECT_EQ(status_at(10, "bob", "DELETE", one), 403);
  EXPECT_EQ(status_at(10, "root", "DELETE", one), 204);
}

TEST_F(Keypairs, ListsHavePagesFrom235On) {
  for (const char* name : {"c", "a", "b"}) give(name);
  const auto names = [&](int minor, const std::string& query) {
    const auto reply = at(minor, "ann", "GET", "/os-keypairs" + query);
    EXPECT_EQ(reply.status, 200) << reply.text;
    std::string all;
    const json::value body = reply.body();
    for (const auto& k : body.at("keypairs").as_array())
      all += std::string(k.at("keypair").at("name").as_string());
    return all + (body.as_object().contains("keypairs_links") ? "+" : "");
  };
  EXPECT_EQ(names(34, "?limit=1"), "abc");
  EXPECT_EQ(names(35, ""), "abc");
  EXPECT_EQ(names(35, "?limit=2"), "ab+");
  EXPECT_EQ(names(35, "?limit=2&marker=b"), "c");
  EXPECT_EQ(names(35, "?limit=0"), "");
  EXPECT_EQ(
      at(35, "ann", "GET", "/os-keypairs?limit=2").body().at("keypairs_links").at(0).at("href"),
      "http://cloud:8774/compute/v2.1/os-keypairs?limit=2&marker=b");
  EXPECT_EQ(status_at(35, "ann", "GET", "/os-keypairs?marker=none"), 400);
  EXPECT_EQ(status_at(35, "ann", "GET", "/os-keypairs?limit=-1"), 400);
  EXPECT_EQ(status_at(74, "ann", "GET", "/os-keypairs?x=1"), 200);
  EXPECT_EQ(status_at(75, "ann", "GET", "/os-keypairs?x=1"), 400);
  EXPECT_EQ(status_at(75, "ann", "GET", "/os-keypairs/a?limit=1"), 400);
}

TEST_F(Keypairs, AUserHasSoManyAsTheQuotaSays) {
  db_.write([](test::WriteTx& tx) { store::quotas::set(tx, "p1", "", "key_pairs", 1); });
  EXPECT_EQ(give("a").status, 201);
  const auto over = give("b");
  EXPECT_EQ(over.status, 403);
  EXPECT_NE(over.text.find("Quota exceeded, too many key pairs."), std::string::npos);
  EXPECT_EQ(give("a", "bob").status, 201) << "another user";
  EXPECT_EQ(make(2, {{"name", "c"}}).status, 403) << "nothing is generated for nothing";
}

TEST_F(Keypairs, CertificatesAreMadeAndTakenBack) {
  const auto made = make(2, {{"name", "win"}, {"type", "x509"}});
  ASSERT_EQ(made.status, 201) << made.text;
  const auto k = made.body().at("keypair").as_object();
  EXPECT_EQ(k.at("type"), "x509");
  const std::string certificate(k.at("public_key").as_string());
  EXPECT_TRUE(certificate.starts_with("-----BEGIN CERTIFICATE-----"));
  EXPECT_EQ(k.at("fingerprint").as_string().size(), 59U) << "SHA-1";
  const auto again = make(2, {{"name", "same"}, {"type", "x509"}, {"public_key", certificate}});
  ASSERT_EQ(again.status, 201) << again.text;
  EXPECT_EQ(again.body().at("keypair").at("fingerprint"), k.at("fingerprint"));
}

TEST(X509Key, OpensslReadsWhatIsGenerated) {
  if (!std::filesystem::exists("/usr/bin/openssl")) GTEST_SKIP() << "openssl is not here";
  const test::TempDir dir;
  const GeneratedKey made = generate_x509_key("user-1");
  write_file_atomic(dir.path("pem"), made.public_key);
  write_file_atomic(dir.path("p12"), from_base64(made.private_key).value());
  const std::string text = run_checked(
      {.argv = {"/usr/bin/openssl", "x509", "-in", dir.path("pem"), "-noout", "-text"}});
  EXPECT_NE(text.find("Subject: CN = user-1"), std::string::npos) << text;
  EXPECT_NE(text.find("TLS Web Client Authentication"), std::string::npos);
  EXPECT_NE(text.find("othername: UPN::user-1@localhost"), std::string::npos);
  const std::string key = run_checked({.argv = {"/usr/bin/openssl", "pkcs12", "-in",
                                                dir.path("p12"), "-passin", "pass:", "-nodes"}});
  EXPECT_NE(key.find("PRIVATE KEY"), std::string::npos);
}

TEST(X509Key, OtherTextsAreNoCertificates) {
  for (const char* bad : {"", "x", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"})
    EXPECT_EQ(test::kind_of([&] { x509_fingerprint(bad); }), ErrorKind::invalid) << bad;
}

}  // namespace
}  // namespace virga::compute
