// SPDX-License-Identifier: Apache-2.0
// The image cache as the Image API shows it.
#include "api/image/image_api.h"
#include "db/store/host_bases.h"
#include "db/store/hosts.h"
#include "db/store/images.h"
#include "tests/unit/api/api_call.h"

namespace virga::test {
namespace {

using store::WriteTx;

const std::string kDigest(64, 'd');

class ImageCacheApi : public testing::Test {
 protected:
  ImageCacheApi() {
    authorizer_.add("root", "p0", "admin");
    authorizer_.add("bob", "p2", "member");
    image::add_routes(router_, deps_);
    db_.write([&](WriteTx& tx) {
      add(tx, active_, "raw", model::ImageStatus::active);
      add(tx, queued_, "raw", model::ImageStatus::queued);
      add(tx, iso_, "iso", model::ImageStatus::active);
      model::Host h;
      h.id = "h1";
      h.name = "host-1";
      store::hosts::insert(tx, h);
    });
  }
  static void add(WriteTx& tx, const std::string& id, const std::string& format,
                  model::ImageStatus status) {
    model::Image i;
    i.id = id;
    i.owner = "p0";
    i.status = status;
    i.disk_format = format;
    i.digest = status == model::ImageStatus::active ? kDigest : "";
    i.size = 10;
    store::images::insert(tx, i);
  }
  Reply as(const std::string& user, const std::string& method, const std::string& path,
           Headers headers = {}) {
    headers.emplace_back("x-test-user", user);
    return call(router_, method, "/image/v2" + path, "", headers);
  }
  int root(const std::string& method, const std::string& path, const Headers& headers = {}) {
    return as("root", method, path, headers).status;
  }
  /// The host holds the image.
  void hold() {
    db_.write([&](WriteTx& tx) {
      store::host_bases::replace(
          tx, "h1", {{kDigest, "raw", 10, 1'700'000'000'050'000, 1'600'000'000'000'001, 2}});
    });
  }
  std::string shown() { return as("root", "GET", "/cache").text; }

  const TempDir dir_;
  store::Database db_{dir_.path("virga.db")};
  FakeClock clock_;
  TestAuthorizer authorizer_;
  http::Router router_{authorizer_};
  images::StoreSet stores_{{{"local", dir_.path("images"), ""}}, dir_.path("staging")};
  const image::ImageQuota quota_{"RegionOne"};
  image::ImageDeps deps_{db_, clock_, stores_, quota_};
  const std::string active_ = new_uuid();
  const std::string queued_ = new_uuid();
  const std::string iso_ = new_uuid();
  const std::string empty_ = R"({"cached_images":[],"queued_images":[]})";
};

TEST_F(ImageCacheApi, ShowsWhatIsCachedAndQueued) {
  EXPECT_EQ(shown(), empty_);
  hold();
  EXPECT_EQ(shown(), R"({"cached_images":[{"image_id":")" + active_ +
                         R"(","hits":2,"last_accessed":1700000000.050000,)"
                         R"("last_modified":1600000000.000001,"size":10}],"queued_images":[]})");
  EXPECT_EQ(root("PUT", "/cache/" + active_), 202);
  EXPECT_EQ(shown(), R"({"cached_images":[],"queued_images":[")" + active_ + R"("]})");
}

TEST_F(ImageCacheApi, QueuesOnlyWhatHostsCanCache) {
  const Reply good = as("root", "PUT", "/cache/" + active_);
  EXPECT_EQ(good.status, 202);
  EXPECT_EQ(good.text, "");
  EXPECT_EQ(root("PUT", "/cache/" + active_), 202) << "it is queued already";
  EXPECT_EQ(root("PUT", "/cache/" + queued_), 400);
  EXPECT_EQ(root("PUT", "/cache/" + iso_), 400);
  EXPECT_EQ(root("PUT", "/cache/" + new_uuid()), 404);
  EXPECT_EQ(root("PUT", "/cache/non-existing-image-id"), 404);
}

TEST_F(ImageCacheApi, TakesOneImageFromTheCacheAndTheQueue) {
  hold();
  root("PUT", "/cache/" + active_);
  EXPECT_EQ(root("DELETE", "/cache/" + active_), 204);
  EXPECT_EQ(as("root", "GET", "/cache").body().at("queued_images").as_array().size(), 0U);
  db_.read([](store::ReadTx& tx) {
    store::Rows rows = tx.query("SELECT host_id, digest FROM image_cache_drops");
    ASSERT_TRUE(rows.next());
    EXPECT_EQ(rows.text(0), "h1");
    EXPECT_EQ(rows.text(1), kDigest);
  });
  EXPECT_EQ(root("DELETE", "/cache/" + queued_), 204) << "the service has no word for it";
  EXPECT_EQ(root("DELETE", "/cache/" + new_uuid()), 404);
}

TEST_F(ImageCacheApi, ClearsWhatTheHeaderNames) {
  const auto clear = [&](const std::string& target) {
    return root("DELETE", "/cache", {{"x-image-cache-clear-target", target}});
  };
  root("PUT", "/cache/" + active_);
  for (const char* target : {"both", "queue,cache", " queue"}) EXPECT_EQ(clear(target), 400);
  EXPECT_EQ(clear("cache"), 204);
  EXPECT_NE(shown(), empty_);
  EXPECT_EQ(clear("Queue"), 204);
  EXPECT_EQ(shown(), empty_);
  root("PUT", "/cache/" + active_);
  EXPECT_EQ(root("DELETE", "/cache"), 204);
  EXPECT_EQ(shown(), empty_);
}

TEST_F(ImageCacheApi, AnImageThatIsDeletedIsQueuedNoLonger) {
  root("PUT", "/cache/" + active_);
  EXPECT_EQ(root("DELETE", "/images/" + active_), 204);
  EXPECT_EQ(shown(), empty_);
}

TEST_F(ImageCacheApi, IsForAdministrators) {
  for (const auto& [method, path] :
       std::vector<std::pair<std::string, std::string>>{{"GET", "/cache"},
                                                        {"DELETE", "/cache"},
                                                        {"PUT", "/cache/" + active_},
                                                        {"DELETE", "/cache/" + active_},
                                                        {"PUT", "/cache/" + new_uuid()}})
    EXPECT_EQ(as("bob", method, path).status, 403) << method << path;
}

TEST_F(ImageCacheApi, TheVersionsTellOfIt) {
  const Reply r = call(router_, "GET", "/image");
  EXPECT_NE(r.text.find("v2.14"), std::string::npos);
  EXPECT_EQ(r.body().at("versions").as_array()[0].at("id"), "v2.16");
}

}  // namespace
}  // namespace virga::test
