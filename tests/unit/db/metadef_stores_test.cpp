// SPDX-License-Identifier: Apache-2.0
#include "db/store/metadef_namespaces.h"
#include "db/store/metadef_objects.h"
#include "db/store/metadef_properties.h"
#include "db/store/metadef_resource_types.h"
#include "db/store/metadef_tags.h"
#include "tests/unit/db/store_fixture.h"

namespace virga::store {
namespace {

class MetadefRows : public StoreTest {
 protected:
  model::MetadefNamespace add(const std::string& name, TimeUs created = 100,
                              const std::string& owner = "p1", bool is_public = false) {
    const model::MetadefNamespace n{new_uuid(), name,  "Display " + name, "",     is_public,
                                    false,      owner, created,           created};
    db_.write([&](WriteTx& tx) { metadef_namespaces::insert(tx, n); });
    return n;
  }
  std::vector<std::string> listed(metadef_namespaces::Query query) {
    if (query.limit == 0) query.limit = 100;
    std::vector<std::string> names;
    for (const auto& n : db_.read([&](ReadTx& tx) { return metadef_namespaces::list(tx, query); }))
      names.push_back(n.name);
    return names;
  }
  template <class F>
  auto write(F f) {
    return db_.write([&](WriteTx& tx) { return f(tx); });
  }
};

using Names = std::vector<std::string>;

TEST_F(MetadefRows, ANameOfANamespaceIsUniqueInTheCloud) {
  auto a = add("a");
  const auto b = add("b");
  EXPECT_EQ(kind_of([&] { add("a", 100, "p2"); }), ErrorKind::conflict);
  a.name = "b";
  EXPECT_EQ(kind_of([&] { write([&](WriteTx& tx) { metadef_namespaces::update(tx, a); }); }),
            ErrorKind::conflict);
  a.name = "c";
  a.is_protected = true;
  write([&](WriteTx& tx) { metadef_namespaces::update(tx, a); });
  const auto found = db_.read([](ReadTx& tx) { return metadef_namespaces::find(tx, "c"); });
  EXPECT_EQ(found.value().id, a.id);
  EXPECT_TRUE(found->is_protected);
}

TEST_F(MetadefRows, ListsAreSortedAndPagedByEachKey) {
  const auto a = add("a", 300);
  const auto b = add("b", 100);
  const auto c = add("c", 200);
  EXPECT_EQ(listed({}), (Names{"a", "c", "b"}));
  for (const auto key : metadef_namespaces::sort_keys()) {
    metadef_namespaces::Query query;
    query.sort_key = key;
    const Names down = listed(query);
    query.ascending = true;
    Names up = listed(query);
    EXPECT_EQ(up, Names(down.rbegin(), down.rend())) << key;
    query.limit = 1;
    Names paged;
    for (Names page = listed(query); !page.empty(); page = listed(query)) {
      paged.push_back(page.front());
      query.marker = page.front() == "a" ? a.id : page.front() == "b" ? b.id : c.id;
    }
    EXPECT_EQ(paged, up) << key;
  }
  metadef_namespaces::Query by_name;
  by_name.sort_key = "namespace";
  by_name.ascending = true;
  EXPECT_EQ(listed(by_name), (Names{"a", "b", "c"}));
}

TEST_F(MetadefRows, AListShowsWhatTheViewerMaySee) {
  add("mine", 1, "p1");
  add("theirs", 2, "p2");
  add("everybodys", 3, "p2", true);
  EXPECT_EQ(listed({.viewer = "p1"}), (Names{"everybodys", "mine"}));
  EXPECT_EQ(listed({.viewer = "p1", .visibility = "private"}), (Names{"mine"}));
  EXPECT_EQ(listed({.viewer = "", .visibility = "public"}), (Names{"everybodys"}));
  EXPECT_EQ(listed({}), (Names{"everybodys", "theirs", "mine"}));
}

TEST_F(MetadefRows, AListIsNarrowedToResourceTypes) {
  const auto a = add("a", 1);
  const auto b = add("b", 2);
  add("c", 3);
  write([&](WriteTx& tx) {
    EXPECT_TRUE(metadef_resource_types::associate(tx, {a.id, "OS::Nova::Flavor", "hw:", "", 1, 1}));
    EXPECT_TRUE(metadef_resource_types::associate(tx, {b.id, "Mine", "", "image", 1, 1}));
    EXPECT_FALSE(metadef_resource_types::associate(tx, {b.id, "Mine", "x", "", 1, 1}));
    EXPECT_TRUE(metadef_resource_types::exists(tx, "Mine"));
  });
  EXPECT_EQ(listed({.resource_types = "OS::Nova::Flavor"}), (Names{"a"}));
  EXPECT_EQ(listed({.resource_types = "Mine,OS::Nova::Flavor"}), (Names{"b", "a"}));
  EXPECT_EQ(listed({.resource_types = "Min"}), Names{});
  EXPECT_EQ(listed({.resource_types = "%"}), Names{});
  write([&](WriteTx& tx) { metadef_resource_types::dissociate(tx, b.id, "Mine"); });
  EXPECT_EQ(listed({.resource_types = "Mine"}), Names{});
}

TEST_F(MetadefRows, ANewCloudKnowsTheUsualResourceTypes) {
  const auto types = db_.read([](ReadTx& tx) { return metadef_resource_types::list(tx); });
  ASSERT_EQ(types.size(), 5U);
  EXPECT_EQ(types.front().name, "OS::Cinder::Volume");
}

TEST_F(MetadefRows, PartsAreUniqueInTheirNamespaceOnly) {
  const auto a = add("a");
  const auto b = add("b");
  write([&](WriteTx& tx) {
    for (const auto& space : {a, b}) {
      EXPECT_TRUE(metadef_objects::insert(tx, {space.id, "x", "", "[]", "{}", 1, 1}));
      EXPECT_TRUE(metadef_objects::insert(tx, {space.id, "y", "", "[]", "{}", 1, 1}));
      EXPECT_FALSE(metadef_objects::insert(tx, {space.id, "x", "", "[]", "{}", 1, 1}));
      EXPECT_FALSE(metadef_objects::update(tx, "y", {space.id, "x", "", "[]", "{}", 1, 1}));
      EXPECT_TRUE(metadef_objects::update(tx, "y", {space.id, "z", "new", "[]", "{}", 1, 2}));
      EXPECT_TRUE(metadef_properties::insert(tx, {space.id, "x", "{}"}));
      EXPECT_TRUE(metadef_properties::insert(tx, {space.id, "y", "{}"}));
      EXPECT_FALSE(metadef_properties::insert(tx, {space.id, "x", "{}"}));
      EXPECT_FALSE(metadef_properties::update(tx, "y", {space.id, "x", "{}"}));
      EXPECT_TRUE(metadef_properties::update(tx, "y", {space.id, "y", R"({"type":"string"})"}));
      EXPECT_TRUE(metadef_tags::insert(tx, {space.id, "x", 1, 1}));
      EXPECT_TRUE(metadef_tags::insert(tx, {space.id, "y", 1, 1}));
      EXPECT_FALSE(metadef_tags::insert(tx, {space.id, "x", 1, 1}));
      EXPECT_FALSE(metadef_tags::update(tx, "y", {space.id, "x", 1, 1}));
      EXPECT_TRUE(metadef_tags::update(tx, "y", {space.id, "a", 1, 2}));
    }
    EXPECT_EQ(metadef_objects::find(tx, a.id, "z").value().description, "new");
    EXPECT_EQ(metadef_properties::find(tx, a.id, "y").value().definition, R"({"type":"string"})");
    const auto tags = metadef_tags::list(tx, a.id);
    ASSERT_EQ(tags.size(), 2U);
    EXPECT_EQ(tags[0].name + tags[1].name, "xa") << "in the order in which they were made";
  });
}

TEST_F(MetadefRows, ANamespaceTakesAllItsPartsWithIt) {
  const auto a = add("a");
  const auto b = add("b");
  write([&](WriteTx& tx) {
    for (const auto& space : {a, b}) {
      metadef_objects::insert(tx, {space.id, "x", "", "[]", "{}", 1, 1});
      metadef_properties::insert(tx, {space.id, "x", "{}"});
      metadef_tags::insert(tx, {space.id, "x", 1, 1});
      metadef_resource_types::associate(tx, {space.id, "Mine", "", "", 1, 1});
    }
    metadef_namespaces::erase(tx, a.id);
  });
  for (const auto* table : {"metadef_namespaces", "metadef_objects", "metadef_properties",
                            "metadef_tags", "metadef_associations"})
    EXPECT_EQ(count(table), 1) << table;
  write([&](WriteTx& tx) {
    metadef_objects::erase_all(tx, b.id);
    metadef_properties::erase_all(tx, b.id);
    metadef_tags::erase_all(tx, b.id);
  });
  for (const auto* table : {"metadef_objects", "metadef_properties", "metadef_tags"})
    EXPECT_EQ(count(table), 0) << table;
}

}  // namespace
}  // namespace virga::store
