// SPDX-License-Identifier: Apache-2.0
#include "db/store/console_tokens.h"

#include "db/store/hosts.h"
#include "db/store/instances.h"
#include "tests/unit/db/store_fixture.h"

namespace virga::store {
namespace {

class ConsoleTokenStore : public StoreTest {
 protected:
  ConsoleTokenStore() {
    db_.write([&](WriteTx& tx) {
      hosts::insert(tx, host_row("h1"));
      instances::insert(tx, instance_);
    });
  }
  model::ConsoleToken token(const std::string& hash, TimeUs expires = 100) {
    return {hash, instance_.id, model::ConsoleKind::serial, 7, "u1", "p1", expires};
  }
  void insert(const model::ConsoleToken& t) {
    db_.write([&](WriteTx& tx) { console_tokens::insert(tx, t); });
  }
  std::optional<model::ConsoleToken> take(const std::string& hash, TimeUs now) {
    return db_.write([&](WriteTx& tx) { return console_tokens::take(tx, hash, now); });
  }
  bool has(const std::string& hash, TimeUs now = 0) {
    return db_.read([&](ReadTx& tx) { return console_tokens::find(tx, hash, now).has_value(); });
  }

  const model::Instance instance_ = instance_row();
};

TEST_F(ConsoleTokenStore, KeepsEveryColumnAndIsTakenOnce) {
  insert(token("a"));
  EXPECT_TRUE(has("a", 99));
  const auto t = take("a", 99).value();
  EXPECT_EQ(t.hash, "a");
  EXPECT_EQ(t.instance_id, instance_.id);
  EXPECT_EQ(t.kind, model::ConsoleKind::serial);
  EXPECT_EQ(t.run_epoch, 7);
  EXPECT_EQ(t.user_id, "u1");
  EXPECT_EQ(t.project_id, "p1");
  EXPECT_EQ(t.expires_us, 100);
  EXPECT_FALSE(take("a", 99));
  EXPECT_FALSE(has("a"));
}

TEST_F(ConsoleTokenStore, ExpiredOnesAreOfNoUseAndGo) {
  insert(token("old", 100));
  insert(token("new", 101));
  EXPECT_FALSE(has("old", 100));
  EXPECT_FALSE(take("old", 100));
  EXPECT_EQ(db_.write([](WriteTx& tx) { return console_tokens::erase_expired(tx, 100); }), 1);
  EXPECT_EQ(count("console_tokens"), 1);
  EXPECT_TRUE(take("new", 100));
}

TEST_F(ConsoleTokenStore, AnInstanceHasABoundedNumber) {
  for (int i = 0; i < 40; ++i) insert(token("t" + std::to_string(i), 100 + i));
  EXPECT_EQ(count("console_tokens"), console_tokens::kMostOfInstance);
  EXPECT_FALSE(has("t7"));
  EXPECT_TRUE(has("t8"));
  EXPECT_TRUE(has("t39"));
}

}  // namespace
}  // namespace virga::store
