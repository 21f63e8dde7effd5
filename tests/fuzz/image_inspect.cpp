// SPDX-License-Identifier: Apache-2.0
// Bytes of disk images under every name: refused as invalid, or of a reasonable size.
#include <cstdlib>

#include "common/error.h"
#include "image-service/inspect.h"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using namespace virga;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto peek = [&](std::uint64_t offset, std::size_t most) {
    return std::string(offset < bytes.size() ? bytes.substr(offset, most) : std::string_view());
  };
  for (const auto format : images::known_formats()) {
    try {
      const auto found =
          images::inspect_whole(peek, static_cast<std::int64_t>(size), std::string(format));
      if (found.virtual_size < 0) std::abort();
    } catch (const Error& e) {
      if (e.kind() != ErrorKind::invalid) std::abort();
    }
  }
  return 0;
}
