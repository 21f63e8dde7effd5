// SPDX-License-Identifier: Apache-2.0
#include "db/model/cached_base.h"

#include "common/error.h"

namespace virga::model {
namespace {

constexpr std::int64_t kMost = std::int64_t{1} << 62;
constexpr Length kDigest{64, 64};

/// Reads what both forms begin with.
template <class Base>
void read_name(const Fields& in, Base& base) {
  base.digest = in.string("digest", kDigest);
  if (base.digest.find_first_not_of("0123456789abcdef") != std::string::npos)
    throw Error(ErrorKind::invalid, "'digest' must be SHA-256 in lower case.");
  base.format = in.string("format");
  if (!is_base_format(base.format))
    throw Error(ErrorKind::invalid, "'format' must be 'qcow2' or 'raw'.");
  base.size = in.integer("size", 0, kMost);
}

}  // namespace

bool is_base_format(const std::string& format) noexcept {
  return format == "qcow2" || format == "raw";
}

json::object to_json(const DesiredBase& base) {
  return {{"digest", base.digest}, {"format", base.format}, {"size", base.size}};
}

json::object to_json(const ObservedBase& base) {
  return {{"digest", base.digest},   {"format", base.format},   {"size", base.size},
          {"used_us", base.used_us}, {"made_us", base.made_us}, {"disks", base.disks}};
}

DesiredBase desired_base_from(const Fields& in) {
  DesiredBase base;
  read_name(in, base);
  return base;
}

ObservedBase observed_base_from(const Fields& in) {
  ObservedBase base;
  read_name(in, base);
  base.used_us = in.integer("used_us", 0, kMost);
  base.made_us = in.integer("made_us", 0, kMost);
  base.disks = in.integer("disks", 0, kMost);
  return base;
}

}  // namespace virga::model
