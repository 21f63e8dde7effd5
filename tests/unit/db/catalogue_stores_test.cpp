// SPDX-License-Identifier: Apache-2.0
// Flavors and key pairs.
#include "db/store/domains.h"
#include "db/store/flavors.h"
#include "db/store/keypairs.h"
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
