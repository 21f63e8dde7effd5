// SPDX-License-Identifier: Apache-2.0
#include "image-service/image_store.h"

#include <random>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <thread>

#include "common/error.h"
#include "common/file.h"
#include "common/hash.h"
#include "common/random.h"

#include "image-service/crc32c.h"
#include "image-service/store_set.h"

namespace virga::images {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kLimit = 1 << 20;

class ImageStoreTest : public testing::Test {
 protected:
  ImageStoreTest() : path_(fs::temp_directory_path() / ("virga-images-" + new_hex_id())) {
    store_ = make_directory_image_store(path_);
  }
  ~ImageStoreTest() override { fs::remove_all(path_); }

  StoredImage add(std::string_view bytes, const std::string& format = "raw") {
    auto upload = store_->begin_upload({kLimit, std::nullopt});
    upload->write(bytes);
    return upload->commit(format);
  }

  StoredImage add_large(std::string_view bytes) {
    auto upload = store_->begin_upload({1 << 30, std::nullopt});
    for (std::size_t at = 0; at < bytes.size(); at += 300'000)
      upload->write(bytes.substr(at, 300'000));
    return upload->commit("raw");
  }

  std::vector<std::string> files() const {
    std::vector<std::string> found;
    for (const auto& entry : fs::recursive_directory_iterator(path_))
      if (entry.is_regular_file() && entry.path().extension().empty())
        found.push_back(fs::relative(entry.path(), path_));
    return found;
  }

  static mode_t mode_of(const std::string& path) {
    struct stat facts {};
    EXPECT_EQ(::stat(path.c_str(), &facts), 0) << path;
    return facts.st_mode & 07777U;
  }

  std::string stored(const std::string& digest) const {
    return path_ + "/" + digest.substr(0, 2) + "/" + digest;
  }

  std::string path_;
  std::unique_ptr<ImageStore> store_;
};

template <class F>
ErrorKind kind_of(F failing) {
  try {
    failing();
  } catch (const Error& error) {
    return error.kind();
  }
  ADD_FAILURE() << "nothing was thrown";
  return ErrorKind::internal;
}

TEST_F(ImageStoreTest, KeepsAnImageUnderItsDigest) {
  const StoredImage image = add("hello");
  EXPECT_EQ(image.digest, sha256_hex("hello"));
  EXPECT_EQ(image.checksum, "") << "nobody asked for it";
  EXPECT_EQ(image.size, 5);
  EXPECT_EQ(image.inspection.format, "raw");
  EXPECT_EQ(image.inspection.virtual_size, 5);
  EXPECT_EQ(read_file(stored(image.digest)), "hello");
  EXPECT_EQ(store_->open(image.digest)->read(1, 3), "ell");
  EXPECT_EQ(mode_of(stored(image.digest)), 0640U);
  EXPECT_EQ(mode_of(path_), 0750U);
  EXPECT_EQ(mode_of(path_ + "/" + image.digest.substr(0, 2)), 0750U);
  EXPECT_TRUE(fs::is_empty(path_ + "/incoming"));
}

TEST_F(ImageStoreTest, StoresTheSameContentOnce) {
  const StoredImage first = add("same");
  EXPECT_EQ(add("same").digest, first.digest);
  EXPECT_EQ(files().size(), 1U);
  EXPECT_EQ(store_->list(), std::vector<std::string>{first.digest});
}

TEST_F(ImageStoreTest, StoresTheSameContentOnceFromManyThreads) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) threads.emplace_back([&] { (void)add("same"); });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(files().size(), 1U);
}

TEST_F(ImageStoreTest, AnAbortedUploadLeavesNothing) {
  {
    auto upload = store_->begin_upload({kLimit, std::nullopt});
    upload->write("half");
    EXPECT_EQ(files().size(), 1U);
  }
  EXPECT_TRUE(files().empty());
}

TEST_F(ImageStoreTest, ARefusedImageLeavesNothingAndSaysWhy) {
  auto upload = store_->begin_upload({kLimit, std::nullopt});
  upload->write("KDMV");
  try {
    (void)upload->commit("raw");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::invalid);
    EXPECT_STREQ(error.what(), "The image is declared as 'raw', but its content is 'vmdk'.");
  }
  EXPECT_TRUE(files().empty());
  EXPECT_EQ(kind_of([&] { (void)upload->commit("raw"); }), ErrorKind::conflict);
  EXPECT_EQ(kind_of([&] { upload->write("x"); }), ErrorKind::conflict);
}

TEST_F(ImageStoreTest, RefusesAnEmptyImage) {
  auto upload = store_->begin_upload({kLimit, 0});
  EXPECT_EQ(kind_of([&] { (void)upload->commit("raw"); }), ErrorKind::invalid);
  EXPECT_TRUE(files().empty());
}

TEST_F(ImageStoreTest, RefusesMoreThanTheLimitAtOnce) {
  auto upload = store_->begin_upload({6, std::nullopt});
  upload->write("123456");
  EXPECT_EQ(kind_of([&] { upload->write("7"); }), ErrorKind::too_large);
  EXPECT_TRUE(files().empty());
  EXPECT_EQ(kind_of([&] { (void)store_->begin_upload({6, 7}); }), ErrorKind::too_large);
}

TEST_F(ImageStoreTest, RefusesAnotherSizeThanAnnounced) {
  auto longer = store_->begin_upload({kLimit, 3});
  EXPECT_EQ(kind_of([&] { longer->write("1234"); }), ErrorKind::invalid);
  auto shorter = store_->begin_upload({kLimit, 3});
  shorter->write("12");
  EXPECT_EQ(kind_of([&] { (void)shorter->commit("raw"); }), ErrorKind::invalid);
  EXPECT_TRUE(files().empty());
  auto right = store_->begin_upload({kLimit, 3});
  right->write("123");
  EXPECT_EQ(right->commit("raw").size, 3);
}

TEST_F(ImageStoreTest, ANewStoreRemovesLeftoversButNotLivingUploads) {
  const StoredImage image = add("kept");
  auto living = store_->begin_upload({kLimit, std::nullopt});
  living->write("living");
  write_file_atomic(path_ + "/incoming/" + new_hex_id(), "of a process that was killed");
  store_ = make_directory_image_store(path_);
  EXPECT_EQ(files().size(), 2U);
  EXPECT_EQ(living->commit("raw").digest, sha256_hex("living"));
  EXPECT_EQ(store_->list().size(), 2U);
  EXPECT_TRUE(store_->verify(image.digest));
}

TEST_F(ImageStoreTest, NoticesFlippedBitsAndHealsThemByANewCommit) {
  const StoredImage image = add("precious");
  EXPECT_TRUE(store_->verify(image.digest));
  write_file_atomic(stored(image.digest), "precioux");
  EXPECT_FALSE(store_->verify(image.digest));
  (void)add("precious");
  EXPECT_TRUE(store_->verify(image.digest));
}

std::string whole(ImageReader& reader) {
  std::string bytes;
  read_all(reader, [&](std::string_view piece) { bytes += piece; });
  return bytes;
}

TEST_F(ImageStoreTest, FlippedBitsNeverLeaveTheStore) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  std::string bytes((5 << 20) + 77, '\0');
  for (char& c : bytes) c = static_cast<char>(random());
  for (int round = 0; round < 20; ++round) {
    const StoredImage image = add_large(bytes);
    ASSERT_EQ(whole(*store_->open(image.digest)), bytes);
    const std::size_t at = random() % bytes.size();
    std::string damaged = bytes;
    damaged[at] = static_cast<char>(damaged[at] ^ (1 << (random() % 8)));
    write_file_atomic(stored(image.digest), damaged);
    std::string served;
    try {
      const auto reader = store_->open(image.digest);
      read_all(*reader, [&](std::string_view piece) { served += piece; });
      ADD_FAILURE() << "byte " << at << " was served";
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::unavailable);
    }
    EXPECT_LE(served.size(), at);
    EXPECT_TRUE(bytes.starts_with(served));
    EXPECT_EQ(kind_of([&] { (void)store_->open(image.digest); }), ErrorKind::unavailable)
        << "it stays marked";
  }
}

TEST_F(ImageStoreTest, ADamagedTableIsMadeAnewOutOfSoundBytes) {
  const StoredImage image = add("sound");
  const std::string table = stored(image.digest) + ".pieces";
  std::string text = *read_file(table);
  for (std::size_t at = 0; at < text.size(); ++at) {
    std::string damaged = text;
    damaged[at] = static_cast<char>(damaged[at] ^ 1);
    write_file_atomic(table, damaged);
    EXPECT_EQ(whole(*store_->open(image.digest)), "sound") << at;
    EXPECT_EQ(*read_file(table), text);
  }
  fs::remove(table);
  EXPECT_EQ(whole(*store_->open(image.digest)), "sound");
  fs::remove(table);
  write_file_atomic(stored(image.digest), "soond");
  EXPECT_EQ(kind_of([&] { (void)store_->open(image.digest); }), ErrorKind::unavailable);
}

TEST_F(ImageStoreTest, ComputesOtherDigestsWhenAsked) {
  auto upload = store_->begin_upload({kLimit, std::nullopt, true, true});
  upload->write("hello");
  const StoredImage image = upload->commit("raw");
  EXPECT_EQ(image.checksum, md5_hex("hello"));
  Digest sha512(DigestKind::sha512);
  sha512.update("hello");
  EXPECT_EQ(image.sha512, sha512.hex());
}

TEST_F(ImageStoreTest, ASetServesTheCopyThatIsSound) {
  StoreSet set({{"a", path_ + "/a", ""}, {"b", path_ + "/b", ""}}, path_ + "/staging");
  auto upload = set.begin_upload({kLimit, std::nullopt});
  upload->write("twice");
  const std::string digest = upload->commit("raw").digest;
  EXPECT_EQ(set.named("b").list().size(), 0U);
  StoreSet::copy(*set.open(digest), digest, set.named("b"));
  write_file_atomic(path_ + "/a/" + digest.substr(0, 2) + "/" + digest, "twicf");
  EXPECT_EQ(whole(*set.open(digest)), "twice");
  set.remove(digest);
  EXPECT_EQ(kind_of([&] { (void)set.open(digest); }), ErrorKind::not_found);
  EXPECT_EQ(kind_of([&] { (void)set.named("c"); }), ErrorKind::not_found);
  EXPECT_EQ(kind_of([&] { StoreSet({{"../x", path_, ""}}, path_); }), ErrorKind::invalid);
}

TEST(Crc32c, HasTheKnownValues) {  // Source: RFC 3720, B.4
  EXPECT_EQ(crc32c(0, std::string(32, '\0')), 0x8a9136aaU);
  EXPECT_EQ(crc32c(0, std::string(32, '\xff')), 0x62a8ab43U);
  EXPECT_EQ(crc32c(crc32c(0, "1234"), "56789"), 0xe3069283U);
}

TEST_F(ImageStoreTest, RemovesAndForgets) {
  const StoredImage image = add("gone");
  store_->remove(image.digest);
  store_->remove(image.digest);
  EXPECT_TRUE(store_->list().empty());
  EXPECT_FALSE(store_->verify(image.digest));
  EXPECT_EQ(kind_of([&] { (void)store_->open(image.digest); }), ErrorKind::not_found);
}

TEST_F(ImageStoreTest, ListsOnlyImagesThatAreOldEnough) {
  const StoredImage image = add("young");
  EXPECT_TRUE(store_->list(3600).empty());
  EXPECT_EQ(store_->list(0), std::vector<std::string>{image.digest});
}

TEST_F(ImageStoreTest, DigestsCannotBecomeOtherPaths) {
  for (const std::string digest : {"", "../../etc/passwd", "incoming", "ab"}) {
    EXPECT_EQ(kind_of([&] { (void)store_->open(digest); }), ErrorKind::not_found);
    EXPECT_FALSE(store_->verify(digest));
    EXPECT_NO_THROW(store_->remove(digest));
  }
}

TEST_F(ImageStoreTest, DoesNotFollowLinks) {
  const std::string digest = sha256_hex("x");
  fs::create_directories(path_ + "/" + digest.substr(0, 2));
  fs::create_symlink("/etc/passwd", stored(digest));
  EXPECT_THROW((void)store_->open(digest), Error);
  EXPECT_TRUE(store_->list().empty());
}

}  // namespace
}  // namespace virga::images
