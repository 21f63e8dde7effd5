// SPDX-License-Identifier: Apache-2.0
// Flavors and key pairs.
#include "db/store/domains.h"
#include "db/store/flavors.h"
#include "db/store/keypairs.h"
#include "db/store/quotas.h"
#include "db/store/users.h"
#include "tests/unit/db/store_fixture.h"

namespace virga::store {
namespace {

using FlavorStore = StoreTest;

model::Flavor flavor_row(const std::string& id, std::int64_t memory) {
  return {id, "name-of-" + id, 2, memory, 10, 1, 512, true, "text", 77};
}

TEST_F(FlavorStore, KeepsEveryColumnAndListsBySize) {
  db_.write([](WriteTx& tx) {
    flavors::insert(tx, flavor_row("big", 4096));
    flavors::insert(tx, flavor_row("small", 512));
  });
  db_.read([](ReadTx& tx) {
    const auto f = flavors::find(tx, "big").value();
    EXPECT_EQ(f.name, "name-of-big");
    EXPECT_EQ(f.vcpus, 2);
    EXPECT_EQ(f.memory_mib, 4096);
    EXPECT_EQ(f.disk_gib, 10);
    EXPECT_EQ(f.ephemeral_gib, 1);
    EXPECT_EQ(f.swap_mib, 512);
    EXPECT_TRUE(f.is_public);
    EXPECT_EQ(f.created_us, 77);
    EXPECT_EQ(flavors::list(tx)[0].id, "small");
  });
}

TEST_F(FlavorStore, SaysWhetherTheIdOrTheNameIsTaken) {
  db_.write([](WriteTx& tx) { flavors::insert(tx, flavor_row("a", 1)); });
  auto twin = flavor_row("b", 1);
  twin.name = "name-of-a";
  EXPECT_EQ(test::message_of([&] { db_.write([&](WriteTx& tx) { flavors::insert(tx, twin); }); }),
            "Flavor with name name-of-a already exists.");
  twin = flavor_row("a", 1);
  twin.name = "other";
  EXPECT_EQ(test::message_of([&] { db_.write([&](WriteTx& tx) { flavors::insert(tx, twin); }); }),
            "Flavor with ID a already exists.");
}

TEST_F(FlavorStore, IsErasedOnce) {
  db_.write([](WriteTx& tx) { flavors::insert(tx, flavor_row("a", 1)); });
  const auto erase = [&] { return db_.write([](WriteTx& tx) { return flavors::erase(tx, "a"); }); };
  EXPECT_TRUE(erase());
  EXPECT_FALSE(erase());
}

TEST_F(FlavorStore, KeepsExtraSpecsWithIt) {
  db_.write([](WriteTx& tx) {
    auto flavor = flavor_row("a", 1);
    flavor.extra_specs = {{"k", "v"}};
    flavors::insert(tx, flavor);
    flavors::set_extra_spec(tx, "a", "k", "new");
    flavors::set_extra_spec(tx, "a", "l", "w");
    EXPECT_TRUE(flavors::erase_extra_spec(tx, "a", "l"));
    EXPECT_FALSE(flavors::erase_extra_spec(tx, "a", "l"));
    EXPECT_EQ(flavors::find(tx, "a")->extra_specs,
              (std::map<std::string, std::string>{{"k", "new"}}));
    EXPECT_TRUE(flavors::erase(tx, "a")) << "with its extra specs";
  });
}

TEST_F(FlavorStore, ShowsPrivateOnesToTheProjectsThatHaveThem) {
  db_.write([](WriteTx& tx) {
    auto hidden = flavor_row("hidden", 1);
    hidden.is_public = false;
    flavors::insert(tx, hidden);
    flavors::insert(tx, flavor_row("open", 2));
    EXPECT_TRUE(flavors::add_access(tx, "hidden", "p1"));
    EXPECT_FALSE(flavors::add_access(tx, "hidden", "p1"));
    EXPECT_TRUE(flavors::find_visible(tx, "hidden", "p1"));
    EXPECT_FALSE(flavors::find_visible(tx, "hidden", "p2"));
    EXPECT_EQ(flavors::list_visible(tx, "p1").size(), 2U);
    EXPECT_EQ(flavors::list_visible(tx, "p2").size(), 1U);
    EXPECT_EQ(flavors::list_access(tx, "hidden"), std::vector<std::string>{"p1"});
    EXPECT_TRUE(flavors::remove_access(tx, "hidden", "p1"));
    EXPECT_FALSE(flavors::remove_access(tx, "hidden", "p1"));
    EXPECT_EQ(flavors::find(tx, "hidden")->number, 1);
    EXPECT_EQ(flavors::find(tx, "open")->number, 2);
  });
}

TEST(QuotaStore, UsersLimitsStandBesideTheProjects) {
  const test::TempDir dir;
  Database db(dir.path("virga.db"));
  db.write([](WriteTx& tx) {
    quotas::set(tx, "p", "", "cores", 9);
    quotas::set(tx, "p", "", "cores", 10);
    quotas::set(tx, "p", "u1", "cores", 3);
    quotas::set(tx, "p", "u2", "cores", 4);
    quotas::set(tx, "other", "", "cores", 1);
    EXPECT_EQ(quotas::list(tx, "p"), (quotas::Limits{{"cores", 10}}));
    EXPECT_EQ(quotas::list(tx, "p", "u1"), (quotas::Limits{{"cores", 3}}));
    EXPECT_EQ(quotas::sum_of_users(tx, "p"), (quotas::Limits{{"cores", 7}}));
    quotas::erase(tx, "p", "u1");
    EXPECT_EQ(quotas::sum_of_users(tx, "p"), (quotas::Limits{{"cores", 4}}));
    quotas::erase(tx, "p", "");
    EXPECT_TRUE(quotas::list(tx, "p").empty());
    EXPECT_TRUE(quotas::sum_of_users(tx, "p").empty());
    EXPECT_FALSE(quotas::list(tx, "other").empty());
    quotas::set_class(tx, "c", "ram", 1);
    quotas::set_class(tx, "c", "ram", 2);
    EXPECT_EQ(quotas::list_class(tx, "c"), (quotas::Limits{{"ram", 2}}));
  });
}

class KeypairStore : public StoreTest {
 protected:
  KeypairStore() {
    db_.write([](WriteTx& tx) {
      domains::insert(tx, model::Domain{"d", "d", "", true});
      users::insert(tx, model::User{"u1", "d", "u1", "", true});
      users::insert(tx, model::User{"u2", "d", "u2", "", true});
    });
  }
  void add(const std::string& user, const std::string& name) {
    db_.write([&](WriteTx& tx) {
      keypairs::insert(tx, {user, name, "ssh", "key of " + user, "aa:bb", 5});
    });
  }
};

TEST_F(KeypairStore, BelongsToItsUser) {
  add("u1", "b");
  add("u1", "a");
  add("u2", "a");
  db_.read([](ReadTx& tx) {
    EXPECT_EQ(keypairs::find(tx, "u1", "a")->public_key, "key of u1");
    EXPECT_EQ(keypairs::find(tx, "u2", "a")->public_key, "key of u2");
    EXPECT_FALSE(keypairs::find(tx, "u2", "b"));
    ASSERT_EQ(keypairs::list(tx, "u1").size(), 2U);
    EXPECT_EQ(keypairs::list(tx, "u1")[0].name, "a");
  });
}

TEST_F(KeypairStore, RefusesASecondKeyWithTheSameName) {
  add("u1", "a");
  EXPECT_EQ(kind_of([&] { add("u1", "a"); }), ErrorKind::conflict);
  EXPECT_EQ(kind_of([&] { add("nobody", "a"); }), ErrorKind::conflict);
}

TEST_F(KeypairStore, IsErasedOnlyByItsUser) {
  add("u1", "a");
  const auto erase = [&](const std::string& user) {
    return db_.write([&](WriteTx& tx) { return keypairs::erase(tx, user, "a"); });
  };
  EXPECT_FALSE(erase("u2"));
  EXPECT_TRUE(erase("u1"));
  EXPECT_FALSE(erase("u1"));
}

}  // namespace
}  // namespace virga::store
