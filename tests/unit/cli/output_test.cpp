// SPDX-License-Identifier: Apache-2.0
#include "tools/cli/output.h"

#include <boost/json/parse.hpp>

#include "common/json.h"
#include "tests/unit/common/test_support.h"
#include "tools/cli/text.h"

namespace virga::cli {
namespace {

const Listing kServers{{"id", "name", "status"},
                       {{"1", "web", "ACTIVE"}, {"22", "a, \"b\"", nullptr}}};

Format as(Form form, std::vector<std::string> columns = {}) {
  return {form, std::move(columns), false, 0};
}

TEST(Output, ATableIsAligned) {
  EXPECT_EQ(render(kServers, as(Form::table)),
            "ID  NAME    STATUS\n"
            "1   web     ACTIVE\n"
            "22  a, \"b\"  -\n");
}

TEST(Output, ColumnsAreChosenInTheirOrder) {
  EXPECT_EQ(render(kServers, as(Form::value, {"STATUS", "id"})), "ACTIVE 1\n 22\n");
  EXPECT_EQ(test::message_of([] { render(kServers, as(Form::value, {"x"})); }),
            "There is no column 'x'; there are: id, name, status.");
}

TEST(Output, CsvIsQuotedWhereItMustBe) {
  EXPECT_EQ(render(kServers, as(Form::csv)),
            "id,name,status\n1,web,ACTIVE\n22,\"a, \"\"b\"\"\",\n");
}

TEST(Output, JsonAndYamlKeepTypes) {
  const Record record{{"name", "web"}, {"n", 3}, {"none", nullptr}, {"yes", true}};
  EXPECT_EQ(json::parse(render(record, as(Form::json))),
            json::parse(R"({"name": "web", "n": 3, "none": null, "yes": true})"));
  EXPECT_EQ(render(record, as(Form::yaml)), "name: \"web\"\n\"n\": 3\nnone: null\n\"yes\": true\n");
}

TEST(Output, YamlNests) {
  EXPECT_EQ(yaml_text(json::parse(R"({"a": {"b": [1, {"c": 2, "d": []}]}, "e": {}})")),
            "a:\n"
            "  b:\n"
            "    - 1\n"
            "    - c: 2\n"
            "      d: []\n"
            "e: {}\n");
}

TEST(Output, AWideTableIsCutButNotItsIds) {
  const std::string id(36, 'i');
  const Listing wide{{"id", "name", "image"},
                     {{json::string(id), json::string(60, 'n'), json::string(20, 'm')}}};
  const std::string table = render(wide, {Form::table, {}, false, 80});
  std::size_t from = table.find('\n') + 1;
  const std::string row = table.substr(from, table.find('\n', from) - from);
  EXPECT_LE(width_of(row), 80U);
  EXPECT_TRUE(row.starts_with(id)) << row;
  EXPECT_NE(row.find("n…"), std::string::npos) << row;
  EXPECT_NE(row.find(std::string(20, 'm')), std::string::npos) << "the shorter one is not cut";
}

TEST(Output, ALongValueOfARecordGoesOnBelow) {
  const Record record{{"id", "1"}, {"fault", "one two three four five six seven"}};
  EXPECT_EQ(render(record, {Form::table, {}, false, 27}),
            "id     1\n"
            "fault  one two three four\n"
            "       five six seven\n");
}

TEST(Output, ColoursAreForStatesAndTitles) {
  Format format = as(Form::table, {"name", "status"});
  format.color = true;
  const std::string table = render(kServers, format);
  EXPECT_NE(table.find("\x1b[32mACTIVE\x1b[0m"), std::string::npos);
  EXPECT_NE(table.find("\x1b[1mNAME\x1b[0m"), std::string::npos);
  EXPECT_EQ(table.find("\x1b[32mweb"), std::string::npos);
}

TEST(Output, PrettyJsonIsTheSameValue) {
  const json::value value = json::parse(R"({"a": [1, [], {"b": null}], "c": "\n"})");
  EXPECT_EQ(json::parse(pretty_json(value)), value);
  EXPECT_EQ(pretty_json(json::parse(R"({"a": [1]})")), "{\n  \"a\": [\n    1\n  ]\n}\n");
}

}  // namespace
}  // namespace virga::cli
