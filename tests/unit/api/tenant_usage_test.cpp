// SPDX-License-Identifier: Apache-2.0
// Usage of projects over a time, and the log of its audits.
#include "api/compute/src/naive_time.h"
#include "tests/unit/api/compute_fixture.h"

namespace virga::compute {
namespace {

constexpr TimeUs kHour = 3600 * kSecondUs;

class TenantUsage : public test::ComputeTest {
 protected:
  TenantUsage() {
    begin_ = clock_.now_us();
    add("a1", "p1", 0, 0);    // runs from the start on
    add("b1", "p1", 2, 3);    // ran for an hour
    add("c1", "p2", 4, 0);    // in another project
    add("d1", "p2", -9, -8);  // before
    clock_.advance_us(5 * kHour);
  }
  /// From one hour to another one of the test's time; 0: it did not end.
  void add(const std::string& id, const std::string& project, int launched, int ended) {
    db_.write([&](test::WriteTx& tx) {
      model::Instance i;
      i.id = id;
      i.project_id = project;
      i.name = "name-of-" + id;
      i.flavor_name = "m1.small";
      i.vcpus = 2;
      i.memory_mib = 512;
      i.disk_gib = 10;
      i.ephemeral_gib = 5;
      i.launched_us = begin_ + launched * kHour;
      i.terminated_us = ended == 0 ? 0 : begin_ + ended * kHour;
      i.deleted_us = i.terminated_us;
      i.observed_generation = i.observed_run_epoch = 1;
      i.power = model::PowerState::running;
      store::instances::insert(tx, i);
    });
  }
  std::string window(int from, int to) const {
    return "?start=" + format_naive(begin_ + from * kHour) +
           "&end=" + format_naive(begin_ + to * kHour);
  }
  json::value list(const std::string& query, int minor = 1) {
    const auto reply = at(minor, "root", "GET", "/os-simple-tenant-usage" + query);
    EXPECT_EQ(reply.status, 200) << reply.text;
    return reply.body();
  }
  TimeUs begin_ = 0;
};

TEST_F(TenantUsage, SumsWhatRanInTheTime) {
  const auto usages = list(window(1, 5)).at("tenant_usages").as_array();
  ASSERT_EQ(usages.size(), 2U);
  const json::value& first = usages[0];
  EXPECT_EQ(first.at("tenant_id"), "p1");
  EXPECT_EQ(first.at("total_hours"), 5.0) << "four and one";
  EXPECT_EQ(first.at("total_vcpus_usage"), 10.0);
  EXPECT_EQ(first.at("total_memory_mb_usage"), 2560.0);
  EXPECT_EQ(first.at("total_local_gb_usage"), 75.0);
  EXPECT_EQ(std::string(first.at("start").as_string()), format_naive(begin_ + kHour));
  EXPECT_FALSE(first.as_object().contains("server_usages"));
  EXPECT_EQ(usages[1].at("total_hours"), 1.0);
}

TEST_F(TenantUsage, ShowsEachServer) {
  const auto usage = as("ann", "GET", "/os-simple-tenant-usage/p1" + window(0, 9)).body();
  const auto servers = usage.at("tenant_usage").at("server_usages").as_array();
  ASSERT_EQ(servers.size(), 2U);
  EXPECT_EQ(std::string(usage.at("tenant_usage").at("stop").as_string()),
            format_naive(clock_.now_us()))
      << "not tomorrow";
  EXPECT_EQ(servers[0].at("instance_id"), "a1");
  EXPECT_EQ(servers[0].at("state"), "active");
  EXPECT_TRUE(servers[0].at("ended_at").is_null());
  EXPECT_EQ(servers[0].at("uptime"), 5 * 3600);
  EXPECT_EQ(servers[0].at("hours"), 5.0);
  EXPECT_EQ(servers[0].at("local_gb"), 15);
  EXPECT_EQ(servers[0].at("flavor"), "m1.small");
  EXPECT_EQ(servers[1].at("state"), "terminated");
  EXPECT_EQ(servers[1].at("uptime"), 3600);
  EXPECT_EQ(std::string(servers[1].at("ended_at").as_string()), format_naive(begin_ + 3 * kHour));
  const auto detailed = list(window(0, 9) + "&detailed=1");
  EXPECT_EQ(detailed.at("tenant_usages").at(0).at("server_usages"), json::value(servers));
}

TEST_F(TenantUsage, IsForReadersOfTheProjectAndAdministrators) {
  EXPECT_EQ(as("reader", "GET", "/os-simple-tenant-usage/p1").status, 200);
  EXPECT_EQ(as("bob", "GET", "/os-simple-tenant-usage/p1").status, 403);
  EXPECT_EQ(as("root", "GET", "/os-simple-tenant-usage/p1").status, 200);
  EXPECT_EQ(as("ann", "GET", "/os-simple-tenant-usage").status, 403);
  EXPECT_EQ(as("root", "GET", "/os-simple-tenant-usage/none" + window(0, 1)).text,
            R"({"tenant_usage":{}})");
  EXPECT_EQ(as("root", "GET", "/os-simple-tenant-usage/" + window(0, 1)).status, 404);
}

TEST_F(TenantUsage, HasPagesFrom240On) {
  EXPECT_EQ(list(window(0, 5) + "&limit=1").at("tenant_usages").as_array().size(), 2U);
  const auto page = list(window(0, 5) + "&limit=1", 40);
  EXPECT_EQ(page.at("tenant_usages").as_array().size(), 1U);
  const std::string next(page.at("tenant_usages_links").at(0).at("href").as_string());
  EXPECT_TRUE(next.ends_with("&limit=1&marker=a1")) << next;
  const auto second = list(window(0, 5) + "&limit=9&marker=b1", 40);
  EXPECT_EQ(second.at("tenant_usages").at(0).at("tenant_id"), "p2");
  EXPECT_FALSE(second.as_object().contains("tenant_usages_links"));
  const auto one = at(40, "ann", "GET", "/os-simple-tenant-usage/p1" + window(0, 5) + "&limit=2");
  EXPECT_TRUE(one.body().as_object().contains("tenant_usage_links")) << one.text;
  EXPECT_EQ(status_at(40, "root", "GET", "/os-simple-tenant-usage?marker=none"), 400);
  EXPECT_EQ(status_at(75, "root", "GET", "/os-simple-tenant-usage?x=1"), 400);
}

TEST_F(TenantUsage, TimesHaveTheirForms) {
  for (const char* bad :
       {"?start=x", "?end=2013-01-01", "?start=2013-13-01T00:00:00", "?start=2013-01-01 00:00:00",
        "?start=2013-01-01T00:00:00Z", "?start=2013-01-02T00:00:00&end=2013-01-01T00:00:00",
        "?start=2013-01-01T00:00:00&end=2013-01-01T00:00:00"})
    EXPECT_EQ(as("root", "GET", std::string("/os-simple-tenant-usage") + bad).status, 400) << bad;
  for (const char* good : {"?start=2013-01-01T00:00:00", "?start=2013-01-01T00:00:00.5",
                           "?start=2013-01-01 00:00:00.000001", "?start=&end=", ""})
    EXPECT_EQ(as("root", "GET", std::string("/os-simple-tenant-usage") + good).status, 200) << good;
}

TEST_F(TenantUsage, TheAuditLogKnowsTheHosts) {
  add_host("h1");
  const std::string path = "/os-instance_usage_audit_log";
  const auto log = as("root", "GET", path).body().at("instance_usage_audit_logs");
  EXPECT_EQ(log.at("period_beginning"), "2023-10-01 00:00:00");
  EXPECT_EQ(log.at("period_ending"), "2023-11-01 00:00:00");
  EXPECT_EQ(log.at("hosts_not_run"), json::array{"name-of-h1"});
  EXPECT_EQ(log.at("overall_status"), "0 of 1 hosts done. 0 errors.");
  const auto before = as("root", "GET", path + "/2013-01-01%2000:00:00");
  ASSERT_EQ(before.status, 200) << before.text;
  EXPECT_EQ(before.body().at("instance_usage_audit_log").at("period_ending"),
            "2012-12-01 00:00:00");
  EXPECT_EQ(as("root", "GET", path + "/2013-01-01%2000:00:00.5").status, 200);
  EXPECT_EQ(as("root", "GET", path + "/2013-01-01").status, 400);
  EXPECT_EQ(as("ann", "GET", path).status, 403);
}

TEST(NaiveTime, IsRead) {
  EXPECT_EQ(parse_naive("1970-01-02T00:00:01", 'T', Fraction::absent), 86401 * kSecondUs);
  EXPECT_EQ(parse_naive("1970-1-1 0:0:0.25", ' ', Fraction::present), 250'000);
  EXPECT_EQ(parse_naive("1970-01-01T00:00:00.", 'T', Fraction::present), std::nullopt);
  EXPECT_EQ(parse_naive("1970-01-01T00:00:00.1234567", 'T', Fraction::present), std::nullopt);
  EXPECT_EQ(parse_naive("1970-02-30T00:00:00", 'T', Fraction::absent), std::nullopt);
  EXPECT_EQ(parse_naive("0000-01-01T00:00:00", 'T', Fraction::absent), std::nullopt);
}

}  // namespace
}  // namespace virga::compute
