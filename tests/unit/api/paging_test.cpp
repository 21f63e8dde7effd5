// SPDX-License-Identifier: Apache-2.0
#include "api/http/paging.h"

#include "tests/unit/common/test_support.h"

namespace virga::http {
namespace {

using test::kind_of;
using test::message_of;

Request request(std::vector<std::pair<std::string, std::string>> query) {
  Request r;
  r.query = std::move(query);
  return r;
}
PagingRules rules() {
  PagingRules r;
  r.sort_keys = {"name", "created_at", "size"};
  r.order = {"created_at", true};
  r.bad_limit = [](std::string_view v) { return "limit " + std::string(v); };
  return r;
}

TEST(Paging, WithoutWishesIsTheUsualPage) {
  const Paging p = read_paging(request({}), rules());
  EXPECT_EQ(p.limit, 1000);
  EXPECT_FALSE(p.limited);
  EXPECT_EQ(p.marker, "");
  EXPECT_EQ(p.order, (std::vector<SortBy>{{"created_at", true}}));
  EXPECT_TRUE(p.shows("anything"));
}

TEST(Paging, ALimitIsANumberAndNeverOverTheMost) {
  const auto limit = [](const char* text) {
    return read_paging(request({{"limit", text}}), rules()).limit;
  };
  EXPECT_EQ(limit("7"), 7);
  EXPECT_EQ(limit("0"), 0);
  EXPECT_EQ(limit("5000"), 1000);
  EXPECT_EQ(limit("99999999999999999999999"), 1000);
  for (const char* bad : {"", "-1", "x", "1x", "1.5", " 1", "+1", "-99999999999999999999999"}) {
    EXPECT_EQ(kind_of([&] { limit(bad); }), ErrorKind::invalid) << bad;
    EXPECT_EQ(message_of([&] { limit(bad); }), "limit " + std::string(bad));
  }
  PagingRules all = rules();
  all.zero_means_usual = true;
  EXPECT_EQ(read_paging(request({{"limit", "0"}}), all).limit, 1000);
}

TEST(Paging, KeysAndDirectionsGoInPairs) {
  const Paging p = read_paging(
      request({{"sort_key", "name"}, {"sort_dir", "asc"}, {"sort_key", "size"}, {"marker", "m"}}),
      rules());
  EXPECT_EQ(p.order, (std::vector<SortBy>{{"name", false}, {"size", false}}));
  EXPECT_EQ(p.marker, "m");
  EXPECT_EQ(read_paging(request({{"sort_dir", "asc"}}), rules()).order,
            (std::vector<SortBy>{{"created_at", false}}));
  for (const char* bad : {"", "id; DROP", "NAME"})
    EXPECT_EQ(kind_of([&] {
                read_paging(request({{"sort_key", bad}}), rules());
              }),
              ErrorKind::invalid);
  EXPECT_EQ(kind_of([&] {
              read_paging(request({{"sort_key", "name"}, {"sort_dir", "up"}}), rules());
            }),
            ErrorKind::invalid);
}

TEST(Paging, StrictServicesWantADirectionForEachKey) {
  PagingRules strict = rules();
  strict.strict_directions = true;
  const auto ask = [&](std::vector<std::pair<std::string, std::string>> query) {
    return kind_of([&] { read_paging(request(query), strict); });
  };
  EXPECT_EQ(ask({{"sort_key", "name"}, {"sort_dir", "asc"}, {"sort_dir", "asc"}}),
            ErrorKind::invalid);
  EXPECT_EQ(read_paging(request({{"sort_key", "name"}, {"sort_key", "size"}, {"sort_dir", "asc"}}),
                        strict)
                .order.size(),
            2U);
}

TEST(Paging, TheShortFormIsReadWhereItExists) {
  PagingRules r = rules();
  EXPECT_EQ(read_paging(request({{"sort", "name"}}), r).order.front().key, "created_at");
  r.short_sort = true;
  EXPECT_EQ(read_paging(request({{"sort", "name:asc,size"}}), r).order,
            (std::vector<SortBy>{{"name", false}, {"size", true}}));
  for (const char* bad : {"name:up", "none", "name:asc,,size", ":asc"})
    EXPECT_EQ(kind_of([&] {
                read_paging(request({{"sort", bad}}), r);
              }),
              ErrorKind::invalid)
        << bad;
}

TEST(Paging, AnOrderHasFewKeys) {
  Request many;
  for (int n = 0; n < 17; ++n) many.query.emplace_back("sort_key", "name");
  EXPECT_EQ(kind_of([&] { read_paging(many, rules()); }), ErrorKind::invalid);
}

TEST(Paging, FieldsAreCollected) {
  const Paging p = read_paging(request({{"fields", "id"}, {"fields", "name"}}), rules());
  EXPECT_TRUE(p.shows("id"));
  EXPECT_FALSE(p.shows("status"));
}

TEST(Paging, LinksKeepTheQueryAndEncodeIt) {
  const Request r = request({{"name", "a b&c"}, {"limit", "2"}, {"marker", "old"}});
  EXPECT_EQ(page_link(r, "http://c/servers", "new/1"),
            "http://c/servers?name=a%20b%26c&limit=2&marker=new%2F1");
  EXPECT_EQ(page_link(r, "/v2/images", ""), "/v2/images?name=a%20b%26c&limit=2");
  EXPECT_EQ(page_link(request({}), "/n", "m", true), "/n?marker=m&page_reverse=True");
  EXPECT_EQ(url_encoded("\xc3\xa4~"), "%C3%A4~");
}

}  // namespace
}  // namespace virga::http
