// SPDX-License-Identifier: Apache-2.0
// VDI and ploop: formats with one header and one table.
#include "image-service/src/bytes.h"
#include "image-service/src/formats.h"

namespace virga::images {
namespace {

using namespace std::string_view_literals;

constexpr std::uint64_t kVdiVersion = 0x00010001;
constexpr std::uint64_t kVdiBlock = 1U << 20U;
constexpr std::uint64_t kPloopHeader = 64;

bool is_zero(std::string_view bytes) {
  return bytes.find_first_not_of('\0') == std::string_view::npos;
}

}  // namespace

std::int64_t check_vdi(const ImageView& image) {
  const auto refuse = [](std::string_view why) { refuse_format("vdi", why); };
  const std::string_view head = image.head;
  if (!has_at(head, 64, "\x7f\x10\xda\xbe")) refuse("its signature is missing");
  if (little_endian(head, 68, 4) != kVdiVersion) refuse("its version is not supported");
  const std::uint64_t type = little_endian(head, 76, 4);
  if (type != 1 && type != 2) refuse("it stands on another image");
  if (little_endian(head, 360, 4) != kSector) refuse("its sector size is not 512 bytes");
  if (little_endian(head, 376, 4) != kVdiBlock) refuse("its block size is not 1 MiB");
  if (head.size() < 456 || !is_zero(head.substr(424, 32))) refuse("it stands on another image");
  const std::uint64_t size = little_endian(head, 368, 8);
  const std::uint64_t blocks = little_endian(head, 384, 4);
  if (size > blocks * kVdiBlock) refuse("its block map is too small for its virtual size");
  if (!within(little_endian(head, 340, 4), blocks * 4, image.size))
    refuse("its block map lies outside the file");
  return checked_size("vdi", size);
}

std::int64_t check_ploop(const ImageView& image) {
  const auto refuse = [](std::string_view why) { refuse_format("ploop", why); };
  const std::string_view head = image.head;
  if (little_endian(head, 16, 4) != 2) refuse("its version is not supported");
  const std::uint64_t cluster = little_endian(head, 28, 4);
  const std::uint64_t entries = little_endian(head, 32, 4);
  std::uint64_t sectors = little_endian(head, 36, 8);
  if (has_at(head, 0, "WithoutFreeSpace"sv)) sectors &= 0xffffffffULL;
  if (cluster == 0 || sectors > kMostVirtualBytes / kSector) refuse("its header is damaged");
  if (!within(kPloopHeader, entries * 4, image.size)) refuse("its table lies outside the file");
  if (sectors > entries * cluster) refuse("its table is too small for its virtual size");
  return checked_size("ploop", sectors * kSector);
}

}  // namespace virga::images
