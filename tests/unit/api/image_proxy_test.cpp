// SPDX-License-Identifier: Apache-2.0
// Images through the Compute API, its extensions, and what it has not any more.
#include "db/store/quotas.h"
#include "tests/unit/api/compute_fixture.h"

namespace virga::compute {
namespace {

using Texts = std::vector<std::string>;

class ImageProxy : public test::ComputeTest {
 protected:
  ImageProxy() {
    add("mine", "p1", model::ImageVisibility::private_, {{"k", "v"}, {"instance_uuid", "s1"}});
    add("theirs", "p2", model::ImageVisibility::private_, {});
    add("community", "p2", model::ImageVisibility::community, {});
  }
  void add(const std::string& id, const std::string& owner, model::ImageVisibility visibility,
           const std::map<std::string, std::string>& properties) {
    model::Image image;
    image.id = id;
    image.name = "name-of-" + id;
    image.owner = owner;
    image.visibility = visibility;
    image.status = model::ImageStatus::queued;
    image.min_disk_gib = 3;
    image.created_us = image.updated_us = clock_.now_us() + ++added_ * kSecondUs;
    image.properties = properties;
    db_.write([&](test::WriteTx& tx) { store::images::insert(tx, image); });
  }
  Texts listed(const std::string& query, const std::string& user = "ann") {
    const auto reply = as(user, "GET", "/images" + query);
    EXPECT_EQ(reply.status, 200) << reply.text;
    return test::texts(reply.body().at("images"), "name");
  }
  std::string metadata(const std::string& id = "mine") {
    return as("ann", "GET", "/images/" + id + "/metadata").text;
  }
  int added_ = 0;
};

TEST_F(ImageProxy, ListsWhatTheProjectSees) {
  EXPECT_EQ(listed(""), (Texts{"name-of-mine", "cirros"}));
  EXPECT_EQ(listed("?name=cirros"), Texts{"cirros"});
  EXPECT_EQ(listed("?status=ACTIVE"), Texts{"cirros"});
  EXPECT_EQ(listed("?minDisk=3"), Texts{"name-of-mine"});
  EXPECT_EQ(listed("?property-k=v"), Texts{"name-of-mine"});
  EXPECT_EQ(listed("?server=http://cloud/servers/s1"), Texts{"name-of-mine"});
  EXPECT_EQ(listed("?changes-since=" + format_seconds(clock_.now_us())), Texts{"name-of-mine"});
  EXPECT_EQ(listed("?limit=1"), Texts{"name-of-mine"});
  EXPECT_EQ(listed("?limit=1&marker=mine"), Texts{"cirros"});
  EXPECT_EQ(as("ann", "GET", "/images/detail?limit=1").body().at("images_links").at(0).at("href"),
            "http://cloud:8774/compute/v2.1/images/detail?limit=1&marker=mine");
  for (const char* bad : {"?limit=-1", "?marker=theirs", "?minRam=x", "?changes-since=x"})
    EXPECT_EQ(as("ann", "GET", std::string("/images") + bad).status, 400) << bad;
}

TEST_F(ImageProxy, ShowsOneInItsOldForm) {
  const auto image = as("ann", "GET", "/images/mine").body().at("image");
  EXPECT_EQ(image.at("status"), "SAVING");
  EXPECT_EQ(image.at("progress"), 25);
  EXPECT_EQ(image.at("minDisk"), 3);
  EXPECT_EQ(image.at("metadata").at("k"), "v");
  EXPECT_EQ(image.at("server").at("id"), "s1");
  EXPECT_EQ(image.at("links").at(2).at("type"), "application/vnd.openstack.image");
  const auto active = as("ann", "GET", "/images/" + image_).body().at("image");
  EXPECT_EQ(active.at("status"), "ACTIVE");
  EXPECT_EQ(active.at("progress"), 100);
  EXPECT_EQ(as("ann", "GET", "/images/theirs").status, 404);
  EXPECT_EQ(as("ann", "GET", "/images/none").status, 404);
}

TEST_F(ImageProxy, EndsWithItsMicroversions) {
  EXPECT_EQ(status_at(35, "ann", "GET", "/images"), 200);
  EXPECT_EQ(status_at(36, "ann", "GET", "/images"), 404);
  EXPECT_EQ(status_at(36, "ann", "GET", "/images/mine"), 404);
  EXPECT_EQ(status_at(38, "ann", "GET", "/images/mine/metadata"), 200);
  EXPECT_EQ(status_at(39, "ann", "GET", "/images/mine/metadata"), 404);
}

TEST_F(ImageProxy, DeletesOwnImages) {
  EXPECT_EQ(as("ann", "DELETE", "/images/theirs").status, 404);
  EXPECT_EQ(as("ann", "DELETE", "/images/" + image_).status, 403) << "public, of another project";
  EXPECT_EQ(as("reader", "DELETE", "/images/mine").status, 403);
  EXPECT_EQ(as("ann", "DELETE", "/images/").status, 404);
  EXPECT_EQ(as("ann", "DELETE", "/images/mine").status, 204);
  EXPECT_EQ(as("ann", "GET", "/images/mine").status, 404);
}

TEST_F(ImageProxy, MetadataIsReadAndChanged) {
  EXPECT_EQ(metadata(), R"({"metadata":{"instance_uuid":"s1","k":"v"}})");
  const auto send = [&](const char* method, const std::string& path, json::object body) {
    return as("ann", method, "/images/mine/metadata" + path, std::move(body));
  };
  EXPECT_EQ(send("PUT", "", {{"metadata", {{"a", "1"}}}}).text, R"({"metadata":{"a":"1"}})");
  EXPECT_EQ(metadata(), R"({"metadata":{"a":"1"}})");
  EXPECT_EQ(send("POST", "", {{"metadata", {{"b", "2"}}}}).text,
            R"({"metadata":{"a":"1","b":"2"}})");
  EXPECT_EQ(send("PUT", "/b", {{"meta", {{"b", "3"}}}}).text, R"({"meta":{"b":"3"}})");
  EXPECT_EQ(as("ann", "GET", "/images/mine/metadata/b").text, R"({"meta":{"b":"3"}})");
  EXPECT_EQ(as("ann", "DELETE", "/images/mine/metadata/b").status, 204);
  EXPECT_EQ(as("ann", "DELETE", "/images/mine/metadata/b").status, 404);
  EXPECT_EQ(as("ann", "GET", "/images/mine/metadata/b").status, 404);
  EXPECT_EQ(metadata(), R"({"metadata":{"a":"1"}})");
}

TEST_F(ImageProxy, MetadataHasItsRefusals) {
  const json::object one{{"metadata", {{"a", "1"}}}};
  const auto put = [&](const std::string& path, json::object body) {
    return as("ann", "PUT", "/images/mine/metadata" + path, std::move(body)).status;
  };
  EXPECT_EQ(put("", {{"metadata", {{"a/b", "1"}}}}), 400);
  EXPECT_EQ(put("", {{"metadata", {{"a", 1}}}}), 400);
  EXPECT_EQ(put("", {{"metadata", {{"a", std::string(256, 'v')}}}}), 400);
  EXPECT_EQ(put("", {{"meta", {{"a", "1"}}}}), 400);
  EXPECT_EQ(put("/a", {{"meta", {{"b", "1"}}}}), 400);
  EXPECT_EQ(put("/a", {{"meta", {{"a", "1"}, {"b", "1"}}}}), 400);
  EXPECT_EQ(put("", {{"metadata", {{"os_glance_x", "1"}}}}), 403);
  EXPECT_EQ(put("", {{"metadata", {{"status", "active"}}}}), 403);
  EXPECT_EQ(as("ann", "PUT", "/images/theirs/metadata", one).status, 404);
  EXPECT_EQ(as("ann", "PUT", "/images/" + image_ + "/metadata", one).status, 403);
  EXPECT_EQ(as("reader", "PUT", "/images/mine/metadata", one).status, 403);
  db_.write([](test::WriteTx& tx) { store::quotas::set(tx, "p1", "", "metadata_items", 1); });
  EXPECT_EQ(put("", {{"metadata", {{"a", "1"}, {"b", "1"}}}}), 403);
  EXPECT_EQ(metadata(), R"({"metadata":{"instance_uuid":"s1","k":"v"}})");
}

TEST_F(ImageProxy, WhatTheImageServiceKeepsStays) {
  db_.write([](test::WriteTx& tx) {
    store::images::set_property(tx, "mine", "os_glance_importing_to_stores", "local");
  });
  EXPECT_EQ(
      as("ann", "PUT", "/images/mine/metadata", json::object{{"metadata", json::object{}}}).status,
      200);
  EXPECT_EQ(metadata(), R"({"metadata":{"os_glance_importing_to_stores":"local"}})");
}

TEST_F(ImageProxy, ExtensionsAreListed) {
  const auto list = as("ann", "GET", "/extensions").body().at("extensions").as_array();
  EXPECT_EQ(list.size(), 99U);
  const auto one = as("ann", "GET", "/extensions/os-server-group-quotas").body().at("extension");
  EXPECT_EQ(one.at("name"), "ServerGroupQuotas");
  EXPECT_EQ(one.at("description"), "Server Group Quotas");
  EXPECT_EQ(as("ann", "GET", "/extensions/none").status, 404);
}

TEST_F(ImageProxy, WhatIsRemovedIsGone) {
  for (const auto& [method, path] : std::vector<std::pair<std::string, std::string>>{
           {"GET", "/os-cells"},
           {"PUT", "/os-agents/1"},
           {"GET", "/os-fping"},
           {"POST", "/os-cloudpipe"},
           {"POST", "/os-networks"},
           {"DELETE", "/os-networks/1"},
           {"GET", "/servers/x/os-virtual-interfaces"}}) {
    const auto reply = at(93, "ann", method, path, json::object{});
    EXPECT_EQ(reply.status, 410) << path;
    EXPECT_EQ(reply.body().at("computeFault").at("code"), 410);
  }
  EXPECT_EQ(status_at(35, "root", "GET", "/os-baremetal-nodes"), 501);
  EXPECT_EQ(status_at(35, "ann", "GET", "/os-baremetal-nodes"), 403);
  EXPECT_EQ(status_at(35, "root", "DELETE", "/os-baremetal-nodes/1"), 400);
  EXPECT_EQ(status_at(36, "root", "GET", "/os-baremetal-nodes"), 404);
}

}  // namespace
}  // namespace virga::compute
