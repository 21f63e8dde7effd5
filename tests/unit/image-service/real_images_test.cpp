// SPDX-License-Identifier: Apache-2.0
// Images as qemu-img and xorriso make them, against the same checks as those made byte by byte.
#include <gtest/gtest.h>

#include <array>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "common/error.h"
#include "common/file.h"
#include "common/random.h"
#include "common/subprocess.h"
#include "image-service/inspect.h"

namespace virga::images {
namespace {

namespace fs = std::filesystem;

class RealImages : public testing::Test {
 protected:
  RealImages() : folder_(fs::temp_directory_path() / ("virga-real-" + new_hex_id())) {
    fs::create_directory(folder_);
  }
  ~RealImages() override { fs::remove_all(folder_); }

  /// Makes an image of 4 MiB with 1 MiB of data.
  std::string make(const std::string& format, const std::string& options) {
    const std::string plain = folder_ + "/plain";
    const std::string made = folder_ + "/made";
    write_file_atomic(plain, std::string(1 << 20, 'd') + std::string(3 << 20, '\0'));
    Command command{.argv = {"/usr/bin/qemu-img", "convert", "-f", "raw", "-O", format}};
    if (!options.empty()) command.argv.insert(command.argv.end(), {"-o", options});
    command.argv.insert(command.argv.end(), {plain, made});
    (void)run_checked(command);
    return read_file(made, 64 << 20).value();
  }

  static Inspection inspect(const std::string& bytes, const std::string& declared) {
    Inspector inspector;
    inspector.feed(bytes);
    return inspector.finish(declared, [&](std::uint64_t offset, std::size_t size) {
      return offset < bytes.size() ? bytes.substr(offset, size) : std::string();
    });
  }

  std::string folder_;
};

TEST_F(RealImages, AcceptsEveryKindOfStandAloneQcow2) {
  for (const char* options :
       {"compat=0.10", "compat=1.1", "cluster_size=512", "cluster_size=2M", "refcount_bits=1",
        "refcount_bits=64", "lazy_refcounts=on", "compression_type=zstd", "extended_l2=on",
        "preallocation=full", "extended_l2=on,cluster_size=16K"})
    EXPECT_EQ(inspect(make("qcow2", options), "qcow2").virtual_size, 4 << 20) << options;
}

TEST_F(RealImages, RefusesOtherFormatsAsRawAndAsQcow2) {
  for (const char* format : {"vmdk", "vdi", "vhdx", "vpc", "qed", "parallels", "qcow"}) {
    const std::string bytes = make(format, "");
    EXPECT_THROW(inspect(bytes, "raw"), Error) << format;
    EXPECT_THROW(inspect(bytes, "qcow2"), Error) << format;
  }
  EXPECT_THROW(inspect(make("vpc", "subformat=fixed"), "raw"), Error);
  EXPECT_THROW(inspect(make("vmdk", "subformat=monolithicFlat"), "raw"), Error);
}

TEST_F(RealImages, AcceptsOtherFormatsUnderTheirNamesAndTellsTheirSizes) {
  const std::vector<std::array<const char*, 3>> formats = {
      {"vmdk", "subformat=monolithicSparse", "vmdk"},
      {"vmdk", "subformat=streamOptimized", "vmdk"},
      {"vdi", "", "vdi"},
      {"vdi", "static=on", "vdi"},
      {"vhdx", "", "vhdx"},
      {"vpc", "force_size=on", "vhd"},
      {"vpc", "subformat=fixed,force_size=on", "vhd"},
      {"parallels", "", "ploop"}};
  for (const auto& [format, options, declared] : formats) {
    const Inspection found = inspect(make(format, options), declared);
    EXPECT_EQ(found.virtual_size, 4 << 20) << format << " " << options;
    EXPECT_EQ(found.unbootable, "");
  }
  EXPECT_THROW(inspect(make("vmdk", "subformat=monolithicFlat"), "vmdk"), Error);
  EXPECT_THROW(inspect(make("vmdk", "subformat=twoGbMaxExtentSparse"), "vmdk"), Error);
}

TEST_F(RealImages, AnyTruncationOrFlippedHeaderIsRefusedOrHarmless) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  const std::vector<std::pair<const char*, const char*>> formats = {
      {"vmdk", "vmdk"}, {"vdi", "vdi"}, {"vhdx", "vhdx"}, {"vpc", "vhd"}, {"parallels", "ploop"}};
  for (const auto& [format, declared] : formats) {
    const std::string sound = make(format, "");
    for (int round = 0; round < 300; ++round) {
      std::string bytes = sound;
      if (round % 3 == 0) bytes.resize(random() % bytes.size() + 1);
      for (int flips = 0; flips < 4; ++flips)
        bytes[random() % std::min<std::size_t>(bytes.size(), 300 * 1024)] =
            static_cast<char>(random());
      try {
        EXPECT_LE(inspect(bytes, declared).virtual_size, std::int64_t{1} << 46);
      } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::invalid);
      }
    }
  }
}

TEST_F(RealImages, RefusesImagesThatReferToOtherFiles) {
  const std::string base = folder_ + "/base";
  const std::string made = folder_ + "/made";
  (void)run_checked({.argv = {"/usr/bin/qemu-img", "create", "-q", "-f", "qcow2", base, "1M"}});
  (void)run_checked({.argv = {"/usr/bin/qemu-img", "create", "-q", "-f", "qcow2", "-F", "qcow2",
                              "-b", base, made}});
  EXPECT_THROW(inspect(read_file(made).value(), "qcow2"), Error);
  // Once rebased onto nothing it stands alone.
  (void)run_checked({.argv = {"/usr/bin/qemu-img", "rebase", "-f", "qcow2", "-b", "", made}});
  EXPECT_EQ(inspect(read_file(made).value(), "qcow2").virtual_size, 1 << 20);
  for (const char* raw : {"off", "on"}) {
    (void)run_checked(
        {.argv = {"/usr/bin/qemu-img", "create", "-q", "-f", "qcow2", "-o",
                  "data_file=" + folder_ + "/data,data_file_raw=" + raw, made, "1M"}});
    EXPECT_THROW(inspect(read_file(made).value(), "qcow2"), Error) << raw;
  }
}

TEST_F(RealImages, AcceptsInternalSnapshotsAndRefusesBitmaps) {
  const std::string made = folder_ + "/made";
  (void)run_checked({.argv = {"/usr/bin/qemu-img", "create", "-q", "-f", "qcow2", made, "1M"}});
  (void)run_checked({.argv = {"/usr/bin/qemu-img", "snapshot", "-c", "one", made}});
  EXPECT_EQ(inspect(read_file(made).value(), "qcow2").virtual_size, 1 << 20);
  (void)run_checked({.argv = {"/usr/bin/qemu-img", "bitmap", "--add", "-f", "qcow2", made, "b"}});
  EXPECT_THROW(inspect(read_file(made).value(), "qcow2"), Error);
}

TEST_F(RealImages, AcceptsADiscOfXorriso) {
  const std::string disc = folder_ + "/disc";
  fs::create_directory(folder_ + "/files");
  write_file_atomic(folder_ + "/files/a", "1");
  (void)run_checked({.argv = {"/usr/bin/xorriso", "-no_rc", "-as", "mkisofs", "-quiet", "-J", "-R",
                              "-o", disc, folder_ + "/files"}});
  EXPECT_EQ(inspect(read_file(disc).value(), "iso").format, "iso");
  EXPECT_THROW(inspect(read_file(disc).value(), "raw"), Error);
}

}  // namespace
}  // namespace virga::images
