// SPDX-License-Identifier: Apache-2.0
// Changes of images: refused in a known way, or applied; a client never sets what is ours.
#include <cstdlib>

#include "api/image/src/image_patch.h"
#include "common/error.h"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using namespace virga;
  for (const auto form : {image::PatchForm::v2_0, image::PatchForm::v2_1}) {
    model::Image changed;
    changed.id = "id";
    try {
      const auto changes =
          image::parse_patch(parse_json({reinterpret_cast<const char*>(data), size}), form);
      image::apply_patch(changed, changes, [](const auto&, const auto&) {});
    } catch (const Error& e) {
      if (e.kind() == ErrorKind::internal) std::abort();
    }
    if (changed.id != "id" || !changed.digest.empty()) std::abort();
    for (const auto& property : changed.properties)
      if (property.first.starts_with("os_glance_")) std::abort();
  }
  return 0;
}
