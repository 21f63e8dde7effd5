// SPDX-License-Identifier: Apache-2.0
#include "image-service/inspect.h"

#include <algorithm>

#include "common/error.h"
#include "image-service/src/qcow2.h"
#include "image-service/src/signatures.h"

namespace virga::images {
namespace {

constexpr std::string_view kSupported[] = {"qcow2", "raw", "iso"};
constexpr std::string_view kUnsupported[] = {"vmdk", "vhd", "vhdx", "vdi", "ploop",
                                             "aki",  "ari", "ami",  "gpt", "luks"};
constexpr const char* kSupportedSentence = "supported are 'qcow2', 'raw' and 'iso'.";

template <std::size_t N>
bool contains(const std::string_view (&list)[N], std::string_view word) {
  return std::find(std::begin(list), std::end(list), word) != std::end(list);
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

}  // namespace

void require_supported_format(const std::string& declared_format) {
  if (contains(kSupported, declared_format)) return;
  // Only words of ours are repeated in a message.
  if (contains(kUnsupported, declared_format))
    throw Error(ErrorKind::invalid, "Disk format " + quoted(declared_format) +
                                        " is not supported yet; " + kSupportedSentence);
  throw Error(ErrorKind::invalid,
              std::string("The disk format is not known; ") + kSupportedSentence);
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

Inspection Inspector::finish(const std::string& declared_format) const {
  require_supported_format(declared_format);
  if (size_ == 0) throw Error(ErrorKind::invalid, "The image is empty.");
  const ImageView image{head_, tail_, static_cast<std::uint64_t>(size_)};
  const std::string_view found = only_format(image, declared_format);
  if (found != declared_format)
    throw Error(ErrorKind::invalid, "The image is declared as " + quoted(declared_format) +
                                        ", but its content is " + quoted(found) + ".");
  return {declared_format, found == "qcow2" ? check_qcow2(image) : size_};
}

}  // namespace virga::images
