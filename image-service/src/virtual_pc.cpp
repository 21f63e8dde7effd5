// SPDX-License-Identifier: Apache-2.0
// VHD and VHDX: the formats of Virtual PC and Hyper-V.
#include <string>

#include "image-service/src/bytes.h"
#include "image-service/src/formats.h"

namespace virga::images {
namespace {

using namespace std::string_view_literals;

constexpr std::uint64_t kFooter = 512;
constexpr std::uint64_t kDynamicHeader = 1024;
constexpr std::size_t kRegionTable = 192 * 1024;
constexpr std::size_t kPeek = 64 * 1024;
constexpr std::uint64_t kMostEntries = 2047;

// Written as they stand in the file.
constexpr auto kMetadataRegion =
    "\x06\xa2\x7c\x8b\x90\x47\x9a\x4b\xb8\xfe\x57\x5f\x05\x0f\x88\x6e"sv;
constexpr auto kFileParameters =
    "\x37\x67\xa1\xca\x36\xfa\x43\x4d\xb3\xb6\x33\xf0\xaa\x44\xe7\x6b"sv;
constexpr auto kDiskSize = "\x24\x42\xa5\x2f\x1b\xcd\x76\x48\xb2\x11\x5d\xbe\xd8\x3b\xf4\xb8"sv;
constexpr auto kParentLocator =
    "\x2d\x5f\xd3\xa8\x0b\xb3\x4d\x45\xab\xf7\xd3\xd8\x48\x34\xab\x0c"sv;

[[noreturn]] void refuse(std::string_view why) {
  refuse_format("vhd", why);
}
[[noreturn]] void refuse_x(std::string_view why) {
  refuse_format("vhdx", why);
}

/// One's complement of the sum of all bytes but those of the checksum itself.
std::uint32_t checksum(std::string_view block, std::size_t field) {
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < block.size(); ++i)
    if (i < field || i >= field + 4) sum += static_cast<unsigned char>(block[i]);
  return ~sum;
}

void check_dynamic(const ImageView& image, std::uint64_t header_at) {
  if (!has_at(image.head, 0, "conectix")) refuse("the copy of its footer is missing");
  if (header_at > image.head.size() || !has_at(image.head, header_at, "cxsparse"))
    refuse("its dynamic header is not at its start");
  const std::string_view header = image.head.substr(header_at, kDynamicHeader);
  if (big_endian(header, 36, 4) != checksum(header, 36)) refuse("its dynamic header is damaged");
  const std::uint64_t table = big_endian(header, 16, 8);
  const std::uint64_t entries = big_endian(header, 28, 4);
  if (!within(table, entries * 4, image.size)) refuse("its block table lies outside the file");
  for (std::size_t i = 576; i + 24 <= 768; i += 24)
    if (big_endian(header, i, 4) != 0) refuse("it refers to another file");
}

struct Found {
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
};

/// The metadata region, out of the region table.
Found metadata_region(const ImageView& image) {
  const std::string table = image.peek(kRegionTable, kPeek);
  if (!has_at(table, 0, "regi")) refuse_x("its region table is damaged");
  const std::uint64_t count = little_endian(table, 8, 4);
  if (count == 0 || count > kMostEntries) refuse_x("its region table is damaged");
  Found found;
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::size_t at = 16 + i * 32;
    const Found region{little_endian(table, at + 16, 8), little_endian(table, at + 24, 4)};
    if (!within(region.offset, region.length, image.size))
      refuse_x("a region lies outside the file");
    if (has_at(table, at, kMetadataRegion)) found = region;
  }
  if (found.length == 0) refuse_x("it has no metadata");
  return found;
}

/// The value of a metadata item, `width` bytes.
std::uint64_t item(const ImageView& image, const Found& region, std::string_view entry,
                   std::size_t width) {
  const std::uint64_t offset = little_endian(entry, 16, 4);
  if (!within(offset, width, region.length)) refuse_x("its metadata is damaged");
  return little_endian(image.peek(region.offset + offset, width), 0, width);
}

}  // namespace

void refuse_format(std::string_view format, std::string_view why) {
  throw Error(ErrorKind::invalid,
              "The " + std::string(format) + " image is refused: " + std::string(why) + ".");
}

std::int64_t checked_size(std::string_view format, std::uint64_t bytes) {
  if (bytes == 0) refuse_format(format, "its virtual size is 0");
  if (bytes > kMostVirtualBytes) refuse_format(format, "its virtual size is more than 64 TiB");
  return static_cast<std::int64_t>(bytes);
}

std::int64_t check_vhd(const ImageView& image) {
  if (image.tail.size() < kFooter || !has_at(image.tail, 0, "conectix"))
    refuse("its footer is missing");
  const std::string_view footer = image.tail;
  if (big_endian(footer, 64, 4) != checksum(footer, 64)) refuse("its footer is damaged");
  const std::uint64_t size = big_endian(footer, 48, 8);
  switch (big_endian(footer, 60, 4)) {
    case 2:
      if (size + kFooter != image.size)
        refuse("its size and its file's size contradict each other");
      break;
    case 3:
      check_dynamic(image, big_endian(footer, 16, 8));
      break;
    case 4:
      refuse("it stands on another image");
    default:
      refuse("its type is not supported");
  }
  return checked_size("vhd", size);
}

std::int64_t check_vhdx(const ImageView& image) {
  if (!image.peek) refuse_x("it cannot be inspected here");
  const Found region = metadata_region(image);
  const std::string table = image.peek(region.offset, kPeek);
  if (!has_at(table, 0, "metadata")) refuse_x("its metadata is damaged");
  const std::uint64_t count = little_endian(table, 10, 2);
  if (count > kMostEntries) refuse_x("its metadata is damaged");
  std::uint64_t size = 0;
  bool has_parameters = false;
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::size_t at = 32 + i * 32;
    if (!within(at, 32, table.size())) refuse_x("its metadata is damaged");
    const std::string_view entry = std::string_view(table).substr(at, 32);
    if (has_at(entry, 0, kParentLocator)) refuse_x("it stands on another image");
    if (has_at(entry, 0, kFileParameters)) {
      if (has_parameters) refuse_x("its metadata is ambiguous");
      has_parameters = true;
      if ((item(image, region, entry, 8) >> 33U & 1U) != 0) refuse_x("it stands on another image");
    }
    if (has_at(entry, 0, kDiskSize)) {
      if (size != 0) refuse_x("its metadata is ambiguous");
      size = item(image, region, entry, 8);
      if (size == 0) refuse_x("its virtual size is 0");
    }
  }
  return checked_size("vhdx", size);
}

}  // namespace virga::images
