// SPDX-License-Identifier: Apache-2.0
#include "api/image/src/image_patch.h"

#include <gtest/gtest.h>

#include "api/image/src/byte_range.h"
#include "api/image/src/image_filters.h"
#include "common/error.h"
#include "common/iso_time.h"

namespace virga::image {
namespace {

model::Image image() {
  model::Image i;
  i.name = "old";
  i.properties = {{"os", "linux"}};
  return i;
}

/// The image after a patch, or the kind of the refusal.
model::Image patched(const char* text, PatchForm form = PatchForm::v2_1) {
  model::Image i = image();
  apply_patch(i, parse_patch(parse_json(text), form), [](const auto&, const auto&) {});
  return i;
}

ErrorKind refused(const char* text, PatchForm form = PatchForm::v2_1) {
  try {
    (void)patched(text, form);
  } catch (const Error& e) {
    return e.kind();
  }
  ADD_FAILURE() << text << " was accepted";
  return ErrorKind::internal;
}

TEST(ImagePatch, ChangesBaseAndCustomProperties) {
  EXPECT_EQ(patched(R"([{"op":"replace","path":"/name","value":"new"}])").name, "new");
  EXPECT_EQ(patched(R"([{"op":"replace","path":"/name","value":null}])").name, "");
  EXPECT_EQ(patched(R"([{"op":"add","path":"/a~1b","value":"c"}])").properties.at("a/b"), "c");
  EXPECT_EQ(patched(R"([{"op":"add","path":"/os","value":"bsd"}])").properties.at("os"), "bsd");
  EXPECT_TRUE(patched(R"([{"op":"remove","path":"/os"}])").properties.empty());
  EXPECT_EQ(patched(R"([{"replace":"/min_ram","value":7}])", PatchForm::v2_0).min_memory_mib, 7);
  EXPECT_EQ(patched(R"([{"op":"replace","path":"/tags","value":["b","a","b"]}])").tags,
            (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(patched("[]").name, "old");
}

TEST(ImagePatch, RefusesWhatIsMalformed) {
  for (const char* text :
       {"{}", "[1]", R"([{"path":"/a"}])", R"([{"op":"copy","path":"/a"}])",
        R"([{"op":"add","value":"x"}])", R"([{"op":"add","path":"a","value":"x"}])",
        R"([{"op":"add","path":"/a/","value":"x"}])",
        R"([{"op":"add","path":"/a//b","value":"x"}])",
        R"([{"op":"add","path":"/a~2","value":"x"}])", R"([{"op":"add","path":"/a"}])",
        R"([{"op":"add","path":"/a/b","value":"x"}])", R"([{"op":"add","path":"/a","value":1}])",
        R"([{"op":"add","path":"/a","value":null}])", R"([{"op":"add","path":1,"value":"x"}])",
        R"([{"op":"replace","path":"/protected","value":"yes"}])",
        R"([{"op":"replace","path":"/min_disk","value":-1}])",
        R"([{"op":"replace","path":"/visibility","value":"secret"}])",
        R"([{"op":"replace","path":"/disk_format","value":"wrong"}])"})
    EXPECT_EQ(refused(text), ErrorKind::invalid) << text;
  EXPECT_EQ(refused(R"([{"add":"/a","remove":"/b","value":"x"}])", PatchForm::v2_0),
            ErrorKind::invalid);
}

TEST(ImagePatch, RefusesWhatIsNotTheClientsToSet) {
  for (const char* text :
       {R"([{"op":"replace","path":"/status","value":"active"}])",
        R"([{"op":"replace","path":"/id","value":"x"}])",
        R"([{"op":"add","path":"/os_glance_x","value":"x"}])",
        R"([{"op":"add","path":"/deleted","value":"x"}])", R"([{"op":"remove","path":"/name"}])",
        R"([{"op":"add","path":"/locations/-","value":{}}])",
        R"([{"op":"replace","path":"/locations","value":[]}])"})
    EXPECT_EQ(refused(text), ErrorKind::forbidden) << text;
  EXPECT_EQ(refused(R"([{"op":"replace","path":"/none","value":"x"}])"), ErrorKind::conflict);
  EXPECT_EQ(refused(R"([{"op":"remove","path":"/none"}])"), ErrorKind::conflict);
  EXPECT_EQ(refused(R"([{"add":"/os","value":"x"}])", PatchForm::v2_0), ErrorKind::conflict);
}

TEST(ImagePatch, AFormatStaysOnceThereIsData) {
  model::Image i = image();
  i.status = model::ImageStatus::active;
  const auto changes = parse_patch(
      parse_json(R"([{"op":"replace","path":"/disk_format","value":"raw"}])"), PatchForm::v2_1);
  EXPECT_THROW(apply_patch(i, changes, [](const auto&, const auto&) {}), Error);
}

TEST(ImageRange, IsWithinTheImage) {
  const auto range = [](const char* header) -> std::pair<std::int64_t, std::int64_t> {
    const auto r = parse_byte_range(header, 10);
    return r ? std::pair(r->first, r->last) : std::pair<std::int64_t, std::int64_t>(-1, -1);
  };
  EXPECT_EQ(range("bytes=0-4"), std::pair(0L, 4L));
  EXPECT_EQ(range("bytes=4-"), std::pair(4L, 9L));
  EXPECT_EQ(range("bytes=-3"), std::pair(7L, 9L));
  EXPECT_EQ(range("bytes=-30"), std::pair(0L, 9L));
  EXPECT_EQ(range("bytes=5-99999999999"), std::pair(5L, 9L));
  for (const char* bad : {"", "bytes=", "bytes=10-", "bytes=4-3", "bytes=-0", "bytes=a-b",
                          "bytes=0-1,3-4", "lines=0-1", "bytes=--1", "bytes=99999999999999999999-"})
    EXPECT_EQ(range(bad).first, -1) << bad;
}

http::Request query(std::vector<std::pair<std::string, std::string>> parameters) {
  http::Request request;
  request.query = std::move(parameters);
  return request;
}

TEST(ImageFilters, ReadsOrdersAndLimits) {
  const auto q = parse_image_query(query({{"sort", "name:asc,size"}, {"limit", "5000"}}));
  ASSERT_EQ(q.sort.size(), 2U);
  EXPECT_TRUE(q.sort[0].ascending);
  EXPECT_FALSE(q.sort[1].ascending);
  EXPECT_EQ(q.limit, 1000);
  EXPECT_TRUE(parse_image_query(query({})).newest_first());
  EXPECT_EQ(split_words(R"(a,"b,c",d)"), (std::vector<std::string>{"a", "b,c", "d"}));
  EXPECT_EQ(parse_iso_time("1970-01-02T00:00:01Z"), 86401 * kSecondUs);
  EXPECT_EQ(parse_iso_time("1970-01-01T01:00:00.5+01:00"), 0);
}

TEST(ImageFilters, RefusesWhatItDoesNotUnderstand) {
  using Parameters = std::vector<std::pair<std::string, std::string>>;
  const std::vector<Parameters> all = {
      {{"limit", "-1"}},
      {{"limit", "x"}},
      {{"sort_key", "owner"}},
      {{"sort", "name:up"}},
      {{"sort", "name"}, {"sort_key", "name"}},
      {{"visibility", "secret"}},
      {{"member_status", "x"}},
      {{"size_min", "x"}},
      {{"x_max", "1"}},
      {{"os_hidden", "x"}},
      {{"protected", "x"}},
      {{"created_at", "gt:yesterday"}},
      {{"created_at", "1970-13-01T00:00:00Z"}},
      {{"name", "in:\"a"}},
      {{"name", "gt:a"}},
      {{"changes-since", "x"}},
      {{"sort_key", "name"}, {"sort_dir", "asc"}, {"sort_dir", "asc"}}};
  for (const Parameters& bad : all)
    EXPECT_THROW((void)parse_image_query(query(bad)), Error)
        << bad[0].first << "=" << bad[0].second;
}

}  // namespace
}  // namespace virga::image
