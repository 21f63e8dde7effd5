// SPDX-License-Identifier: Apache-2.0
#include <fstream>

#include "api/image/metadef_load.h"
#include "tests/unit/api/metadef_fixture.h"

namespace virga::test {
namespace {

TEST_F(MetadefTest, ANamespaceIsMadeWithAllItsParts) {
  make("compute", {{"visibility", "public"}, {"display_name", "Compute"}});
  const json::value v = as("ann", "GET", "/namespaces/compute").body();
  EXPECT_EQ(v.at("owner"), "p0");
  EXPECT_EQ(v.at("visibility"), "public");
  EXPECT_EQ(v.at("protected"), false);
  EXPECT_EQ(v.at("self"), "/v2/metadefs/namespaces/compute");
  EXPECT_EQ(v.at("schema"), "/v2/schemas/metadefs/namespace");
  EXPECT_EQ(v.at("properties"), json::parse(R"({"cpus": {"title": "CPUs", "type": "integer",
      "minimum": 1, "default": "2"}})"));
  EXPECT_EQ(v.at("tags"), json::parse(R"([{"name": "t2"}, {"name": "t1"}])"));
  EXPECT_EQ(v.at("objects").at(0).at("self"), "/v2/metadefs/namespaces/compute/objects/o");
  EXPECT_EQ(v.at("resource_type_associations").at(0).at("prefix"), "hw:");
  EXPECT_FALSE(v.as_object().contains("description"));
}

TEST_F(MetadefTest, TheAnswerToACreateSaysWhereItIs) {
  const Reply r = as("root", "POST", "/namespaces", {{"namespace", "a b/\xc3\xa9\r\n"}});
  EXPECT_EQ(r.status, 201) << r.text;
  EXPECT_EQ(r.header("Location"),
            "http://cloud:8774/image/v2/metadefs/namespaces/a%20b%2F%C3%A9%0D%0A");
  EXPECT_EQ(as("root", "DELETE", "/namespaces/a%20b%2F%C3%A9%0D%0A").status, 204);
}

TEST_F(MetadefTest, AFailedCreateLeavesNothing) {
  const Reply r = as("root", "POST", "/namespaces",
                     json::parse(R"({"namespace": "n", "tags": [{"name": "a"}, {"name": "a"}]})"));
  EXPECT_EQ(r.status, 409);
  EXPECT_EQ(as("root", "GET", "/namespaces/n").status, 404);
}

TEST_F(MetadefTest, APrefixIsPutBeforeKeysForAResourceType) {
  make("compute");
  const json::value v =
      as("root", "GET", "/namespaces/compute?resource_type=OS::Nova::Flavor").body();
  EXPECT_TRUE(v.at("properties").as_object().contains("hw:cpus"));
  EXPECT_TRUE(v.at("objects").at(0).at("properties").as_object().contains("hw:q"));
  EXPECT_EQ(v.at("objects").at(0).at("required").at(0), "hw:q");
  const json::value other = as("root", "GET", "/namespaces/compute?resource_type=other").body();
  EXPECT_TRUE(other.at("properties").as_object().contains("cpus"));
}

TEST_F(MetadefTest, OthersPrivateNamespacesLookAbsent) {
  make("secret");
  make("anns", {{"owner", "p1"}});
  EXPECT_EQ(as("ann", "GET", "/namespaces/anns").status, 200);
  for (const auto* path : {"", "/objects", "/objects/o", "/properties", "/properties/cpus", "/tags",
                           "/tags/t1", "/resource_types"}) {
    const Reply hidden = as("bob", "GET", std::string("/namespaces/anns") + path);
    const Reply absent = as("bob", "GET", std::string("/namespaces/none") + path);
    EXPECT_EQ(hidden.status, 404) << path;
    std::string text = absent.text;
    text.replace(text.find("none"), 4, "anns");
    EXPECT_EQ(hidden.text, text) << path;
  }
  EXPECT_EQ(names(as("bob", "GET", "/namespaces"), "namespaces", "namespace"), "");
  EXPECT_EQ(names(as("ann", "GET", "/namespaces"), "namespaces", "namespace"), "anns");
  EXPECT_EQ(names(as("root", "GET", "/namespaces"), "namespaces", "namespace"), "anns secret");
  EXPECT_EQ(as("bob", "GET", "/namespaces?marker=anns").status, 404);
}

TEST_F(MetadefTest, OnlyAdministratorsWrite) {
  make("n", {{"visibility", "public"}, {"owner", "p1"}});
  const json::object definition{{"name", "p"}, {"title", "P"}, {"type", "string"}};
  const struct {
    const char* method;
    const char* path;
    json::value body;
  } writes[] = {{"POST", "", json::object{{"namespace", "x"}}},
                {"PUT", "/n", json::object{{"namespace", "n"}}},
                {"DELETE", "/n", nullptr},
                {"POST", "/n/objects", json::object{{"name", "x"}}},
                {"PUT", "/n/objects/o", json::object{{"name", "x"}}},
                {"DELETE", "/n/objects/o", nullptr},
                {"DELETE", "/n/objects", nullptr},
                {"POST", "/n/properties", definition},
                {"PUT", "/n/properties/cpus", definition},
                {"DELETE", "/n/properties/cpus", nullptr},
                {"DELETE", "/n/properties", nullptr},
                {"POST", "/n/tags", json::object{{"tags", json::array{}}}},
                {"POST", "/n/tags/x", nullptr},
                {"PUT", "/n/tags/t1", json::object{{"name", "x"}}},
                {"DELETE", "/n/tags/t1", nullptr},
                {"DELETE", "/n/tags", nullptr},
                {"POST", "/n/resource_types", json::object{{"name", "x"}}},
                {"DELETE", "/n/resource_types/OS::Nova::Flavor", nullptr}};
  const std::string before = as("ann", "GET", "/namespaces/n").text;
  for (const auto& w : writes) {
    EXPECT_EQ(as("ann", w.method, std::string("/namespaces") + w.path, w.body).status, 403)
        << w.method << w.path;
    EXPECT_EQ(as("nobody", w.method, std::string("/namespaces") + w.path, w.body).status, 401);
  }
  EXPECT_EQ(as("ann", "GET", "/namespaces/n").text, before);
}

TEST_F(MetadefTest, NothingOfAProtectedNamespaceIsDeleted) {
  make("n", {{"protected", true}});
  for (const auto* path : {"", "/objects", "/objects/o", "/properties", "/properties/cpus", "/tags",
                           "/tags/t1", "/resource_types/OS::Nova::Flavor"})
    EXPECT_EQ(as("root", "DELETE", std::string("/namespaces/n") + path).status, 403) << path;
  EXPECT_EQ(as("root", "PUT", "/namespaces/n", {{"namespace", "n"}}).status, 200);
  EXPECT_EQ(as("root", "DELETE", "/namespaces/n").status, 204);
  EXPECT_EQ(as("root", "DELETE", "/namespaces/n").status, 404);
}

TEST_F(MetadefTest, AnUpdateReplacesAndRenames) {
  make("n", {{"description", "old"}, {"visibility", "public"}, {"owner", "p1"}});
  make("other");
  const Reply r = as("root", "PUT", "/namespaces/n", {{"namespace", "m"}, {"display_name", "M"}});
  EXPECT_EQ(r.status, 200) << r.text;
  const json::value v = as("root", "GET", "/namespaces/m").body();
  EXPECT_EQ(v.at("visibility"), "private");
  EXPECT_EQ(v.at("owner"), "p0") << "what is not given is as in a create";
  EXPECT_FALSE(v.as_object().contains("description"));
  EXPECT_EQ(v.at("tags").as_array().size(), 2U) << "its parts stay";
  EXPECT_EQ(as("root", "GET", "/namespaces/n").status, 404);
  EXPECT_EQ(as("root", "PUT", "/namespaces/m", {{"namespace", "other"}}).status, 409);
}

TEST_F(MetadefTest, AListHasPages) {
  for (const auto* name : {"a", "b", "c"}) make(name);
  const Reply first = as("root", "GET", "/namespaces?limit=2&sort_key=namespace&sort_dir=asc");
  EXPECT_EQ(names(first, "namespaces", "namespace"), "a b");
  EXPECT_EQ(first.body().at("first"),
            "/v2/metadefs/namespaces?limit=2&sort_key=namespace&sort_dir=asc");
  const std::string next(first.body().at("next").as_string());
  EXPECT_EQ(next, "/v2/metadefs/namespaces?limit=2&sort_key=namespace&sort_dir=asc&marker=b");
  const Reply last = as("root", "GET", next.substr(std::string("/v2/metadefs").size()));
  EXPECT_EQ(names(last, "namespaces", "namespace"), "c");
  EXPECT_FALSE(last.body().as_object().contains("next"));
  EXPECT_EQ(names(as("root", "GET", "/namespaces?limit=0"), "namespaces", "namespace"), "");
  for (const auto* bad : {"limit=-1", "limit=x", "sort_dir=up", "sort_key=x", "visibility=shared"})
    EXPECT_EQ(as("root", "GET", std::string("/namespaces?") + bad).status, 400) << bad;
}

TEST_F(MetadefTest, BadNamespacesAreRefused) {
  const struct {
    const char* body;
    int status;
  } table[] = {
      {"", 400},
      {"{", 400},
      {"[]", 400},
      {"5", 400},
      {"null", 400},
      {"{}", 400},
      {R"({"namespace": null})", 400},
      {R"({"namespace": 5})", 400},
      {R"({"namespace": ""})", 400},
      {R"({"namespace": "a\u0000b"})", 400},
      {R"({"namespace": "a", "description": "a\u0000b"})", 400},
      {R"({"namespace": "a", "x": 1})", 400},
      {R"({"namespace": "a", "self": "x"})", 403},
      {R"({"namespace": "a", "schema": "x"})", 403},
      {R"({"namespace": "a", "created_at": "x"})", 403},
      {R"({"namespace": "a", "visibility": "shared"})", 400},
      {R"({"namespace": "a", "protected": "true"})", 400},
      {R"({"namespace": "a", "properties": []})", 400},
      {R"({"namespace": "a", "properties": {"p": {"title": "t"}}})", 400},
      {R"({"namespace": "a", "properties": {"p": {"title": "t", "type": "bad"}}})", 400},
      {R"({"namespace": "a", "properties": {"": {"title": "t", "type": "string"}}})", 400},
      {R"({"namespace": "a", "objects": {}})", 400},
      {R"({"namespace": "a", "objects": [{}]})", 400},
      {R"({"namespace": "a", "objects": [{"name": "o", "x": 1}]})", 400},
      {R"({"namespace": "a", "tags": ["x"]})", 400},
      {R"({"namespace": "a", "tags": [{}]})", 400},
      {R"({"namespace": "a", "resource_type_associations": [{"prefix": "x"}]})", 400},
      {R"({"namespace": "a", "resource_type_associations": [{"name": "x", "y": 1}]})", 400}};
  for (const auto& row : table) {
    const Reply r =
        call(router_, "POST", "/image/v2/metadefs/namespaces", row.body, {{"x-test-user", "root"}});
    EXPECT_EQ(r.status, row.status) << row.body << r.text;
    EXPECT_EQ(r.whole.content_type, "text/html; charset=UTF-8");
  }
  const std::string long_text(501, 'x');
  for (const auto& [key, most] : std::vector<std::pair<std::string, std::size_t>>{
           {"namespace", 80}, {"display_name", 80}, {"description", 500}, {"owner", 255}}) {
    json::object body{{"namespace", "a"}};
    body[key] = long_text.substr(0, most + 1);
    EXPECT_EQ(as("root", "POST", "/namespaces", body).status, 400) << key;
  }
  EXPECT_EQ(names(as("root", "GET", "/namespaces"), "namespaces", "namespace"), "");
  std::string accents;
  for (int i = 0; i < 80; ++i) accents += "\xc3\xa9";
  EXPECT_EQ(as("root", "POST", "/namespaces", {{"namespace", accents}}).status, 201)
      << "lengths are characters";
}

TEST_F(MetadefTest, FilesOfADirectoryAreLoadedAllOrNone) {
  const auto write = [&](const std::string& name, const std::string& text) {
    std::ofstream(dir_.path("defs/" + name)) << text;
  };
  const auto load = [&](bool replace) {
    return image::load_metadefs(db_, clock_, dir_.path("defs"), replace);
  };
  std::filesystem::create_directory(dir_.path("defs"));
  EXPECT_EQ(kind_of([&] { load(false); }), ErrorKind::invalid) << "empty";
  write("a.json", R"({"namespace": "a", "visibility": "public", "tags": [{"name": "t"}]})");
  write("b.json", R"({"namespace": "b", "bad": 1})");
  write("readme.txt", "no JSON");
  EXPECT_EQ(kind_of([&] { load(false); }), ErrorKind::invalid);
  EXPECT_EQ(as("root", "GET", "/namespaces/a").status, 404) << "none was loaded";
  write("b.json", R"({"namespace": "b"})");
  EXPECT_EQ(load(false).added, (std::vector<std::string>{"a", "b"}));
  write("a.json", R"({"namespace": "a", "tags": [{"name": "u"}]})");
  EXPECT_EQ(load(false).kept, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(names(as("root", "GET", "/namespaces/a/tags"), "tags"), "t");
  EXPECT_EQ(load(true).replaced, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(names(as("root", "GET", "/namespaces/a/tags"), "tags"), "u");
  EXPECT_EQ(as("root", "GET", "/namespaces/a").body().at("owner"), "admin");
}

}  // namespace
}  // namespace virga::test
