// SPDX-License-Identifier: Apache-2.0
#include "api/image/src/image_fields.h"

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <set>

#include "common/error.h"
#include "image-service/inspect.h"

namespace virga::image {
namespace {

constexpr std::size_t kMostProperties = 128;
constexpr std::size_t kMostTags = 128;
constexpr std::size_t kMostName = 255;
constexpr std::size_t kMostValue = 65535;
constexpr std::int64_t kMostNumber = 2'147'483'647;
constexpr std::string_view kOurs = "os_glance_";

constexpr std::string_view kBase[] = {
    "name",        "visibility", "protected", "os_hidden", "owner", "container_format",
    "disk_format", "min_disk",   "min_ram",   "tags"};
constexpr std::string_view kReadOnly[] = {
    "created_at",    "updated_at", "status",        "checksum",        "size", "virtual_size",
    "direct_url",    "self",       "file",          "schema",          "id",   "os_hash_algo",
    "os_hash_value", "stores",     "virga_refusal", "virga_unbootable"};
constexpr std::string_view kReserved[] = {"location", "locations", "deleted", "deleted_at"};

template <std::size_t N>
bool contains(const std::string_view (&list)[N], std::string_view word) {
  return std::find(std::begin(list), std::end(list), word) != std::end(list);
}

/// As the schema check of the service words a value.
std::string shown(const json::value& value) {
  if (value.is_null()) return "None";
  if (value.is_bool()) return value.get_bool() ? "True" : "False";
  if (value.is_string()) return "'" + std::string(value.get_string()) + "'";
  return json::serialize(value);
}

[[noreturn]] void wrong_type(const json::value& value, const std::string& types) {
  refuse_schema(shown(value) + " is not of type " + types);
}

std::string text_of(const json::value& value, const std::string& types, std::size_t most) {
  if (!value.is_string()) wrong_type(value, types);
  std::string text(value.get_string());
  if (text.size() > most) refuse_schema(shown(value) + " is too long");
  if (text.find('\0') != std::string::npos) refuse_schema("A text has a zero character");
  return text;
}

std::string optional_text(const json::value& value) {
  return value.is_null() ? "" : text_of(value, "'null', 'string'", kMostName);
}

bool flag_of(const json::value& value) {
  if (!value.is_bool()) wrong_type(value, "'boolean'");
  return value.get_bool();
}

std::int64_t number_of(const json::value& value, const std::string& name) {
  if (!value.is_int64() && !value.is_uint64()) wrong_type(value, "'integer'");
  const bool fits = value.is_int64();
  if (fits && value.get_int64() < 0)
    throw Error(ErrorKind::invalid, "Invalid value '" + std::to_string(value.get_int64()) +
                                        "' for parameter '" + name +
                                        "': Cannot be a negative value");
  if (!fits || value.get_int64() > kMostNumber) refuse_schema(shown(value) + " is too large");
  return value.get_int64();
}

std::string format_of(const json::value& value, const std::vector<std::string_view>& all) {
  if (value.is_null()) return "";
  if (value.is_string() &&
      std::find(all.begin(), all.end(), std::string_view(value.get_string())) != all.end())
    return std::string(value.get_string());
  std::string words = "None";
  for (const auto word : all) words += ", '" + std::string(word) + "'";
  refuse_schema(shown(value) + " is not one of [" + words + "]");
}

model::ImageVisibility visibility_of(const json::value& value) {
  try {
    if (value.is_string()) return model::image_visibility_named(std::string(value.get_string()));
  } catch (const Error&) {  // worded below
  }
  refuse_schema(shown(value) + " is not one of ['community', 'public', 'private', 'shared']");
}

std::vector<std::string> tags_of(const json::value& value) {
  if (!value.is_array()) wrong_type(value, "'array'");
  std::set<std::string> tags;
  for (const auto& tag : value.get_array()) tags.insert(text_of(tag, "'string'", kMostName));
  return {tags.begin(), tags.end()};
}

}  // namespace

const std::vector<std::string_view>& container_formats() {
  static const std::vector<std::string_view> all = {"ami", "ari", "aki",    "bare",
                                                    "ovf", "ova", "docker", "compressed"};
  return all;
}

void refuse_schema(const std::string& reason) {
  throw Error(ErrorKind::invalid, "Provided object does not match schema 'image': " + reason);
}

bool is_base_property(std::string_view name) noexcept {
  return contains(kBase, name);
}

void require_settable(std::string_view name) {
  const std::string quoted = "Attribute '" + std::string(name) + "' is ";
  if (contains(kReadOnly, name)) throw Error(ErrorKind::forbidden, quoted + "read-only.");
  if (contains(kReserved, name) || name.starts_with(kOurs))
    throw Error(ErrorKind::forbidden, quoted + "reserved.");
}

void set_property(model::Image& image, const std::string& name, const json::value& value) {
  if (name == "name") {
    image.name = optional_text(value);
  } else if (name == "owner") {
    image.owner = optional_text(value);
  } else if (name == "visibility") {
    image.visibility = visibility_of(value);
  } else if (name == "protected") {
    image.is_protected = flag_of(value);
  } else if (name == "os_hidden") {
    image.is_hidden = flag_of(value);
  } else if (name == "container_format") {
    image.container_format = format_of(value, container_formats());
  } else if (name == "disk_format") {
    image.disk_format = format_of(value, images::known_formats());
  } else if (name == "min_disk") {
    image.min_disk_gib = number_of(value, name);
  } else if (name == "min_ram") {
    image.min_memory_mib = number_of(value, name);
  } else if (name == "tags") {
    image.tags = tags_of(value);
  } else {
    if (name.empty() || name.size() > kMostName)
      throw Error(ErrorKind::invalid, "Custom property should not be greater than 255 characters.");
    image.properties[name] = text_of(value, "'string'", kMostValue);
  }
}

void require_within_quotas(const model::Image& image) {
  std::size_t properties = 0;
  for (const auto& property : image.properties)
    if (!property.first.starts_with(kOurs)) ++properties;
  const auto refuse = [](const std::string& what, std::size_t attempted, std::size_t most) {
    throw Error(ErrorKind::too_large,
                "The limit has been exceeded on the number of allowed image " + what +
                    ". Attempted: " + std::to_string(attempted) +
                    ", Maximum: " + std::to_string(most));
  };
  if (properties > kMostProperties) refuse("properties", properties, kMostProperties);
  if (image.tags.size() > kMostTags) refuse("tags", image.tags.size(), kMostTags);
}

}  // namespace virga::image
