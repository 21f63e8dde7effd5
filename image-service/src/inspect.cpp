// SPDX-License-Identifier: Apache-2.0
#include "image-service/inspect.h"

#include <algorithm>

#include "common/error.h"
#include "image-service/src/formats.h"
#include "image-service/src/qcow2.h"
#include "image-service/src/signatures.h"

namespace virga::images {
namespace {

/// The checks of one format.  @return the virtual size
struct Format {
  std::string_view name;
  std::int64_t (*check)(const ImageView&);
};

std::int64_t whole_size(const ImageView& image) {
  return static_cast<std::int64_t>(image.size);
}

constexpr Format kFormats[] = {
    {"qcow2", check_qcow2}, {"raw", whole_size},  {"iso", whole_size}, {"vmdk", check_vmdk},
    {"vhd", check_vhd},     {"vhdx", check_vhdx}, {"vdi", check_vdi},  {"ploop", check_ploop},
};

// Kernels, ramdisks and bare file systems: bytes without a signature of a disk format.
constexpr std::string_view kPlainFormats[] = {"raw", "ami", "ari", "aki"};

constexpr const char* kNotADisk = "It is a part of a machine image, not a disk.";

bool is_plain(std::string_view format) {
  return std::find(std::begin(kPlainFormats), std::end(kPlainFormats), format) !=
         std::end(kPlainFormats);
}

std::string quoted(std::string_view word) {
  return "'" + std::string(word) + "'";
}

/// The one format that the bytes have; "raw" when they have no signature.
std::string_view only_format(const ImageView& image, const std::string& declared) {
  const auto found = detect_formats(image);
  if (found.empty()) return "raw";
  if (found.size() == 1) return found.front();
  std::string names;
  for (const auto name : found) names += (names.empty() ? "" : " and ") + quoted(name);
  throw Error(ErrorKind::invalid, "The image declared as " + quoted(declared) +
                                      " is ambiguous: its content matches " + names + ".");
}

Inspection decide(const ImageView& image, const std::string& declared) {
  require_known_format(declared);
  if (image.size == 0) throw Error(ErrorKind::invalid, "The image is empty.");
  const std::string_view found = only_format(image, declared);
  if (found == "raw" && is_plain(declared))
    return {declared, whole_size(image), declared == "raw" ? "" : kNotADisk};
  if (found == "raw")
    return {declared, 0, "Its bytes do not have the signature of " + quoted(declared) + "."};
  if (found != declared)
    throw Error(ErrorKind::invalid, "The image is declared as " + quoted(declared) +
                                        ", but its content is " + quoted(found) + ".");
  const auto* format = std::find_if(std::begin(kFormats), std::end(kFormats),
                                    [&](const Format& f) { return f.name == found; });
  if (format == std::end(kFormats))
    throw Error(ErrorKind::invalid, "Images of format " + quoted(found) + " are refused.");
  return {declared, format->check(image), ""};
}

}  // namespace

const std::vector<std::string_view>& known_formats() {
  static const std::vector<std::string_view> all = {"ami", "ari",   "aki", "vhd", "vhdx", "vmdk",
                                                    "raw", "qcow2", "vdi", "iso", "ploop"};
  return all;
}

void require_known_format(const std::string& declared_format) {
  const auto& all = known_formats();
  if (std::find(all.begin(), all.end(), declared_format) == all.end())
    throw Error(ErrorKind::invalid, "The disk format is not known.");
}

void Inspector::feed(std::string_view bytes) {
  size_ += static_cast<std::int64_t>(bytes.size());
  if (head_.size() < kHeadBytes) head_.append(bytes.substr(0, kHeadBytes - head_.size()));
  if (bytes.size() >= kTailBytes) {
    tail_.assign(bytes.substr(bytes.size() - kTailBytes));
    return;
  }
  tail_.append(bytes);
  if (tail_.size() > kTailBytes) tail_.erase(0, tail_.size() - kTailBytes);
}

Inspection Inspector::finish(const std::string& declared_format, const Peek& peek) const {
  return decide({head_, tail_, static_cast<std::uint64_t>(size_), peek}, declared_format);
}

Inspection inspect_whole(const Peek& peek, std::int64_t size, const std::string& declared_format) {
  const auto bytes = static_cast<std::uint64_t>(size);
  const std::uint64_t tail = std::min<std::uint64_t>(bytes, Inspector::kTailBytes);
  const std::string first = peek(0, Inspector::kHeadBytes);
  const std::string last = peek(bytes - tail, Inspector::kTailBytes);
  return decide({first, last, bytes, peek}, declared_format);
}

}  // namespace virga::images
