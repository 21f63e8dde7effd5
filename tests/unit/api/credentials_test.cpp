// SPDX-License-Identifier: Apache-2.0
// Credentials, sealed and owned; EC2 and S3 signatures; OAuth 1.0a signatures; client files.
#include "db/store/credentials.h"

#include "api/identity/src/aws_signature.h"
#include "api/identity/src/client_files.h"
#include "api/identity/src/oauth1_signature.h"
#include "api/identity/totp.h"
#include "common/file.h"
#include "tests/unit/api/catalog_fixture.h"

namespace virga::identity {
namespace {

using test::kind_of;

class CredentialsTest : public CatalogTest {
 protected:
  test::Reply post(const std::string& who, const json::object& in) {
    return as(who, "POST", "/credentials", json::object{{"credential", in}});
  }
  static json::object totp(const std::string& user) {
    return {{"user_id", user}, {"type", "totp"}, {"blob", "s3cret-blob"}};
  }
  static json::object ec2(const std::string& blob) {
    return {{"user_id", "u1"}, {"project_id", "p1"}, {"type", "ec2"}, {"blob", blob}};
  }
  std::string id_of(const test::Reply& r) {
    EXPECT_EQ(r.status, 201) << r.text;
    const json::value body = r.body();
    return std::string(body.at("credential").at("id").as_string());
  }
};

TEST_F(CredentialsTest, ABlobIsSealedInTheDatabaseAndOpenInTheApi) {
  const std::string id = id_of(post("member", totp("u1")));
  const auto row = db_.read([&](store::ReadTx& tx) { return store::credentials::find(tx, id); });
  ASSERT_TRUE(row);
  EXPECT_EQ(row->sealed_blob.find("s3cret"), std::string::npos);
  EXPECT_EQ(deps_.sealer.open(row->sealed_blob, "credential/" + id), "s3cret-blob");
  EXPECT_THROW(deps_.sealer.open(row->sealed_blob, "credential/other"), Error);
  const json::value shown = as("member", "GET", "/credentials/" + id).body();
  EXPECT_EQ(shown.at("credential").at("blob"), "s3cret-blob");
  EXPECT_EQ(shown.at("credential").at("project_id"), nullptr);
}

TEST_F(CredentialsTest, AUserReachesHisOwnOnly) {
  EXPECT_EQ(post("member", totp("u2")).status, 403);
  const std::string foreign = id_of(post("admin", totp("u2")));
  const std::string own = id_of(post("member", totp("u1")));
  for (const char* method : {"GET", "DELETE"})
    EXPECT_EQ(as("member", method, "/credentials/" + foreign).status, 403);
  EXPECT_EQ(as("member", "GET", "/credentials/missing").status, 403) << "as if it were another's";
  EXPECT_EQ(as("member", "GET", "/credentials").body().at("credentials").as_array().size(), 1U);
  EXPECT_EQ(
      as("member", "GET", "/credentials?user_id=u2").body().at("credentials").as_array().size(),
      0U);
  EXPECT_EQ(admin("GET", "/credentials").body().at("credentials").as_array().size(), 2U);
  EXPECT_EQ(
      admin("GET", "/credentials?user_id=u1&type=totp").body().at("credentials").as_array().size(),
      1U);
  EXPECT_EQ(as("member", "DELETE", "/credentials/" + own).status, 204);
}

TEST_F(CredentialsTest, AChangeReplacesTheBlobAndNothingElse) {
  const std::string path = "/credentials/" + id_of(post("member", totp("u1")));
  const auto patch = [&](const json::object& in) {
    return as("member", "PATCH", path, json::object{{"credential", in}}).status;
  };
  EXPECT_EQ(patch({{"blob", "new"}}), 200);
  EXPECT_EQ(patch({{"blob", "new"}, {"user_id", "u2"}}), 400);
  EXPECT_EQ(patch({{"blob", "new"}, {"project_id", "p2"}}), 400);
  EXPECT_EQ(patch({{"blob", "new"}, {"type", "ec2"}}), 400);
  EXPECT_EQ(patch({{"type", "totp"}}), 400);
  const json::value shown = as("member", "GET", path).body();
  EXPECT_EQ(shown.at("credential").at("blob"), "new");
  EXPECT_EQ(shown.at("credential").at("user_id"), "u1");
}

TEST_F(CredentialsTest, TheDelegationInAnEc2BlobCannotChange) {
  EXPECT_EQ(post("member", ec2("no json")).status, 400);
  EXPECT_EQ(post("member", ec2(R"({"secret": "s"})")).status, 400);
  auto without_project = ec2(R"({"access": "a", "secret": "s"})");
  without_project.erase("project_id");
  EXPECT_EQ(post("member", without_project).status, 400);
  const auto made = post("member", ec2(R"({"access": "a", "secret": "s"})"));
  EXPECT_EQ(id_of(made), sha256_hex("a"));
  EXPECT_EQ(post("member", ec2(R"({"access": "a", "secret": "s"})")).status, 409);
  const auto patch = [&](const char* blob) {
    return as("member", "PATCH", "/credentials/" + sha256_hex("a"),
              {{"credential", {{"blob", blob}}}})
        .status;
  };
  EXPECT_EQ(patch(R"({"access": "a", "secret": "t"})"), 200);
  EXPECT_EQ(patch(R"({"access": "a", "secret": "t", "trust_id": "x"})"), 400);
  EXPECT_EQ(patch(R"({"access": "a", "secret": "t", "app_cred_id": "x"})"), 400);
}

TEST_F(CredentialsTest, ADelegatedTokenReachesNone) {
  const std::string id = id_of(post("member", totp("u1")));
  write([&](WriteTx& tx) {
    model::Token token;
    token.hash = sha256_hex("by-ec2");
    token.user_id = "u1";
    token.project_id = "p1";
    token.methods = "ec2credential";
    token.expires_us = clock_.now_us() + kSecondUs;
    store::tokens::insert(tx, token);
  });
  EXPECT_EQ(as("by-ec2", "GET", "/credentials/" + id).status, 403);
  EXPECT_EQ(as("by-ec2", "DELETE", "/credentials/" + id).status, 403);
  EXPECT_EQ(post("by-ec2", totp("u1")).status, 403);
  EXPECT_EQ(as("by-ec2", "GET", "/credentials").body().at("credentials").as_array().size(), 0U);
  EXPECT_EQ(as("by-ec2", "GET", "/users/u1/credentials/OS-EC2").status, 403);
}

TEST_F(CredentialsTest, Ec2PairsAreMadeShownAndRemoved) {
  const std::string all = "/users/u1/credentials/OS-EC2";
  const auto r = as("member", "POST", all, {{"tenant_id", "p1"}});
  ASSERT_EQ(r.status, 201) << r.text;
  const json::value made = r.body().at("credential");
  const std::string one = all + "/" + std::string(made.at("access").as_string());
  EXPECT_EQ(as("member", "GET", one).body().at("credential"), made);
  EXPECT_EQ(as("member", "GET", all).body().at("credentials").as_array().size(), 1U);
  EXPECT_EQ(
      admin("GET", "/users/u2/credentials/OS-EC2/" + std::string(made.at("access").as_string()))
          .status,
      404);
  EXPECT_EQ(as("member", "POST", "/users/u2/credentials/OS-EC2", {{"tenant_id", "p1"}}).status,
            403);
  EXPECT_EQ(as("member", "POST", all, {{"tenant_id", "missing"}}).status, 404);
  EXPECT_EQ(as("member", "POST", all, json::object{}).status, 400);
  EXPECT_EQ(as("member", "DELETE", one).status, 204);
  EXPECT_EQ(as("member", "GET", one).status, 404);
}

TEST_F(CredentialsTest, Ec2TokensNeedAValidSignature) {
  id_of(post("member", ec2(R"({"access": "key", "secret": "hidden"})")));
  const auto ask = [&](const std::string& who, const std::string& signature) {
    return as(who, "POST", "/ec2tokens",
              {{"credentials",
                {{"access", "key"},
                 {"signature", signature},
                 {"verb", "GET"},
                 {"host", "ec2:8773"},
                 {"path", "/services/Cloud"},
                 {"params", {{"SignatureVersion", "2"}, {"Action", "List Users"}}}}}});
  };
  const std::string right =
      to_base64(hmac_sha256("hidden",
                            "GET\nec2:8773\n/services/Cloud\n"
                            "Action=List%20Users&SignatureMethod=HmacSHA256&SignatureVersion=2"));
  EXPECT_EQ(ask("admin", "wrong").status, 401);
  EXPECT_EQ(ask("admin", "").status, 401);
  EXPECT_EQ(ask("member", right).status, 403);
  const auto r = ask("admin", right);
  ASSERT_EQ(r.status, 200) << r.text;
  const auto caller = authorizer_.caller_of(r.header("X-Subject-Token"));
  ASSERT_TRUE(caller);
  EXPECT_EQ(caller->user_id, "u1");
  EXPECT_EQ(caller->methods, std::vector<std::string>{"ec2credential"});
  write([](WriteTx& tx) { store::users::set_enabled(tx, "u1", false); });
  EXPECT_EQ(ask("admin", right).status, 401);
}

TEST_F(CredentialsTest, AOneTimePasswordServesOnce) {
  const std::string secret = "12345678901234567890";
  json::object credential = totp("u1");
  credential["blob"] = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
  id_of(post("member", credential));
  const auto log_in = [&](std::int64_t period) {
    const json::object user{{"id", "u1"}, {"passcode", totp_passcode(secret, period)}};
    const json::object identity{{"methods", json::array{"totp"}}, {"totp", {{"user", user}}}};
    return as("", "POST", "/auth/tokens", {{"auth", {{"identity", identity}}}}).status;
  };
  const std::int64_t now = totp_period(clock_.now_us());
  EXPECT_EQ(log_in(now - 2), 401);
  EXPECT_EQ(log_in(now - 1), 201) << "a code may come a little late";
  EXPECT_EQ(log_in(now - 1), 401);
  EXPECT_EQ(log_in(now), 201);
  EXPECT_EQ(log_in(now), 401);
  clock_.advance_us(30 * kSecondUs);
  EXPECT_EQ(log_in(now), 401);
  EXPECT_EQ(log_in(now + 1), 201);
}

TEST(AwsSignature, Version4AgreesWithItsDocumentation) {
  // AWS General Reference, "Signature Version 4": GET of IAM's ListUsers.
  const json::object request{
      {"signature", "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"},
      {"verb", "GET"},
      {"host", "iam.amazonaws.com"},
      {"path", "/"},
      {"params", {{"Action", "ListUsers"}, {"Version", "2010-05-08"}}},
      {"headers",
       {{"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"},
        {"Host", "iam.amazonaws.com"},
        {"X-Amz-Date", "20150830T123600Z"},
        {"Authorization",
         "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, "
         "SignedHeaders=content-type;host;x-amz-date, Signature=0"}}},
      {"body_hash", sha256_hex("")}};
  EXPECT_TRUE(is_ec2_signed(request, "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"));
  EXPECT_FALSE(is_ec2_signed(request, "another"));
  auto other = request;
  other["path"] = "/other";
  EXPECT_FALSE(is_ec2_signed(other, "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"));
}

TEST(AwsSignature, OldAndUnknownVersionsAreRefused) {
  for (const char* version : {"0", "1", "3"}) {
    const json::object request{{"signature", "x"}, {"params", {{"SignatureVersion", version}}}};
    EXPECT_EQ(kind_of([&] { is_ec2_signed(request, "s"); }), ErrorKind::unauthorized) << version;
  }
}

TEST(AwsSignature, TheRequestsTimeMustBeNear) {
  const TimeUs now = 1'440'938'160 * kSecondUs;  // 2015-08-30T12:36:00Z
  const auto at = [](const char* time) {
    return json::object{{"headers", {{"X-Amz-Date", time}}}};
  };
  EXPECT_NO_THROW(require_recent(at("20150830T122101Z"), now));
  EXPECT_NO_THROW(require_recent({}, now));
  for (const char* time : {"20150830T122059Z", "20150830T125101Z", "yesterday", "20159930T122101Z"})
    EXPECT_EQ(kind_of([&] { require_recent(at(time), now); }), ErrorKind::unauthorized) << time;
}

TEST(OauthSignature, AgreesWithTheSpecificationsExample) {
  // OAuth Core 1.0a, appendix A.5.
  http::Request request;
  request.method = "GET";
  request.base_url = "http://photos.example.net";
  request.path = "/photos";
  request.query = {{"file", "vacation.jpg"}, {"size", "original"}};
  const std::string header =
      "OAuth realm=\"http://photos.example.net/\", oauth_consumer_key=\"dpf43f3p2l4k3l03\","
      " oauth_token=\"nnch734d00sl2jdk\", oauth_signature_method=\"HMAC-SHA1\","
      " oauth_timestamp=\"1191242096\", oauth_nonce=\"kllo9940pd9333jh\", oauth_version=\"1.0\","
      " oauth_signature=\"tR3%2BTy81lMeYAr%2FFid0kMTYa%2FWM%3D\"";
  request.headers = {{"authorization", header}};
  const OauthSecrets secrets{"kd94hf93k423kf44", "pfkkdhi9sl3r4s00"};
  const TimeUs now = 1'191'242'100 * kSecondUs;
  EXPECT_NO_THROW(require_oauth_signature(request, OauthParameters(request), secrets, now));
  EXPECT_EQ(kind_of([&] {
              require_oauth_signature(request, OauthParameters(request), {"x", "y"}, now);
            }),
            ErrorKind::unauthorized);
  EXPECT_EQ(kind_of([&] {
              require_oauth_signature(request, OauthParameters(request), secrets,
                                      now + 3600 * kSecondUs);
            }),
            ErrorKind::invalid);
  for (const char* bad :
       {"", "Basic abc", "OAuth a", "OAuth a=\"%zz\"", "OAuth a=\"1\", a=\"2\""}) {
    request.headers = {{"authorization", bad}};
    EXPECT_EQ(kind_of([&] { OauthParameters parameters(request); }), ErrorKind::invalid) << bad;
  }
}

TEST(Sealer, KeepsItsKeyInAPrivateFile) {
  const test::TempDir dir;
  const std::string path = dir.path("sealing.key");
  const std::string sealed = Sealer::with_key_file(path).seal("secret", "a");
  EXPECT_EQ(Sealer::with_key_file(path).open(sealed, "a"), "secret");
  EXPECT_THROW(Sealer::with_new_key().open(sealed, "a"), Error);
  EXPECT_THROW(Sealer::with_key_file(path).open("AAAA", "a"), Error);
  ASSERT_EQ(::chmod(path.c_str(), 0644), 0);
  EXPECT_EQ(kind_of([&] { Sealer::with_key_file(path); }), ErrorKind::invalid);
  write_file_atomic(path, "not a key", 0600);
  EXPECT_EQ(kind_of([&] { Sealer::with_key_file(path); }), ErrorKind::invalid);
}

TEST(ClientFiles, QuoteWhateverNamesHold) {
  const ClientIdentity who{.auth_url = "http://c/identity/v3",
                           .region = "RegionOne",
                           .user_name = "o'neil\"; rm -rf $HOME `x`\n\x7f",
                           .user_domain_name = "Default",
                           .project_id = "p1",
                           .project_name = "web: [1]",
                           .project_domain_name = "Default",
                           .application_credential_id = {}};
  const std::string yaml = clouds_yaml(who);
  EXPECT_NE(yaml.find(R"(username: "o'neil\"; rm -rf $HOME `x`\n\x7F")"), std::string::npos)
      << yaml;
  EXPECT_NE(yaml.find(R"(project_name: "web: [1]")"), std::string::npos);
  EXPECT_EQ(yaml.find("application_credential"), std::string::npos);
  const std::string rc = openrc(who);
  EXPECT_NE(rc.find("OS_USERNAME='o'\\''neil\"; rm -rf $HOME `x`\n"), std::string::npos) << rc;
}

}  // namespace
}  // namespace virga::identity
