// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <random>
#include <vector>

#include "tests/unit/image-service/hostile_images.h"

namespace virga::images {
namespace {

TEST(InspectQcow2, AcceptsAVersion2Header) {
  std::string image = qcow2_with(4, 4, 2);
  put(image, 96, 4, 0);
  put(image, 100, 4, 0);
  EXPECT_EQ(inspect(image, "qcow2").virtual_size, 10 << 20);
}

TEST(InspectQcow2, AcceptsZstdAndExtendedL2) {
  std::string image = qcow2_with(72, 8, 0x18);
  put(image, 104, 1, 1);
  EXPECT_EQ(inspect(image, "qcow2").virtual_size, 10 << 20);
}

TEST(InspectQcow2, AcceptsTheFeatureNameTable) {
  std::string image = qcow2_with(112, 4, 0x6803f857);
  put(image, 116, 4, 384);
  EXPECT_EQ(inspect(image, "qcow2").virtual_size, 10 << 20);
}

std::vector<Hostile> hostile_qcow2() {
  std::string two_tables = qcow2_with(40, 8, kCluster);
  std::string snapshots = qcow2_with(60, 4, 2);
  std::string snapshots_outside = snapshots;
  put(snapshots_outside, 64, 8, 1ULL << 40U);
  std::string snapshots_on_l1 = snapshots;
  put(snapshots_on_l1, 64, 8, 3 * kCluster);
  std::string zstd_silent = qcow2_with(104, 1, 1);
  std::string endless = qcow2_with(112, 4, 0x6803f857);
  put(endless, 116, 4, kCluster);
  std::string huge_extension = qcow2_with(112, 4, 0x6803f857);
  put(huge_extension, 116, 4, 0xffffffff);
  std::string no_end = qcow2_with(112, 4, 0x6803f857);
  put(no_end, 116, 4, kCluster - 112 - 16);
  put(no_end, kCluster - 8, 4, 0x6803f857);
  put(no_end, kCluster - 4, 4, 8);
  std::string beyond_budget =
      qcow2_with(20, 4, 21);  // its first cluster is longer than what is kept
  put(beyond_budget, 112, 4, 0x6803f857);
  put(beyond_budget, 116, 4, Inspector::kHeadBytes - 112 - 8);
  beyond_budget.resize(16 << 20);
  return {
      {"extensions beyond what is kept", beyond_budget, "extensions have no end"},
      {"version 1", qcow2_with(4, 4, 1), "versions 2 and 3"},
      {"version 4", qcow2_with(4, 4, 4), "versions 2 and 3"},
      {"backing file", qcow2_with(8, 8, 512), "backing file"},
      {"backing name length", qcow2_with(16, 4, 5), "backing file"},
      {"cluster bits 8", qcow2_with(20, 4, 8), "cluster size"},
      {"cluster bits 22", qcow2_with(20, 4, 22), "cluster size"},
      {"cluster bits 64", qcow2_with(20, 4, 64), "cluster size"},
      {"cluster bits max", qcow2_with(20, 4, 0xffffffff), "cluster size"},
      {"size 0", qcow2_with(24, 8, 0), "virtual size is 0"},
      {"size huge", qcow2_with(24, 8, (1ULL << 46U) + 512), "64 TiB"},
      {"size max", qcow2_with(24, 8, ~0ULL), "64 TiB"},
      {"size beyond L1", qcow2_with(24, 8, 1ULL << 40U), "too small"},
      {"AES", qcow2_with(32, 4, 1), "encrypted"},
      {"LUKS", qcow2_with(32, 4, 2), "encrypted"},
      {"no L1", qcow2_with(36, 4, 0), "too small"},
      {"L1 beyond file", qcow2_with(36, 4, 2), "outside the file"},
      {"L1 absurd", qcow2_with(36, 4, 0xffffffff), "too large"},
      {"L1 offset beyond", qcow2_with(40, 8, 1ULL << 40U), "outside the file"},
      {"L1 offset wraps", qcow2_with(40, 8, ~0ULL << 16U), "outside the file"},
      {"L1 in header", qcow2_with(40, 8, 0), "offset of its L1 table"},
      {"L1 unaligned", qcow2_with(40, 8, 2 * kCluster + 8), "offset of its L1 table"},
      {"refcounts beyond", qcow2_with(48, 8, 8 * kCluster), "outside the file"},
      {"refcounts wrap", qcow2_with(48, 8, ~0ULL << 16U), "outside the file"},
      {"refcounts in header", qcow2_with(48, 8, 0), "reference count table is wrong"},
      {"no refcounts", qcow2_with(56, 4, 0), "no reference counts"},
      {"refcounts absurd", qcow2_with(56, 4, 0xffffffff), "too large"},
      {"tables overlap", two_tables, "overlap"},
      {"snapshots absurd", qcow2_with(60, 4, 65536), "internal snapshots"},
      {"snapshot table in header", snapshots, "snapshot table is wrong"},
      {"snapshot table outside", snapshots_outside, "outside the file"},
      {"snapshot table on L1", snapshots_on_l1, "outside the file"},
      {"dirty", qcow2_with(72, 8, 1), "not closed cleanly"},
      {"corrupt", qcow2_with(72, 8, 2), "corrupt"},
      {"external data", qcow2_with(72, 8, 4), "another file"},
      {"unknown incompatible", qcow2_with(72, 8, 1U << 5U), "not supported"},
      {"unknown incompatible high", qcow2_with(72, 8, 1ULL << 63U), "not supported"},
      {"unknown compatible", qcow2_with(80, 8, 2), "not supported"},
      {"bitmaps", qcow2_with(88, 8, 1), "bitmaps"},
      {"raw external data", qcow2_with(88, 8, 2), "raw external data"},
      {"refcount order", qcow2_with(96, 4, 7), "too wide"},
      {"header too short", qcow2_with(100, 4, 96), "header length"},
      {"header unaligned", qcow2_with(100, 4, 107), "header length"},
      {"header too long", qcow2_with(100, 4, kCluster + 8), "header length"},
      {"header max", qcow2_with(100, 4, 0xfffffff8), "header length"},
      {"compression unknown", qcow2_with(104, 1, 2), "compression type"},
      {"compression hidden", zstd_silent, "contradict"},
      {"compression missing", qcow2_with(72, 8, 8), "contradict"},
      {"padding used", qcow2_with(105, 1, 1), "fields that are not supported"},
      {"backing format", qcow2_with(112, 4, 0xe2792aca), "extension"},
      {"data file name", qcow2_with(112, 4, 0x44415441), "extension"},
      {"crypto", qcow2_with(112, 4, 0x0537be77), "extension"},
      {"bitmaps extension", qcow2_with(112, 4, 0x23852875), "extension"},
      {"unknown extension", qcow2_with(112, 4, 0x12345678), "extension"},
      {"extension beyond header", endless, "ends outside the header"},
      {"extension length max", huge_extension, "ends outside the header"},
      {"extensions without end", no_end, "ends outside the header"},
      {"extended L2, small clusters", qcow2_with(72, 8, 0x10).replace(23, 1, "\x0c"), "too small"},
  };
}

TEST(InspectQcow2, RefusesHostileQcow2Headers) {
  for (const Hostile& c : hostile_qcow2()) {
    const std::string why = refusal(c.image, "qcow2");
    EXPECT_NE(why.find(c.reason), std::string::npos) << c.name << ": " << why;
    // Declaring it as something else is no way around.
    EXPECT_NE(refusal(c.image, "raw"), "") << c.name;
  }
}

TEST(InspectQcow2, RefusesAQcow2TruncatedAnywhere) {
  const std::string whole = valid_qcow2();
  for (std::size_t size = 4; size < whole.size(); size += size < 200 ? 1 : 4999)
    EXPECT_NE(refusal(std::string_view(whole).substr(0, size), "qcow2"), "") << size;
  EXPECT_NE(refusal(std::string_view(whole).substr(0, whole.size() - 1), "qcow2"), "");
}

TEST(InspectQcow2, KeepsBytesWithoutItsSignatureAsUnbootable) {
  const std::string whole = valid_qcow2();
  for (std::size_t size = 1; size < 4; ++size)
    EXPECT_NE(inspect(whole.substr(0, size), "qcow2").unbootable, "") << size;
}

TEST(InspectQcow2, DoesNotOverflowWithTheSmallestAndLargestClusters) {
  std::string image = qcow2_with(20, 4, 21);
  EXPECT_NE(refusal(image, "qcow2").find("truncated"), std::string::npos);
  image = qcow2_with(20, 4, 9);
  put(image, 24, 8, 1ULL << 46U);
  EXPECT_NE(refusal(image, "qcow2").find("too small"), std::string::npos);
}

/// What holds for everything accepted as qcow2, whatever its bytes were.
void check_accepted(const std::string& image, const Inspection& found) {
  if (!found.unbootable.empty()) {  // not a qcow2 at all
    EXPECT_NE(image.substr(0, 4), "QFI\xfb");
    EXPECT_EQ(found.virtual_size, 0);
    return;
  }
  EXPECT_GT(found.virtual_size, 0);
  EXPECT_LE(found.virtual_size, 1LL << 46);
  EXPECT_EQ(image.substr(0, 4), "QFI\xfb");
  EXPECT_EQ(image.substr(8, 12), std::string(12, '\0'));  // no backing file
  EXPECT_EQ(image.substr(32, 4), std::string(4, '\0'));   // no encryption
}

TEST(InspectQcow2, SurvivesRandomMutations) {
  const char* fixed = std::getenv("VIRGA_TEST_SEED");
  const auto seed = fixed != nullptr
                        ? std::strtoull(fixed, nullptr, 10)
                        : static_cast<unsigned long long>(
                              std::chrono::steady_clock::now().time_since_epoch().count());
  SCOPED_TRACE("VIRGA_TEST_SEED=" + std::to_string(seed));
  std::cout << "VIRGA_TEST_SEED=" << seed << "\n";
  std::mt19937_64 random(seed);
  constexpr std::uint64_t kEdges[] = {0, 1, 0x7f, 0x80, 0xff, 9, 16, 21};
  for (int round = 0; round < 20000; ++round) {
    std::string image = valid_qcow2();
    for (auto changes = 1 + random() % 6; changes > 0; --changes) {
      const std::size_t at = random() % 10 == 0 ? random() % image.size() : random() % 128;
      image[at] = static_cast<char>(random() % 2 == 0 ? kEdges[random() % 8] : random());
    }
    if (random() % 4 == 0) image.resize(random() % image.size());
    try {
      check_accepted(image, inspect(image, "qcow2", 65536));
    } catch (const Error& error) {
      ASSERT_EQ(error.kind(), ErrorKind::invalid) << error.what();
    }
  }
}

}  // namespace
}  // namespace virga::images
