// SPDX-License-Identifier: Apache-2.0
// What the handlers of Identity share: bodies, filters, extra attributes, lists.
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "api/identity/src/input.h"
#include "api/identity/src/list_filter.h"
#include "api/identity/src/resource.h"
#include "common/error.h"
#include "tests/unit/common/test_support.h"

namespace virga::identity {
namespace {

http::Request request_of(const std::string& body) {
  http::Request request;
  request.body = body;
  request.base_url = "http://cloud:8774";
  request.path = "/identity/v3/things";
  return request;
}

std::string refusal(const std::function<void()>& f) {
  try {
    f();
  } catch (const Error& e) {
    return e.what();
  }
  return "accepted";
}

std::string refusal_of_name(const std::string& json, const TextRule& rule = kShortName) {
  const http::Request request = request_of(R"({"thing": {"name": )" + json + "}}");
  return refusal([&] { Input(request, "thing").name("name", rule); });
}

TEST(IdentityInput, RefusesTextsThatBreakARule) {
  EXPECT_EQ(refusal_of_name("\"a\""), "accepted");
  EXPECT_EQ(refusal_of_name("1"), "Invalid input for field 'name': 1 is not of type 'string'");
  EXPECT_EQ(refusal_of_name("null"),
            "Invalid input for field 'name': None is not of type 'string'");
  EXPECT_EQ(refusal_of_name("\"\""), "Invalid input for field 'name': '' is too short");
  EXPECT_EQ(refusal_of_name("\"  \""),
            "Invalid input for field 'name': '  ' does not match '[\\\\S]+'");
  EXPECT_EQ(refusal_of_name("\"" + std::string(64, 'x') + "\""), "accepted");
  EXPECT_NE(refusal_of_name("\"" + std::string(65, 'x') + "\""), "accepted");
  std::string umlauts;
  for (int i = 0; i < 64; ++i) umlauts += "\xc3\xbc";
  EXPECT_EQ(refusal_of_name("\"" + umlauts + "\""), "accepted") << "characters, not bytes";
  EXPECT_NE(refusal_of_name("\"a/b\"", kId), "accepted");
  EXPECT_NE(refusal_of_name(R"("a\u0000b")"), "accepted");
}

TEST(IdentityInput, NeverShowsAPassword) {
  const http::Request request = request_of(R"({"user": {"password": ["x"]}})");
  EXPECT_EQ(refusal([] { Input::refuse("password", "s3cret", "is too long"); }),
            "Invalid input for field 'password': '***' is too long");
}

TEST(IdentityInput, TellsAbsentFromNull) {
  const http::Request request = request_of(R"({"thing": {"parent-id": null}})");
  const Input in(request, "thing", true);
  EXPECT_FALSE(in.optional_text("other", kNullableText));
  EXPECT_EQ(in.optional_text("parent_id", kNullableText), "");
}

TEST(IdentityInput, ABodyWithoutTheResourceIsEmpty) {
  const http::Request request = request_of("{}");
  const Input in(request, "thing");
  EXPECT_EQ(refusal([&] { in.require_any(); }), "{} does not have enough properties");
  EXPECT_EQ(refusal([&] { in.name("name"); }), "'name' is a required property");
  EXPECT_NE(refusal([] { Input(request_of("[]"), "thing"); }), "accepted");
  EXPECT_NE(refusal([] { Input(request_of(R"({"thing": 1})"), "thing"); }), "accepted");
}

TEST(IdentityInput, ChecksOptions) {
  const auto check = [](const std::string& options) {
    const http::Request request = request_of(R"({"thing": {"options": )" + options + "}}");
    return refusal([&] { Input(request, "thing").options({"immutable"}); });
  };
  EXPECT_EQ(check(R"({"immutable": true})"), "accepted");
  EXPECT_EQ(check(R"({"immutable": null})"), "accepted");
  EXPECT_NE(check(R"({"immutable": "yes"})"), "accepted");
  EXPECT_NE(check(R"({"other": true})"), "accepted");
  EXPECT_NE(check("[]"), "accepted");
}

TEST(IdentityListFilter, ComparesAsItsNameSays) {
  const auto accepts = [](const std::string& key, const std::string& value, const char* name) {
    http::Request request;
    request.query = {{key, value}};
    return ListFilter(request, {"name"}).accepts_text("name", name);
  };
  EXPECT_TRUE(accepts("name", "web", "web"));
  EXPECT_FALSE(accepts("name", "web", "Web"));
  EXPECT_TRUE(accepts("name__contains", "e", "web"));
  EXPECT_FALSE(accepts("name__contains", "E", "web"));
  EXPECT_TRUE(accepts("name__icontains", "E", "web"));
  EXPECT_TRUE(accepts("name__startswith", "w", "web"));
  EXPECT_TRUE(accepts("name__iendswith", "B", "web"));
  EXPECT_FALSE(accepts("name__endswith", "w", "web"));
  EXPECT_TRUE(accepts("name__unknown", "x", "web")) << "ignored";
  EXPECT_TRUE(accepts("other", "x", "web")) << "ignored";
}

TEST(IdentityListFilter, ReadsFlagsAsWords) {
  for (const auto& [word, meant] :
       std::initializer_list<std::pair<const char*, bool>>{{"0", false},
                                                           {"False", false},
                                                           {"no", false},
                                                           {"1", true},
                                                           {"", true},
                                                           {"True", true}}) {
    http::Request request;
    request.query = {{"enabled", word}};
    EXPECT_EQ(ListFilter(request, {"enabled"}).accepts_flag("enabled", true), meant) << word;
  }
}

TEST(IdentityResource, KeepsWhatItDoesNotKnow) {
  json::object in{{"id", "x"}, {"name", "n"}, {"email", "a@b"}, {"nothing", nullptr}};
  const std::string extra = merged_extra(R"({"old":1,"email":"z"})", in, {"name"});
  EXPECT_EQ(extra, R"({"old":1,"email":"a@b","nothing":null})");
  json::object view{{"email", "own"}};
  add_extra(view, extra);
  EXPECT_EQ(json::serialize(view), R"({"email":"own","old":1,"nothing":null})");
}

TEST(IdentityResource, ExtraAttributesAreWrittenAsTheyWereKept) {
  const auto written = [](const json::object& extra) {
    JsonWriter out;
    out.begin_object();
    out.member("id", "x");
    write_extra(out, json::serialize(extra));
    out.member("name", "n");
    out.end_object();
    return json::parse(out.take());
  };
  for (json::object extra :
       {json::object{}, json::object{{"email", "a\"}@b"}}, json::object{{"a\"b", 1}, {"c\\", 2}},
        json::object{{"", nullptr}}, json::object{{"one", {{"two", {3, "}"}}}}, {"d\\\"", true}}}) {
    const json::value made = written(extra);
    extra["id"] = "x";
    extra["name"] = "n";
    EXPECT_EQ(made, json::value(extra));
  }
}

TEST(IdentityResource, OptionsAreMergedAndNullRemovesOne) {
  const json::object change{{"a", nullptr}, {"b", true}};
  EXPECT_EQ(merged_options(R"({"a":true,"c":false})", &change), R"({"c":false,"b":true})");
  EXPECT_EQ(merged_options(R"({"a":true})", nullptr), R"({"a":true})");
}

TEST(IdentityResource, AnImmutableOneTakesOnlyItsRelease) {
  const std::string immutable = R"({"immutable":true})";
  const auto check = [&](const json::object& change) {
    return refusal([&] { refuse_immutable_update("role", "r1", immutable, change); });
  };
  EXPECT_EQ(check({{"options", {{"immutable", false}}}}), "accepted");
  EXPECT_EQ(check({{"options", {{"immutable", nullptr}}}}), "accepted");
  EXPECT_NE(check({{"options", {{"immutable", true}}}}), "accepted");
  EXPECT_NE(check({{"options", {{"immutable", false}}}, {"name", "x"}}), "accepted");
  EXPECT_NE(check({{"name", "x"}}), "accepted");
  EXPECT_NE(refusal([&] { refuse_immutable_delete("role", "r1", immutable); }), "accepted");
}

TEST(IdentityListing, PagesByMarker) {
  http::Request request = request_of("");
  request.query = {{"limit", "2"}, {"marker", "a"}, {"name__contains", "\xc3\xbc &"}};
  Listing list(request, "things");
  EXPECT_EQ(list.marker(), "a");
  EXPECT_TRUE(list.admit("b"));
  list.out().value("b");
  EXPECT_TRUE(list.admit("c"));
  list.out().value("c");
  EXPECT_FALSE(list.admit("d"));
  EXPECT_EQ(list.finish().body,
            R"({"things":["b","c"],"links":{"next":"http://cloud:8774/identity/v3/things)"
            R"(?limit=2&name__contains=%C3%BC%20%26&marker=c","self":"http://cloud:8774)"
            R"(/identity/v3/things?limit=2&marker=a&name__contains=%C3%BC%20%26",)"
            R"("previous":null}})");
}

TEST(IdentityListing, IgnoresALimitThatIsNone) {
  for (const char* limit : {"", "-1", "x", "0", "9999999999999999999999"}) {
    http::Request request = request_of("");
    request.query = {{"limit", limit}};
    Listing list(request, "things");
    for (int i = 0; i < 5; ++i) EXPECT_TRUE(list.admit("x")) << limit;
  }
}

}  // namespace
}  // namespace virga::identity
