// SPDX-License-Identifier: Apache-2.0
// The record of changes and the access log.
#include "api/http/audit.h"

#include <sys/stat.h>

#include "api/http/access_log.h"
#include "tests/unit/api/api_call.h"

namespace virga::http {
namespace {

class AuditTest : public testing::Test {
 protected:
  AuditTest() {
    route_.pattern = "/svc/things/{id}";
    match_.asked = &route_;
    request_.method = "DELETE";
    request_.request_id = "req-1";
    request_.peer = "192.0.2.7";
    request_.params = {{"id", "th\"ing\n\xff"}};
    request_.headers = {{"user-agent", "curl\x1b[31m"}, {"x-auth-token", "SECRET-TOKEN"}};
    request_.body = "SECRET-BODY";
  }
  void add_caller() {
    auto caller = std::make_shared<Caller>();
    caller->user_id = "u1";
    caller->user_name = "ann";
    caller->project_id = "p1";
    caller->token_hash = "SECRET-HASH";
    caller->audit_id = "a1";
    caller->roles = {{"r1", "member"}};
    request_.caller = caller;
  }
  std::string text() { return read_file(file_).value_or(""); }
  void tell(int status) {
    AuditObserver(*sink_, clock_).decided({request_, match_, status, 0, 0, {}});
  }

  const test::TempDir dir_;
  const std::string file_ = dir_.path("audit.log");
  const FakeClock clock_;
  const std::unique_ptr<AuditSink> sink_ = make_audit_file(file_);
  Route route_;
  Match match_;
  Request request_;
};

TEST_F(AuditTest, AChangeLeavesOneLine) {
  add_caller();
  tell(204);
  const std::string line = text();
  EXPECT_EQ(std::count(line.begin(), line.end(), '\n'), 1);
  const auto e = json::parse(line);
  EXPECT_EQ(e.at("time"), "2023-11-14T22:13:20.000000Z");
  EXPECT_EQ(e.at("user_id"), "u1");
  EXPECT_EQ(e.at("project_id"), "p1");
  EXPECT_EQ(e.at("roles").at(0), "member");
  EXPECT_EQ(e.at("method"), "DELETE");
  EXPECT_EQ(e.at("route"), "/svc/things/{id}");
  EXPECT_EQ(e.at("parameters").at("id"), "th\"ing??");
  EXPECT_EQ(e.at("status"), 204);
  EXPECT_EQ(e.at("peer"), "192.0.2.7");
  EXPECT_EQ(e.at("user_agent"), "curl?[31m");
}

TEST_F(AuditTest, RefusalsAreRecordedReadingIsNot) {
  tell(401);
  EXPECT_EQ(json::parse(text()).at("status"), 401);
  const std::size_t size = text().size();
  request_.method = "GET";
  tell(200);
  request_.method = "POST";
  match_.asked = nullptr;  // no such route: nothing was asked for
  tell(404);
  EXPECT_EQ(text().size(), size);
}

TEST_F(AuditTest, SecretsAreNotWritten) {
  add_caller();
  tell(201);
  EXPECT_EQ(text().find("SECRET"), std::string::npos) << text();
}

TEST_F(AuditTest, ALoginTellsWhoItClaimedToBe) {
  request_.method = "POST";
  request_.audit.user = "mallory";
  request_.audit.user_domain = "default";
  tell(401);
  EXPECT_EQ(json::parse(text()).at("user_name"), "mallory");
}

TEST_F(AuditTest, TheFileIsForItsOwnerOnlyAndGrows) {
  tell(200);
  struct stat facts {};
  ASSERT_EQ(::stat(file_.c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777U, 0600U);
  const auto again = make_audit_file(file_);
  AuditObserver(*again, clock_).decided({request_, match_, 201, 0, 0, {}});
  const std::string all = text();
  EXPECT_EQ(std::count(all.begin(), all.end(), '\n'), 2);
}

TEST_F(AuditTest, TheAccessLogHasALineForEachAnswer) {
  add_caller();
  request_.method = "GET";
  LogFile file(dir_.path("access.log"));
  AccessLog log(file, clock_);
  log.answered({request_, match_, 200, 5, 70, std::chrono::microseconds(123)});
  match_.asked = nullptr;
  log.answered({request_, match_, 404, 0, 0, std::chrono::microseconds(1)});
  file.flush();
  const std::string all = read_file(dir_.path("access.log")).value_or("");
  ASSERT_EQ(std::count(all.begin(), all.end(), '\n'), 2) << all;
  const auto e = json::parse(all.substr(0, all.find('\n')));
  EXPECT_EQ(e.at("route"), "/svc/things/{id}");
  EXPECT_EQ(e.at("us"), 123);
  EXPECT_EQ(e.at("sent"), 70);
  EXPECT_EQ(all.find("SECRET"), std::string::npos);
}

TEST(LogFileTest, ARoundIsKeptAndNoMore) {
  const test::TempDir dir;
  LogFile file(dir.path("x.log"), 100);
  for (int n = 0; n < 5; ++n) {
    file.append(std::string(60, static_cast<char>('a' + n)));
    file.flush();
  }
  EXPECT_EQ(read_file(dir.path("x.log")).value_or(""), std::string(60, 'e') + "\n");
  EXPECT_EQ(read_file(dir.path("x.log.1")).value_or(""), std::string(60, 'd') + "\n");
}

}  // namespace
}  // namespace virga::http
