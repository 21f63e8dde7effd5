// SPDX-License-Identifier: Apache-2.0
#include "db/store/images.h"

#include "db/store/image_lists.h"
#include "db/store/image_members.h"
#include "tests/unit/db/store_fixture.h"

namespace virga::store {
namespace {

using model::ImageStatus;

class ImageRows : public StoreTest {
 protected:
  model::Image add(TimeUs created = 100, ImageStatus status = ImageStatus::queued) {
    model::Image i;
    i.id = new_uuid();
    i.name = "cirros";
    i.owner = "p1";
    i.status = status;
    i.disk_format = "qcow2";
    i.container_format = "bare";
    i.created_us = created;
    i.updated_us = created;
    i.properties = {{"os", "linux"}};
    i.tags = {"a", "b"};
    db_.write([&](WriteTx& tx) { images::insert(tx, i); });
    return i;
  }
  model::Image image(const std::string& id) {
    return db_.read([&](ReadTx& tx) { return images::find(tx, id).value(); });
  }
  template <class F>
  auto write(F f) {
    return db_.write([&](WriteTx& tx) { return f(tx); });
  }
};

TEST_F(ImageRows, KeepsPropertiesAndTags) {
  const auto i = add();
  EXPECT_EQ(image(i.id).properties, i.properties);
  EXPECT_EQ(image(i.id).tags, i.tags);
  EXPECT_EQ(kind_of([&] { write([&](WriteTx& tx) { images::insert(tx, i); }); }),
            ErrorKind::conflict);
}

TEST_F(ImageRows, AnUpdateNeverTouchesTheBytesFacts) {
  auto i = add(100, ImageStatus::saving);
  write([&](WriteTx& tx) { return images::activate(tx, i.id, {10, 20, "digest", "md5"}, 200); });
  i.name = "new";
  i.digest = "forged";
  i.size = 1;
  i.status = ImageStatus::queued;
  i.properties = {{"x", "y"}};
  i.tags = {"c"};
  write([&](WriteTx& tx) { images::update(tx, i); });
  const auto after = image(i.id);
  EXPECT_EQ(after.name, "new");
  EXPECT_EQ(after.digest, "digest");
  EXPECT_EQ(after.size, 10);
  EXPECT_EQ(after.status, ImageStatus::active);
  EXPECT_EQ(after.properties, i.properties);
  EXPECT_EQ(after.tags, i.tags);
  i.id = "none";
  EXPECT_EQ(kind_of([&] { write([&](WriteTx& tx) { images::update(tx, i); }); }),
            ErrorKind::not_found);
}

TEST_F(ImageRows, StatusMovesOnlyFromWhereItIs) {
  const auto i = add();
  const auto advance = [&](ImageStatus from, ImageStatus to) {
    return write([&](WriteTx& tx) { return images::advance(tx, i.id, from, to, 300); });
  };
  const auto activate = [&] {
    return write([&](WriteTx& tx) { return images::activate(tx, i.id, {1, 2, "d", "c"}, 400); });
  };
  EXPECT_FALSE(activate()) << "not saving";
  EXPECT_TRUE(advance(ImageStatus::queued, ImageStatus::saving));
  EXPECT_FALSE(advance(ImageStatus::queued, ImageStatus::saving)) << "one upload at a time";
  EXPECT_TRUE(activate());
  EXPECT_FALSE(activate());
  write([&](WriteTx& tx) { images::refuse(tx, i.id, ImageStatus::killed, "late", 500); });
  EXPECT_EQ(image(i.id).status, ImageStatus::active) << "only an upload can be refused";
}

TEST_F(ImageRows, ARefusalKeepsItsReasonUntilTheNextTry) {
  const auto i = add(100, ImageStatus::saving);
  write([&](WriteTx& tx) { images::refuse(tx, i.id, ImageStatus::queued, "backing file", 200); });
  EXPECT_EQ(image(i.id).refusal, "backing file");
  EXPECT_EQ(image(i.id).status, ImageStatus::queued);
  write([&](WriteTx& tx) {
    return images::advance(tx, i.id, ImageStatus::queued, ImageStatus::saving, 300);
  });
  EXPECT_EQ(image(i.id).refusal, "");
}

TEST_F(ImageRows, InterruptedUploadsAreQueuedAgain) {
  const auto saving = add(100, ImageStatus::saving);
  const auto active = add(100, ImageStatus::active);
  EXPECT_EQ(write([](WriteTx& tx) { return images::requeue_interrupted(tx, 9); }), 1);
  EXPECT_EQ(image(saving.id).status, ImageStatus::queued);
  EXPECT_EQ(image(active.id).status, ImageStatus::active);
}

std::vector<std::string> seen(Database& db, const images::ImageScope& scope,
                              const images::ImagePosition& after = {}, std::size_t limit = 10) {
  std::vector<std::string> ids;
  db.read([&](ReadTx& tx) {
    images::scan(tx, scope, after, [&](const model::Image& i) {
      ids.push_back(i.id);
      return ids.size() < limit;
    });
  });
  return ids;
}

TEST_F(ImageRows, ListsNewestFirstInPages) {
  const auto a = add(100);
  const auto b = add(300);
  const auto c = add(200);
  const images::ImageScope own{.project_id = "p1"};
  EXPECT_EQ(seen(db_, own), (std::vector<std::string>{b.id, c.id, a.id}));
  EXPECT_EQ(seen(db_, own, {300, b.id}, 1), (std::vector<std::string>{c.id}));
  EXPECT_EQ(seen(db_, {.everything = true}).size(), 3U);
  EXPECT_TRUE(seen(db_, {.project_id = "p1", .name = "other"}).empty());
  EXPECT_EQ(seen(db_, {.project_id = "p1", .name = "cirros"}).size(), 3U);
  EXPECT_TRUE(seen(db_, {.project_id = "p2"}).empty());
}

TEST_F(ImageRows, OthersSeeWhatIsPublicOrSharedWithThem) {
  auto i = add();
  const auto see = [&](model::ImageVisibility visibility, images::ImageScope scope) {
    i.visibility = visibility;
    write([&](WriteTx& tx) { images::update(tx, i); });
    scope.project_id = "p2";
    const bool listed = !seen(db_, scope).empty();
    scope.name = "cirros";
    EXPECT_EQ(!seen(db_, scope).empty(), listed) << "also by name";
    return listed;
  };
  const auto found = [&] {
    return db_.read([&](ReadTx& tx) { return images::find_visible(tx, i.id, "p2").has_value(); });
  };
  using V = model::ImageVisibility;
  EXPECT_TRUE(see(V::public_, {}));
  EXPECT_FALSE(see(V::private_, {}));
  EXPECT_FALSE(found());
  EXPECT_FALSE(see(V::community, {}));
  EXPECT_TRUE(found());
  EXPECT_TRUE(see(V::community, {.community = true}));
  EXPECT_FALSE(see(V::shared, {}));
  EXPECT_FALSE(found());
  write([&](WriteTx& tx) { return image_members::insert(tx, {i.id, "p2", "pending", 1, 1}); });
  EXPECT_TRUE(found());
  EXPECT_FALSE(see(V::shared, {.member_status = "accepted"}));
  EXPECT_TRUE(see(V::shared, {.member_status = "pending"}));
  EXPECT_TRUE(see(V::shared, {}));
  EXPECT_FALSE(see(V::private_, {})) << "members count only while it is shared";
}

TEST_F(ImageRows, UsageCountsEachCopyAndWhatIsOnItsWay) {
  const auto i = add(100, ImageStatus::saving);
  const auto usage = [&] {
    return db_.read([](ReadTx& tx) { return images::usage_of(tx, "p1"); });
  };
  EXPECT_EQ(usage().uploading, 1);
  write([&](WriteTx& tx) {
    return images::activate(tx, i.id, {10, 20, "d", "", "sha256", "d", "", {"a", "b"}}, 2);
  });
  EXPECT_EQ(usage().stored_bytes, 20);
  EXPECT_EQ(usage().uploading, 0);
  EXPECT_EQ(usage().images, 1);
  EXPECT_EQ(image(i.id).stores, (std::vector<std::string>{"a", "b"}));
}

TEST_F(ImageRows, CountsWhoNeedsTheBytes) {
  for (int n = 0; n < 2; ++n) {
    const auto i = add(100, ImageStatus::saving);
    write([&](WriteTx& tx) { return images::activate(tx, i.id, {1, 2, "same", "c"}, 1); });
  }
  const auto none = add();
  db_.read([](ReadTx& tx) {
    EXPECT_EQ(images::count_with_digest(tx, "same"), 2);
    EXPECT_EQ(images::list_digests(tx), (std::vector<std::string>{"same"}));
  });
  EXPECT_TRUE(write([&](WriteTx& tx) { return images::erase(tx, none.id); }));
  EXPECT_FALSE(write([&](WriteTx& tx) { return images::erase(tx, none.id); }));
  EXPECT_EQ(count("image_tags"), 4);
}

TEST(ImageWords, ComeBackFromTheirNames) {
  for (const auto s :
       {ImageStatus::queued, ImageStatus::saving, ImageStatus::uploading, ImageStatus::importing,
        ImageStatus::active, ImageStatus::deactivated, ImageStatus::killed})
    EXPECT_EQ(model::image_status_named(name_of(s)), s);
  using V = model::ImageVisibility;
  for (const auto v : {V::private_, V::shared, V::community, V::public_})
    EXPECT_EQ(model::image_visibility_named(name_of(v)), v);
  EXPECT_EQ(kind_of([] { model::image_visibility_named("secret"); }), ErrorKind::invalid);
}

}  // namespace
}  // namespace virga::store
