// SPDX-License-Identifier: Apache-2.0
#include "image-service/src/signatures.h"

#include <algorithm>
#include <cctype>

#include "image-service/src/bytes.h"

namespace virga::images {
namespace {

using namespace std::string_view_literals;

struct Signature {
  std::string_view format;
  std::size_t offset;
  std::string_view bytes;
};

// Source: the probe functions of QEMU's block drivers, and each format's own specification.
constexpr Signature kHeadSignatures[] = {
    {"qcow2", 0, "QFI\xfb"sv},  // version 1 too: the version is checked by the reader of the header
    {"qed", 0, "QED\0"sv},
    {"vmdk", 0, "KDMV"sv},
    {"vmdk", 0, "COWD"sv},
    {"vhdx", 0, "vhdxfile"sv},
    {"vhd", 0, "conectix"sv},
    {"vdi", 0, "<<< "sv},
    {"vdi", 64, "\x7f\x10\xda\xbe"sv},
    {"luks", 0, "LUKS\xba\xbe"sv},
    {"luks", 0, "SKUL\xba\xbe"sv},
    {"ploop", 0, "WithoutFreeSpace"sv},
    {"ploop", 0, "WithouFreSpacExt"sv},
    {"bochs", 0, "Bochs Virtual HD Image"sv},
    {"cloop", 0, "#!/bin/sh\n#V2.0 Format\n"sv},
    {"iso", 32769, "CD001"sv},
    {"iso", 32769, "BEA01"sv},
    {"iso", 32769, "NSR02"sv},
    {"iso", 32769, "NSR03"sv},
};

// A footer starts 512 bytes before the end; old VHD files miss the last byte of theirs.
constexpr Signature kTailSignatures[] = {
    {"vhd", 512, "conectix"sv},
    {"vhd", 511, "conectix"sv},
    {"dmg", 512, "koly"sv},
};

constexpr std::size_t kTextBytes =
    4096;  // a descriptor's own lines come first; QEMU looks at 2 KiB

std::string_view trimmed(std::string_view line) {
  const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\r'; };
  while (!line.empty() && blank(line.front())) line.remove_prefix(1);
  while (!line.empty() && blank(line.back())) line.remove_suffix(1);
  return line;
}

/// True when `line` starts with `lower`, letters of either case.
bool starts_like(std::string_view line, std::string_view lower) {
  return line.size() >= lower.size() &&
         std::equal(lower.begin(), lower.end(), line.begin(), [](char want, char is) {
           return want == std::tolower(static_cast<unsigned char>(is));
         });
}

/// A VMDK descriptor is text: comments and empty lines, then "version=". QEMU takes any such text
/// for one, with or without the usual first comment.
bool is_vmdk_text(std::string_view head) {
  std::string_view rest = head.substr(0, kTextBytes);
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    const std::string_view line = trimmed(rest.substr(0, end));
    if (starts_like(line, "# disk descriptorfile") || starts_like(line, "version=")) return true;
    if (!line.empty() && line.front() != '#') return false;
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return false;
}

}  // namespace

std::vector<std::string_view> detect_formats(const ImageView& image) {
  std::vector<std::string_view> found;
  const auto add = [&found](std::string_view format) {
    if (std::find(found.begin(), found.end(), format) == found.end()) found.push_back(format);
  };
  for (const Signature& s : kHeadSignatures)
    if (has_at(image.head, s.offset, s.bytes)) add(s.format);
  if (is_vmdk_text(image.head)) add("vmdk");
  for (const Signature& s : kTailSignatures)
    if (image.tail.size() >= s.offset && has_at(image.tail, image.tail.size() - s.offset, s.bytes))
      add(s.format);
  return found;
}

}  // namespace virga::images
