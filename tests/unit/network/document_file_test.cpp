// SPDX-License-Identifier: Apache-2.0
#include "network/metadata/document_file.h"

#include <gtest/gtest.h>

using namespace virga::metadata;

namespace {

const std::map<std::string, std::string> kDocuments = {
    {"", "1.0\nlatest"},
    {"openstack", "2012-08-10\nlatest"},
    {"openstack/latest/meta_data.json", "{}"},
    {"openstack/latest/user_data", std::string("a\0b\n", 4)},
    {"latest/user-data", "data"},
    {"latest/meta-data/hostname", "web"},
    {"latest/meta-data/public-keys", "0=me"},
    {"latest/meta-data/public-keys/0/openssh-key", "ssh-ed25519 AAAA"}};

std::string get(const std::string& target) {
  const auto found = find_document(pack_documents(kDocuments), target);
  return found ? found->content : "404";
}

}  // namespace

TEST(DocumentFile, GivesBackWhatWasPacked) {
  const std::string packed = pack_documents(kDocuments);
  const auto unpacked = unpack_documents(packed);
  ASSERT_TRUE(unpacked);
  ASSERT_EQ(unpacked->size(), kDocuments.size());
  for (const auto& [path, content] : kDocuments) EXPECT_EQ(unpacked->at(path), content) << path;
}

TEST(DocumentFile, RefusesEveryTruncation) {
  const std::string packed = pack_documents({{"a", "one"}});
  for (std::size_t size = 0; size < packed.size(); ++size) {
    const auto unpacked = unpack_documents(std::string_view(packed).substr(0, size));
    EXPECT_TRUE(!unpacked || unpacked->empty()) << size;
  }
  EXPECT_FALSE(unpack_documents("virga-metadata 1\na 99999999999999999999\nx\n"));
  EXPECT_FALSE(unpack_documents("virga-metadata 1\na -1\nx\n"));
  EXPECT_FALSE(unpack_documents("virga-metadata 1\na 18446744073709551615\nx\n"));
}

TEST(FindDocument, AnswersPathsInBothForms) {
  EXPECT_EQ(get("/openstack/latest/meta_data.json"), "{}");
  EXPECT_EQ(get("/openstack/latest/user_data"), std::string("a\0b\n", 4));
  EXPECT_EQ(get("/latest/meta-data/hostname"), "web");
  EXPECT_EQ(get("//latest//meta-data/hostname/?x=1"), "web");
}

TEST(FindDocument, MapsDatedVersionsToLatest) {
  EXPECT_EQ(get("/openstack/2018-08-27/meta_data.json"), "{}");
  EXPECT_EQ(get("/2009-04-04/meta-data/hostname"), "web");
  EXPECT_EQ(get("/1999-01-01/meta-data/hostname"), "404");
  EXPECT_EQ(get("/openstack/2009-04-04/meta_data.json"), "404");
}

TEST(FindDocument, ListsFolders) {
  EXPECT_EQ(get("/"), "1.0\nlatest");
  EXPECT_EQ(get("/openstack"), "2012-08-10\nlatest");
  EXPECT_EQ(get("/openstack/"), "2012-08-10\nlatest");
  EXPECT_EQ(get("/openstack/latest/"), "meta_data.json\nuser_data");
  EXPECT_EQ(get("/latest"), "meta-data/\nuser-data");
  EXPECT_EQ(get("/latest/meta-data/"), "hostname\npublic-keys/");
  EXPECT_EQ(get("/latest/meta-data/public-keys/"), "0=me");
  EXPECT_EQ(get("/latest/meta-data/public-keys/0"), "openssh-key");
}

TEST(FindDocument, KnowsNothingElse) {
  for (const auto* target :
       {"", "latest", "http://x/latest", "/../latest", "/latest/meta-data/host",
        "/latest/meta-data/hostname/x", "/openstack/latest/%2e", "/x"})
    EXPECT_EQ(get(target), "404") << target;
}
