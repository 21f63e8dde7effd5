// SPDX-License-Identifier: Apache-2.0
// Base images as hosts are told of them and report them: parts of the messages of the agent link.
#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <string>

#include "common/clock.h"
#include "common/json.h"

namespace virga::model {

/// The bytes of an image that a host is to fetch ahead, or to drop from its cache.
struct DesiredBase {
  std::string digest;     ///< SHA-256 of the bytes, hexadecimal
  std::string format;     ///< "qcow2" or "raw"
  std::int64_t size = 0;  ///< bytes
  bool operator==(const DesiredBase&) const = default;
};

/// One cached base as its host sees it.
struct ObservedBase {
  std::string digest;
  std::string format;
  std::int64_t size = 0;
  TimeUs used_us = 0;      ///< last fetched or asked for
  TimeUs made_us = 0;      ///< when its file was made
  std::int64_t disks = 0;  ///< root disks of the host that stand on it
  bool operator==(const ObservedBase&) const = default;
};

/// True when hosts cache images of that format: of others no root disk can be made.
bool is_base_format(const std::string& format) noexcept;

/// JSON forms. The readers check types, ranges and names, which may become paths.
/// @throws Error{invalid}
boost::json::object to_json(const DesiredBase& base);
boost::json::object to_json(const ObservedBase& base);
DesiredBase desired_base_from(const Fields& in);
ObservedBase observed_base_from(const Fields& in);

}  // namespace virga::model
