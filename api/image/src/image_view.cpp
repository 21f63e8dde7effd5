// SPDX-License-Identifier: Apache-2.0
#include "api/image/src/image_view.h"

#include <cctype>

namespace virga::image {
namespace {

void text_or_null(JsonWriter& out, std::string_view name, const std::string& text) {
  out.key(name);
  if (text.empty())
    out.value(nullptr);
  else
    out.value(text);
}

void number_or_null(JsonWriter& out, std::string_view name, std::int64_t number) {
  out.key(name);
  if (number == 0)
    out.value(nullptr);
  else
    out.value(number);
}

/// Facts of the bytes, which a client cannot set.
void write_data_facts(JsonWriter& out, const model::Image& i) {
  number_or_null(out, "size", i.size);
  number_or_null(out, "virtual_size", i.virtual_size);
  text_or_null(out, "checksum", i.checksum);
  text_or_null(out, "os_hash_algo", i.hash_algorithm);
  text_or_null(out, "os_hash_value", i.hash_value);
  if (!i.refusal.empty()) out.member("virga_refusal", i.refusal);
  if (!i.unbootable.empty()) out.member("virga_unbootable", i.unbootable);
  if (!i.import_task.empty()) out.member("os_glance_import_task", i.import_task);
  if (i.stores.empty()) return;
  std::string stores;
  for (const auto& store : i.stores) stores += (stores.empty() ? "" : ",") + store;
  out.member("stores", stores);
}

}  // namespace

void write_image(JsonWriter& out, const model::Image& i) {
  out.begin_object();
  for (const auto& [name, value] : i.properties) out.member(name, value);
  out.member("id", i.id);
  text_or_null(out, "name", i.name);
  out.member("status", name_of(i.status));
  out.member("visibility", name_of(i.visibility));
  text_or_null(out, "owner", i.owner);
  text_or_null(out, "disk_format", i.disk_format);
  text_or_null(out, "container_format", i.container_format);
  write_data_facts(out, i);
  out.member("os_hidden", i.is_hidden);
  out.member("protected", i.is_protected);
  out.member("min_disk", i.min_disk_gib);
  out.member("min_ram", i.min_memory_mib);
  out.key("tags");
  out.begin_array();
  for (const auto& tag : i.tags) out.value(tag);
  out.end_array();
  out.member("created_at", format_seconds(i.created_us));
  out.member("updated_at", format_seconds(i.updated_us));
  out.key("self");
  out.joined({"/v2/images/", i.id});
  out.key("file");
  out.joined({"/v2/images/", i.id, "/file"});
  out.member("schema", "/v2/schemas/image");
  out.end_object();
}

void write_member(JsonWriter& out, const model::ImageMember& m) {
  out.begin_object();
  out.member("member_id", m.member_id);
  out.member("image_id", m.image_id);
  out.member("status", m.status);
  out.member("created_at", format_seconds(m.created_us));
  out.member("updated_at", format_seconds(m.updated_us));
  out.member("schema", "/v2/schemas/member");
  out.end_object();
}

void write_task(JsonWriter& out, const model::ImageTask& t, bool whole) {
  out.begin_object();
  out.member("id", t.id);
  out.member("type", t.type);
  out.member("status", t.status);
  out.member("owner", t.owner);
  out.member("created_at", format_seconds(t.created_us));
  out.member("updated_at", format_seconds(t.updated_us));
  if (t.expires_us > 0) out.member("expires_at", format_seconds(t.expires_us));
  out.key("self");
  out.joined({"/v2/tasks/", t.id});
  out.member("schema", "/v2/schemas/task");
  if (whole) {
    out.key("input");
    out.raw(t.input);
    out.key("result");
    out.raw(t.result.empty() ? "null" : std::string_view(t.result));
    out.member("message", t.message);
    if (!t.image_id.empty()) out.member("image_id", t.image_id);
    if (!t.request_id.empty()) out.member("request_id", t.request_id);
    if (!t.user_id.empty()) out.member("user_id", t.user_id);
  }
  out.end_object();
}

std::string query_encoded(std::string_view text) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0 || c == '-' || c == '_' || c == '.' || c == '~') {
      out += c;
    } else {
      out += {'%', kDigits[byte >> 4U], kDigits[byte & 15U]};
    }
  }
  return out;
}

}  // namespace virga::image
