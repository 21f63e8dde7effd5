// SPDX-License-Identifier: Apache-2.0
#include "api/placement/src/bodies.h"

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <cmath>

#include "common/error.h"
#include "common/random.h"

namespace virga::placement {
namespace {

constexpr double kMillion = 1e6;
constexpr double kMostRatio = 1e9;  // what is greater has no use, and counts as that

std::int64_t read_ratio(const Fields& in) {
  if (!in.has("allocation_ratio")) return model::Inventory{}.ratio;
  const json::value& value = in.raw().at("allocation_ratio");
  if (!value.is_number()) refuse_body("allocation_ratio is not of type 'number'");
  const double ratio = value.to_number<double>();
  if (!(ratio <= 3.40282e+38) || ratio < 0)
    refuse_body("allocation_ratio is not between 0 and 3.40282e+38");
  return std::llround(std::min(ratio, kMostRatio) * kMillion);
}

}  // namespace

void refuse_body(const std::string& why) {
  throw Error(ErrorKind::invalid, "JSON does not validate: " + why);
}

json::value body_of(const http::Request& request) {
  try {
    return request.json();
  } catch (const Error& e) {
    throw Error(ErrorKind::invalid, std::string("Malformed JSON: ") + e.what());
  }
}

Fields object_of(const json::value& body) {
  if (!body.is_object()) refuse_body("the body is not of type 'object'");
  return Fields(body.get_object(), "body");
}

std::int64_t strict_integer(const Fields& in, std::string_view key, std::int64_t least,
                            std::int64_t most) {
  const json::value* value = in.raw().if_contains(key);
  if (value == nullptr) refuse_body("'" + std::string(key) + "' is a required property");
  if (!value->is_int64())
    refuse_body(json::serialize(*value).substr(0, 80) + " is not of type 'integer' or too large");
  const std::int64_t number = value->get_int64();
  if (number < least)
    refuse_body(std::to_string(number) + " is less than the minimum of " + std::to_string(least));
  if (number > most)
    refuse_body(std::to_string(number) + " is greater than the maximum of " + std::to_string(most));
  return number;
}

std::string normal_uuid(const std::string& text) {
  std::string id;
  for (const char c : text) {
    if (c == '-') continue;
    if (id.size() == 8 || id.size() == 13 || id.size() == 18 || id.size() == 23) id += '-';
    id += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return id;
}

std::string uuid_member(const Fields& in, std::string_view key) {
  const std::string text = in.string(key);
  if (!is_uuid_like(text)) refuse_body("'" + text + "' is not a 'uuid'");
  return normal_uuid(text);
}

bool is_symbol(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
}

bool is_custom(std::string_view name) {
  return name.size() > 7 && name.size() <= 255 && name.starts_with("CUSTOM_") && is_symbol(name);
}

model::Inventory read_inventory(const Fields& in) {
  model::Inventory i;
  i.total = strict_integer(in, "total", 1, kMaxInt);
  if (in.has("reserved")) i.reserved = strict_integer(in, "reserved", 0, kMaxInt);
  if (in.has("min_unit")) i.min_unit = strict_integer(in, "min_unit", 1, kMaxInt);
  if (in.has("max_unit")) i.max_unit = strict_integer(in, "max_unit", 1, kMaxInt);
  if (in.has("step_size")) i.step_size = strict_integer(in, "step_size", 1, kMaxInt);
  i.ratio = read_ratio(in);
  return i;
}

model::Inventories read_inventories(const Fields& in) {
  model::Inventories all;
  for (const auto& member : in.raw()) {
    const std::string name(member.key());
    const Fields one = in.object(name);
    one.only({"total", "reserved", "min_unit", "max_unit", "step_size", "allocation_ratio"});
    all.emplace(name, read_inventory(one));
  }
  return all;
}

model::Resources read_resources(const Fields& in) {
  model::Resources resources;
  for (const auto& member : in.raw()) {
    const std::string name(member.key());
    if (!is_symbol(name)) refuse_body("'" + name.substr(0, 80) + "' does not match '^[A-Z0-9_]+$'");
    resources[name] = strict_integer(in, name, 1, kMaxInt);
  }
  if (resources.empty()) refuse_body("{} does not have enough properties");
  return resources;
}

}  // namespace virga::placement
