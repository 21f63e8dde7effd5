// SPDX-License-Identifier: Apache-2.0
#include "image-service/src/qcow2.h"

#include <algorithm>
#include <string>

#include "image-service/src/bytes.h"

namespace virga::images {
namespace {

constexpr std::uint64_t kHeaderV2 = 72;
constexpr std::uint64_t kHeaderV3 = 104;
constexpr std::uint64_t kLeastClusterBits = 9;
constexpr std::uint64_t kMostClusterBits = 21;
constexpr std::uint64_t kLeastClusterBitsExtended = 14;  // 32 subclusters of at least 512 bytes
constexpr std::uint64_t kMostVirtualSize = 1ULL << 46;   // 64 TiB: more than any host's disks
constexpr std::uint64_t kMostL1Bytes = 32ULL << 20;      // QEMU opens no larger one
constexpr std::uint64_t kMostRefcountTableBytes = 8ULL << 20;  // likewise
constexpr std::uint64_t kMostSnapshots = 256;
constexpr std::uint64_t kLeastSnapshotBytes = 40;
constexpr std::uint64_t kMostRefcountOrder = 6;

constexpr std::uint64_t kDirty = 1U << 0U;
constexpr std::uint64_t kCorrupt = 1U << 1U;
constexpr std::uint64_t kExternalData = 1U << 2U;
constexpr std::uint64_t kCompressionType = 1U << 3U;
constexpr std::uint64_t kExtendedL2 = 1U << 4U;
constexpr std::uint64_t kLazyRefcounts = 1U << 0U;
constexpr std::uint64_t kZstd = 1;

constexpr std::uint64_t kExtensionEnd = 0;
constexpr std::uint64_t kExtensionFeatureNames = 0x6803f857;

[[noreturn]] void refuse(const std::string& why) {
  throw Error(ErrorKind::invalid, "The qcow2 image is refused: " + why + ".");
}

struct Header {
  std::uint64_t version = 0;
  std::uint64_t cluster_bits = 0;
  std::uint64_t size = 0;
  std::uint64_t l1_entries = 0;
  std::uint64_t l1_offset = 0;
  std::uint64_t refcount_offset = 0;
  std::uint64_t refcount_clusters = 0;
  std::uint64_t snapshots = 0;
  std::uint64_t snapshots_offset = 0;
  std::uint64_t incompatible = 0;
  std::uint64_t length = kHeaderV2;

  std::uint64_t cluster_size() const { return 1ULL << cluster_bits; }
};

/// A part of the file that the header points at.
struct Region {
  const char* name;
  std::uint64_t offset;
  std::uint64_t length;
};

Header read_common(std::string_view head) {
  Header h;
  h.version = big_endian(head, 4, 4);
  if (h.version != 2 && h.version != 3) refuse("only versions 2 and 3 are supported");
  if (big_endian(head, 8, 8) != 0 || big_endian(head, 16, 4) != 0)
    refuse("it has a backing file, and an image must stand alone");
  h.cluster_bits = big_endian(head, 20, 4);
  if (h.cluster_bits < kLeastClusterBits || h.cluster_bits > kMostClusterBits)
    refuse("its cluster size is outside 512 bytes to 2 MiB");
  h.size = big_endian(head, 24, 8);
  if (h.size == 0) refuse("its virtual size is 0");
  if (h.size > kMostVirtualSize) refuse("its virtual size is more than 64 TiB");
  if (big_endian(head, 32, 4) != 0) refuse("it is encrypted");
  h.l1_entries = big_endian(head, 36, 4);
  h.l1_offset = big_endian(head, 40, 8);
  h.refcount_offset = big_endian(head, 48, 8);
  h.refcount_clusters = big_endian(head, 56, 4);
  h.snapshots = big_endian(head, 60, 4);
  h.snapshots_offset = big_endian(head, 64, 8);
  return h;
}

void check_incompatible(const Header& h) {
  if ((h.incompatible & kDirty) != 0)
    refuse("it was not closed cleanly; repair it with 'qemu-img check -r all'");
  if ((h.incompatible & kCorrupt) != 0) refuse("it is marked as corrupt");
  if ((h.incompatible & kExternalData) != 0) refuse("it keeps its data in another file");
  if ((h.incompatible & ~(kCompressionType | kExtendedL2)) != 0)
    refuse("it needs a feature that is not supported");
  if ((h.incompatible & kExtendedL2) != 0 && h.cluster_bits < kLeastClusterBitsExtended)
    refuse("its clusters are too small for subclusters");
}

/// Compression type, its padding, and header fields of later versions.
void check_additional(std::string_view head, const Header& h) {
  const std::uint64_t type = h.length > kHeaderV3 ? big_endian(head, kHeaderV3, 1) : 0;
  if (type > kZstd) refuse("its compression type is not supported");
  if ((type != 0) != ((h.incompatible & kCompressionType) != 0))
    refuse("its compression type and its features contradict each other");
  for (std::uint64_t at = kHeaderV3 + 1; at < h.length; ++at)
    if (big_endian(head, at, 1) != 0) refuse("its header has fields that are not supported");
}

void read_version_3(std::string_view head, Header& h) {
  h.incompatible = big_endian(head, 72, 8);
  const std::uint64_t compatible = big_endian(head, 80, 8);
  const std::uint64_t autoclear = big_endian(head, 88, 8);
  h.length = big_endian(head, 100, 4);
  if (h.length < kHeaderV3 || h.length > h.cluster_size() || h.length > head.size() ||
      h.length % 8 != 0)
    refuse("its header length is wrong");
  check_incompatible(h);
  if ((compatible & ~kLazyRefcounts) != 0) refuse("it has a feature that is not supported");
  if (autoclear != 0)
    refuse("it has bitmaps or raw external data; convert it with 'qemu-img convert -O qcow2'");
  if (big_endian(head, 96, 4) > kMostRefcountOrder) refuse("its reference counts are too wide");
  check_additional(head, h);
}

/// Extensions lie between the header and the end of the first cluster, in a list with an end mark.
void check_extensions(std::string_view head, const Header& h) {
  const std::uint64_t end = std::min<std::uint64_t>(h.cluster_size(), head.size());
  std::uint64_t at = h.length;
  while (within(at, 8, end)) {
    const std::uint64_t type = big_endian(head, at, 4);
    const std::uint64_t length = big_endian(head, at + 4, 4);
    if (type == kExtensionEnd) return;
    if (type != kExtensionFeatureNames)
      refuse("it has a header extension that is not supported; convert it with 'qemu-img convert'");
    const std::uint64_t padded = (length + 7) / 8 * 8;
    if (!within(at + 8, padded, end)) refuse("a header extension ends outside the header");
    at += 8 + padded;
  }
  // A header that fills its cluster exactly leaves no room for an end mark.
  if (at != h.cluster_size()) refuse("its header extensions have no end");
}

void check_region(const Region& r, const Header& h, std::uint64_t file_size) {
  const std::string name = r.name;
  if (r.offset < h.cluster_size() || r.offset % h.cluster_size() != 0)
    refuse("the offset of its " + name + " is wrong");
  if (!within(r.offset, r.length, file_size))
    refuse("its " + name + " lies outside the file, which may be truncated");
}

void check_disjoint(const Region& a, const Region& b) {
  // Both lie within the file, so that these sums do not overflow.
  if (a.offset < b.offset + b.length && b.offset < a.offset + a.length)
    refuse(std::string("its ") + a.name + " and its " + b.name + " overlap");
}

void check_tables(const Header& h, std::uint64_t file_size) {
  const std::uint64_t entry = (h.incompatible & kExtendedL2) != 0 ? 16 : 8;
  const std::uint64_t per_l1_entry = h.cluster_size() * (h.cluster_size() / entry);  // <= 2^39
  const std::uint64_t needed = (h.size - 1) / per_l1_entry + 1;
  if (h.l1_entries < needed) refuse("its L1 table is too small for its virtual size");
  if (h.l1_entries * 8 > kMostL1Bytes) refuse("its L1 table is too large");
  if (h.refcount_clusters == 0) refuse("it has no reference counts");
  // Both factors are below 2^32 and 2^22.
  const std::uint64_t refcount_bytes = h.refcount_clusters * h.cluster_size();
  if (refcount_bytes > kMostRefcountTableBytes) refuse("its reference count table is too large");
  const Region l1{"L1 table", h.l1_offset, h.l1_entries * 8};
  const Region refcounts{"reference count table", h.refcount_offset, refcount_bytes};
  check_region(l1, h, file_size);
  check_region(refcounts, h, file_size);
  check_disjoint(l1, refcounts);
  if (h.snapshots == 0) return;
  if (h.snapshots > kMostSnapshots) refuse("it has more than 256 internal snapshots");
  const Region snapshots{"snapshot table", h.snapshots_offset, h.snapshots * kLeastSnapshotBytes};
  check_region(snapshots, h, file_size);
  check_disjoint(snapshots, l1);
  check_disjoint(snapshots, refcounts);
}

}  // namespace

std::int64_t check_qcow2(const ImageView& image) {
  Header h = read_common(image.head);
  if (h.version == 3) read_version_3(image.head, h);
  if (image.size < h.cluster_size()) refuse("the file is truncated within its first cluster");
  check_extensions(image.head, h);
  check_tables(h, image.size);
  return static_cast<std::int64_t>(h.size);
}

}  // namespace virga::images
