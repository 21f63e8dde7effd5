// SPDX-License-Identifier: Apache-2.0
// Objects, properties, tags, resource types and schemas of metadata definitions.
#include "api/image/src/metadef_check.h"
#include "tests/unit/api/metadef_fixture.h"

namespace virga::test {
namespace {

constexpr const char* kString = R"({"name": "p", "title": "P", "type": "string")";

TEST_F(MetadefTest, ObjectsAreMadeShownChangedAndDeleted) {
  make("n");
  EXPECT_EQ(as("root", "POST", "/namespaces/n/objects", {{"name", "x"}}).status, 201);
  EXPECT_EQ(as("root", "POST", "/namespaces/n/objects", {{"name", "x"}}).status, 409);
  EXPECT_EQ(names(as("root", "GET", "/namespaces/n/objects"), "objects"), "o x");
  EXPECT_EQ(as("root", "PUT", "/namespaces/n/objects/x", {{"name", "o"}}).status, 409);
  const Reply r = as("root", "PUT", "/namespaces/n/objects/x",
                     json::parse(R"({"name": "y", "description": "D", "required": ["p"],
                                     "properties": {"p": {"title": "P", "type": "string"}}})"));
  EXPECT_EQ(r.status, 200) << r.text;
  const json::value v = as("root", "GET", "/namespaces/n/objects/y").body();
  EXPECT_EQ(v.at("required"), json::parse(R"(["p"])"));
  EXPECT_EQ(v.at("properties").at("p").at("type"), "string");
  EXPECT_EQ(v.at("self"), "/v2/metadefs/namespaces/n/objects/y");
  EXPECT_NE(v.at("created_at"), v.at("updated_at"));
  EXPECT_EQ(as("root", "GET", "/namespaces/n/objects/x").status, 404);
  EXPECT_EQ(as("root", "DELETE", "/namespaces/n/objects/y").status, 204);
  EXPECT_EQ(as("root", "DELETE", "/namespaces/n/objects/y").status, 404);
  EXPECT_EQ(as("root", "DELETE", "/namespaces/n/objects").status, 204);
  EXPECT_EQ(names(as("root", "GET", "/namespaces/n/objects"), "objects"), "");
}

TEST_F(MetadefTest, PropertiesAreMadeShownChangedAndDeleted) {
  make("n");
  const std::string all = "/namespaces/n/properties";
  const json::value p = json::parse(std::string(kString) + R"(, "maxLength": 3})");
  EXPECT_EQ(as("root", "POST", all, p).body(), p);
  EXPECT_EQ(as("root", "POST", all, p).status, 409);
  EXPECT_EQ(as("root", "GET", all + "/p").body(), p);
  EXPECT_EQ(as("root", "GET", all + "/cpus").body().at("name"), "cpus");
  EXPECT_EQ(as("root", "GET", all).body().at("properties").as_object().size(), 2U);
  EXPECT_EQ(as("root", "GET", all + "/hw:cpus?resource_type=OS::Nova::Flavor").status, 200);
  EXPECT_EQ(as("root", "GET", all + "/cpus?resource_type=OS::Nova::Flavor").status, 404);
  EXPECT_EQ(as("root", "GET", all + "/hw:cpus?resource_type=OS::Nova::Server").status, 404);
  EXPECT_EQ(as("root", "GET", all + "/hw:cpus?resource_type=none").status, 404);
  json::object q = p.as_object();
  q["name"] = "cpus";
  EXPECT_EQ(as("root", "PUT", all + "/p", q).status, 409);
  q["name"] = "q";
  EXPECT_EQ(as("root", "PUT", all + "/p", q).status, 200);
  EXPECT_EQ(as("root", "GET", all + "/p").status, 404);
  EXPECT_EQ(as("root", "PUT", all + "/p", q).status, 404);
  EXPECT_EQ(as("root", "DELETE", all + "/q").status, 204);
  EXPECT_EQ(as("root", "DELETE", all + "/q").status, 404);
}

TEST_F(MetadefTest, BoundsBecomeWholeAndDefaultsTexts) {
  make("n");
  const auto put = [&](const std::string& more) {
    return as("root", "PUT", "/namespaces/n/properties/cpus",
              json::parse(R"({"name": "cpus", "title": "C", "type": "integer", )" + more + "}"))
        .body();
  };
  EXPECT_EQ(put(R"("minimum": 1.5, "maximum": 2e3)").at("minimum"), 1);
  EXPECT_EQ(put(R"("minimum": 1.5, "maximum": 2e3)").at("maximum"), 2000);
  EXPECT_EQ(put(R"("default": true)").at("default"), "True");
  EXPECT_EQ(put(R"("default": 7)").at("default"), "7");
  EXPECT_EQ(put(R"("default": null)").at("default"), nullptr);
}

TEST_F(MetadefTest, BadPropertiesAreRefused) {
  make("n");
  for (const auto* more :
       {R"("x": 1)", R"("title": 5)", R"("type": null)", R"("type": "text")", R"("required": [])",
        R"("required": ["a"])", R"("enum": [1])", R"("enum": "a")", R"("minLength": -1)",
        R"("maxLength": 1.5)", R"("minimum": "1")", R"("maximum": 1e300)", R"("items": {})",
        R"("items": {"type": "string", "x": 1})", R"("items": {"type": "x"})",
        R"("uniqueItems": "true")", R"("operators": [1])", R"("confidential": true)",
        R"("self": "x")"}) {
    const json::value body = json::parse(std::string(kString) + ", " + more + "}");
    EXPECT_EQ(as("root", "POST", "/namespaces/n/properties", body).status, 400) << more;
    json::object in_object = body.as_object();
    EXPECT_EQ(as("root", "POST", "/namespaces/n/objects",
                 json::object{{"name", "x"}, {"properties", {{"p", std::move(in_object)}}}})
                  .status,
              400)
        << more;
  }
  for (const auto* body :
       {R"({"title": "T", "type": "string"})", R"({"name": "p", "type": "string"})",
        R"({"name": "", "title": "T", "type": "string"})"})
    EXPECT_EQ(as("root", "POST", "/namespaces/n/properties", json::parse(body)).status, 400)
        << body;
  EXPECT_EQ(as("root", "POST", "/namespaces/n/properties",
               json::parse(std::string(kString) + R"(, "created_at": "x"})"))
                .status,
            403);
  EXPECT_EQ(as("root", "GET", "/namespaces/n/properties/p").status, 404);
}

TEST_F(MetadefTest, BadObjectsAreRefused) {
  make("n");
  for (const auto* body :
       {"{}", R"({"name": 5})", R"({"name": ""})", R"({"name": "x", "y": 1})",
        R"({"name": "x", "required": "a"})", R"({"name": "x", "required": [5]})",
        R"({"name": "x", "required": ["a", "a"]})", R"({"name": "x", "properties": []})"})
    EXPECT_EQ(as("root", "POST", "/namespaces/n/objects", json::parse(body)).status, 400) << body;
  EXPECT_EQ(as("root", "POST", "/namespaces/n/objects", {{"name", std::string(81, 'x')}}).status,
            400);
  EXPECT_EQ(as("root", "POST", "/namespaces/n/objects", {{"name", "x"}, {"self", "y"}}).status,
            403);
  for (const auto* query : {"limit=0", "limit=x", "sort_dir=x", "visibility=x"})
    EXPECT_EQ(as("root", "GET", std::string("/namespaces/n/objects?") + query).status, 400);
}

TEST_F(MetadefTest, TagsAreMadeOneByOneAndAtOnce) {
  make("n");
  const std::string all = "/namespaces/n/tags";
  const auto tags = [&] { return names(as("root", "GET", all), "tags"); };
  EXPECT_EQ(as("root", "POST", all + "/t3").status, 201);
  EXPECT_EQ(as("root", "POST", all + "/t3").status, 409);
  EXPECT_EQ(as("root", "POST", all + "/t4", json::object{{"name", "x"}}).status, 400);
  EXPECT_EQ(as("root", "POST", all + "/" + std::string(81, 'x')).status, 400);
  EXPECT_EQ(tags(), "t3 t2 t1") << "the newest first";
  EXPECT_EQ(as("root", "PUT", all + "/t3", {{"name", "t1"}}).status, 409);
  EXPECT_EQ(as("root", "PUT", all + "/t3", {{"name", "t0"}}).body().at("name"), "t0");
  EXPECT_EQ(names(as("root", "GET", all + "?sort_key=name&sort_dir=asc"), "tags"), "t0 t1 t2");
  EXPECT_EQ(names(as("root", "GET", all + "?limit=1&marker=t0"), "tags"), "t2");
  EXPECT_EQ(as("root", "GET", all + "?marker=none").status, 404);
  const json::value two = json::parse(R"({"tags": [{"name": "a"}, {"name": "b"}]})");
  EXPECT_EQ(as("root", "POST", all, two).body(), two);
  EXPECT_EQ(tags(), "b a");
  const json::value third = json::parse(R"({"tags": [{"name": "c"}]})");
  EXPECT_EQ(as("root", "POST", all, third, {{"x-openstack-append", "True"}}).status, 201);
  EXPECT_EQ(tags(), "c b a");
  EXPECT_EQ(as("root", "POST", all, third, {{"x-openstack-append", "True"}}).status, 409);
  EXPECT_EQ(
      as("root", "POST", all, json::parse(R"({"tags": [{"name": "d"}, {"name": "d"}]})")).status,
      409);
  EXPECT_EQ(tags(), "c b a") << "nothing of a refused request stays";
  for (const auto* bad : {"{}", R"({"tags": "x"})", R"({"tags": [{}]})", R"({"tags": [], "x": 1})",
                          R"({"tags": [{"name": ""}]})", R"({"tags": [{"name": "a", "x": 1}]})"})
    EXPECT_EQ(as("root", "POST", all, json::parse(bad)).status, 400) << bad;
  EXPECT_EQ(as("root", "DELETE", all + "/c").status, 204);
  EXPECT_EQ(as("root", "DELETE", all + "/c").status, 404);
  EXPECT_EQ(as("root", "DELETE", all).status, 204);
  EXPECT_EQ(tags(), "");
}

TEST_F(MetadefTest, AssociationsMakeTheirResourceType) {
  make("n");
  const std::string all = "/namespaces/n/resource_types";
  const json::object mine{{"name", "My::Type"}, {"prefix", "m:"}, {"properties_target", "image"}};
  EXPECT_EQ(as("root", "POST", all, mine).status, 201);
  EXPECT_EQ(as("root", "POST", all, mine).status, 409);
  EXPECT_EQ(names(as("root", "GET", all), "resource_type_associations"),
            "My::Type OS::Nova::Flavor");
  EXPECT_EQ(
      names(as("root", "GET", "/namespaces?resource_types=My::Type"), "namespaces", "namespace"),
      "n");
  EXPECT_EQ(as("root", "DELETE", all + "/My::Type").status, 204);
  EXPECT_EQ(as("root", "DELETE", all + "/My::Type").status, 404);
  EXPECT_NE(names(as("ann", "GET", "/resource_types"), "resource_types").find("My::Type"),
            std::string::npos);
  for (const auto* bad : {"{}", R"({"name": 5})", R"({"name": "x", "y": 1})", R"({"name": ""})"})
    EXPECT_EQ(as("root", "POST", all, json::parse(bad)).status, 400) << bad;
}

TEST_F(MetadefTest, SchemasAreServedToEveryUser) {
  for (const std::string name : {"namespace", "object", "property", "resource_type", "tag"}) {
    const Reply one =
        call(router_, "GET", "/image/v2/schemas/metadefs/" + name, "", {{"x-test-user", "ann"}});
    ASSERT_EQ(one.status, 200) << name;
    EXPECT_EQ(one.body().at("additionalProperties"), false) << name;
    const std::string plural = name == "property" ? "properties" : name + "s";
    const json::value many =
        call(router_, "GET", "/image/v2/schemas/metadefs/" + plural, "", {{"x-test-user", "ann"}})
            .body();
    EXPECT_EQ(many.at("links").as_array().size(), 3U) << name;
    EXPECT_TRUE(many.at("properties").as_object().contains(many.at("name").as_string())) << name;
    EXPECT_EQ(one.body().as_object().contains("definitions"),
              many.as_object().contains("definitions"))
        << name;
  }
  EXPECT_EQ(call(router_, "GET", "/image/v2/schemas/metadefs/namespace").status, 401);
}

TEST(SchemaCheck, SaysWhatIsWrongAndWhere) {
  const json::object schema = json::parse(R"({"name": "s", "properties": {"a": {"type": "array",
      "items": {"type": "string", "maxLength": 2}}}})")
                                  .as_object();
  image::check_schema(schema, json::parse(R"({"a": ["x", "éé"], "b": 1})"));
  EXPECT_EQ(message_of([&] { image::check_schema(schema, json::parse(R"({"a": ["x", "yyy"]})")); }),
            "Provided object does not match schema 's': 'yyy' is too long (in instance['a'][1])");
}

}  // namespace
}  // namespace virga::test
