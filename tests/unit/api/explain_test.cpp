// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/api/virga_fixture.h"

namespace virga::own {
namespace {

class ExplainTest : public VirgaTest {
 protected:
  json::object explain(const std::string& user, const std::string& id) {
    const test::Reply r = ask(user, "GET", "/servers/" + id + "/explain");
    EXPECT_EQ(r.status, 200) << r.text;
    return r.body().at("explain").as_object();
  }
};

TEST_F(ExplainTest, APlacedServerTellsItsHostToAdministratorsOnly) {
  add_host("h1");
  add_host("h2", 600);
  const std::string id = created();
  const json::object shown = explain("root", id);
  EXPECT_EQ(shown.at("decision").at("outcome"), "placed");
  EXPECT_EQ(shown.at("decision").at("host"), "name-of-h1");
  EXPECT_EQ(shown.at("decision").at("considered"), 2);
  EXPECT_EQ(shown.at("filters").at(2), json::value({{"name", "RamFilter"}, {"refused", 1}}));
  EXPECT_TRUE(shown.at("near_misses").as_array().empty());
  EXPECT_TRUE(shown.at("advice").as_array().empty());
  const std::string mine = json::serialize(explain("ann", id));
  EXPECT_EQ(mine.find("name-of-h1"), std::string::npos) << mine;
}

TEST_F(ExplainTest, WithoutAHostItNamesWhatWasNearAndWhatHelps) {
  add_host("h1", 600);
  const std::string id = created();
  const json::object shown = explain("root", id);
  EXPECT_EQ(shown.at("decision").at("outcome"), "no valid host");
  EXPECT_TRUE(shown.at("decision").at("host").is_null());
  EXPECT_EQ(shown.at("near_misses"), json::value(json::array{{{"filter", "RamFilter"},
                                                              {"reason", "lacks 936 MiB of memory"},
                                                              {"host", "name-of-h1"}}}));
  EXPECT_EQ(shown.at("advice").at(0),
            "Choose a flavor with less memory, or delete servers that use it.");
  EXPECT_EQ(shown.at("progress").at("status"), "ERROR");
  EXPECT_FALSE(explain("reader", id).at("near_misses").at(0).as_object().contains("host"));
}

TEST_F(ExplainTest, AServerFromBeforeDecisionsWereKeptSaysSo) {
  add_host("h1");
  const std::string id = created();
  db_.write([](WriteTx& tx) { tx.exec("DELETE FROM placement_decisions"); });
  const json::object shown = explain("ann", id);
  EXPECT_EQ(shown.at("decision").at("outcome"), "not recorded");
  EXPECT_TRUE(shown.at("filters").as_array().empty());
}

TEST_F(ExplainTest, ASilentHostIsAReason) {
  add_host("h1");
  const std::string id = created();
  clock_.advance_us(31 * kSecondUs);
  EXPECT_EQ(explain("ann", id).at("advice").as_array().size(), 1U);
}

TEST_F(ExplainTest, OthersServersAreNotThere) {
  add_host("h1");
  const std::string id = created();
  EXPECT_EQ(ask("bob", "GET", "/servers/" + id + "/explain").status, 404);
  EXPECT_EQ(ask("ann", "GET", "/servers/none/explain").status, 404);
}

TEST_F(ExplainTest, ADecisionGoesWithItsInstance) {
  add_host("h1");
  created();
  EXPECT_EQ(number("SELECT count(*) FROM placement_decisions"), 1);
  db_.write([](WriteTx& tx) {
    tx.exec("DELETE FROM allocations");
    tx.exec("DELETE FROM instances");
  });
  EXPECT_EQ(number("SELECT count(*) FROM placement_decisions"), 0);
}

}  // namespace
}  // namespace virga::own
