// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cctype>
#include <charconv>
#include <string>
#include <vector>

#include "image-service/src/bytes.h"
#include "image-service/src/formats.h"

namespace virga::images {
namespace {

constexpr std::uint64_t kMostDescriptorSectors = 40;  // 20 KiB: VMware writes 10
constexpr std::uint64_t kDirectoryAtEnd = ~std::uint64_t{0};

[[noreturn]] void refuse(std::string_view why) {
  refuse_format("vmdk", why);
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.front())) != 0)
    text.remove_prefix(1);
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back())) != 0)
    text.remove_suffix(1);
  return text;
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

/// Lines of the descriptor, in lower case and without comments; it ends at the first zero byte.
std::vector<std::string> lines_of(std::string_view descriptor) {
  std::vector<std::string> lines;
  std::string_view rest = descriptor.substr(0, descriptor.find('\0'));
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    const std::string_view line = trimmed(rest.substr(0, end));
    if (!line.empty() && line.front() != '#') lines.push_back(lower(line));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return lines;
}

bool is_extent(const std::string& line) {
  return line.starts_with("rw ") || line.starts_with("rdonly ") || line.starts_with("noaccess ");
}

/// `rw SECTORS sparse "NAME"`: the one extent, which is this file itself.
void check_extent(const std::string& line, std::uint64_t capacity) {
  if (!line.starts_with("rw ")) refuse("its extent is not writable");
  std::uint64_t sectors = 0;
  const char* const from = line.data() + 3;
  const auto [end, failure] = std::from_chars(from, line.data() + line.size(), sectors);
  if (failure != std::errc{} || sectors != capacity)
    refuse("its extent and its capacity contradict each other");
  const std::string_view rest =
      trimmed({end, static_cast<std::size_t>(line.data() + line.size() - end)});
  if (!rest.starts_with("sparse ")) refuse("its extent is not a sparse one in this file");
  const std::string_view name = trimmed(rest.substr(7));
  if (name.size() < 2 || name.front() != '"' || name.back() != '"' ||
      name.find('"', 1) != name.size() - 1 || name.find_first_of("/\\") != std::string_view::npos)
    refuse("its extent names another place");
}

void check_setting(const std::string& line) {
  const std::size_t equals = line.find('=');
  if (equals == std::string::npos) refuse("its descriptor has a line that is not understood");
  const std::string_view key = trimmed(std::string_view(line).substr(0, equals));
  std::string_view value = trimmed(std::string_view(line).substr(equals + 1));
  if (value.size() >= 2 && value.front() == '"') value = value.substr(1, value.size() - 2);
  if (key == "parentcid" && value != "ffffffff") refuse("it stands on another image");
  if (key == "parentfilenamehint" || key == "changetrackpath") refuse("it refers to another file");
  if (key == "createtype" && value != "monolithicsparse" && value != "streamoptimized")
    refuse("only the types monolithicSparse and streamOptimized are stored");
}

void check_descriptor(std::string_view descriptor, std::uint64_t capacity) {
  int extents = 0;
  bool typed = false;
  for (const std::string& line : lines_of(descriptor)) {
    if (is_extent(line)) {
      check_extent(line, capacity);
      ++extents;
    } else {
      typed = typed || line.starts_with("createtype");
      check_setting(line);
    }
  }
  if (extents != 1) refuse("it does not have exactly one extent");
  if (!typed) refuse("its descriptor does not tell its type");
}

}  // namespace

std::int64_t check_vmdk(const ImageView& image) {
  if (!has_at(image.head, 0, "KDMV")) refuse("its data is in other files");
  const std::uint64_t version = little_endian(image.head, 4, 4);
  if (version < 1 || version > 3) refuse("its version is not supported");
  const std::uint64_t capacity = little_endian(image.head, 12, 8);
  if (capacity > kMostVirtualBytes / kSector) refuse("its virtual size is more than 64 TiB");
  const std::uint64_t grain = little_endian(image.head, 20, 8);
  if (grain < 8 || grain > 1024 || (grain & (grain - 1)) != 0) refuse("its grain size is wrong");
  const std::uint64_t at = little_endian(image.head, 28, 8);
  const std::uint64_t sectors = little_endian(image.head, 36, 8);
  if (at == 0 || sectors == 0) refuse("it has no descriptor in the file");
  if (sectors > kMostDescriptorSectors || at > image.head.size() / kSector ||
      !within(at * kSector, sectors * kSector, image.head.size()))
    refuse("its descriptor is not at its start");
  const std::uint64_t directory = little_endian(image.head, 56, 8);
  if (directory != kDirectoryAtEnd && (directory == 0 || directory >= image.size / kSector))
    refuse("its grain directory lies outside the file");
  check_descriptor(image.head.substr(at * kSector, sectors * kSector), capacity);
  return checked_size("vmdk", capacity * kSector);
}

}  // namespace virga::images
