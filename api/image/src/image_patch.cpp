// SPDX-License-Identifier: Apache-2.0
#include "api/image/src/image_patch.h"

#include <algorithm>
#include <cctype>

#include "api/image/src/image_fields.h"
#include "common/error.h"

namespace virga::image {
namespace {

constexpr std::string_view kOperations[] = {"add", "remove", "replace"};
constexpr const char* kOperationList = "add, remove, replace";

[[noreturn]] void invalid(const std::string& message) {
  throw Error(ErrorKind::invalid, message);
}

bool is_blank(char c) {
  return std::isspace(static_cast<unsigned char>(c)) != 0;
}

std::string trimmed(std::string text) {
  while (!text.empty() && is_blank(text.front())) text.erase(0, 1);
  while (!text.empty() && is_blank(text.back())) text.pop_back();
  return text;
}

/// True when nothing but white space stands between two slashes.
bool has_empty_part(const std::string& pointer) {
  for (std::size_t at = pointer.find('/', 1); at != std::string::npos;
       at = pointer.find('/', at + 1)) {
    std::size_t next = at + 1;
    while (next < pointer.size() && is_blank(pointer[next])) ++next;
    if (next < pointer.size() && pointer[next] == '/') return true;
  }
  return false;
}

void check_escapes(const std::string& pointer) {
  for (std::size_t at = pointer.find('~'); at != std::string::npos; at = pointer.find('~', at + 1))
    if (at + 1 >= pointer.size() || (pointer[at + 1] != '0' && pointer[at + 1] != '1'))
      invalid("Pointer `" + pointer + "` contains \"~\" not part of a recognized escape sequence.");
}

std::string unescaped(std::string_view part) {
  std::string out;
  for (std::size_t i = 0; i < part.size(); ++i) {
    if (part[i] == '~') {
      ++i;
      out += part[i] == '1' ? '/' : '~';
    } else {
      out += part[i];
    }
  }
  return trimmed(out);
}

std::vector<std::string> parts_of(const std::string& pointer) {
  if (!pointer.starts_with('/')) invalid("Pointer `" + pointer + "` does not start with \"/\".");
  if (has_empty_part(pointer)) invalid("Pointer `" + pointer + "` contains adjacent \"/\".");
  if (pointer.size() > 1 && pointer.ends_with('/'))
    invalid("Pointer `" + pointer + "` end with \"/\".");
  check_escapes(pointer);
  std::string_view rest = pointer;
  while (rest.starts_with('/')) rest.remove_prefix(1);
  std::vector<std::string> parts;
  for (;;) {
    const std::size_t slash = rest.find('/');
    parts.push_back(unescaped(rest.substr(0, slash)));
    if (slash == std::string_view::npos) return parts;
    rest.remove_prefix(slash + 1);
  }
}

/// {"op": "add", "path": "/name"}
std::pair<std::string, const json::value*> read_v2_1(const json::object& raw) {
  const auto* op = raw.if_contains("op");
  if (op == nullptr || op->is_null())
    invalid(std::string("Unable to find `op` in JSON Schema change. It must be one of the "
                        "following: ") +
            kOperationList + ".");
  const std::string name = op->is_string() ? std::string(op->get_string()) : "";
  if (std::find(std::begin(kOperations), std::end(kOperations), name) == std::end(kOperations))
    invalid("Invalid operation: `" + name +
            "`. It must be one of the following: " + kOperationList + ".");
  const auto* path = raw.if_contains("path");
  if (path == nullptr) invalid("Unable to find 'path' in JSON Schema change");
  return {name, path};
}

/// {"add": "/name"}
std::pair<std::string, const json::value*> read_v2_0(const json::object& raw) {
  std::string name;
  for (const auto operation : kOperations) {
    if (!raw.contains(operation)) continue;
    if (!name.empty())
      invalid(
          "Operation objects must contain only one member named \"add\", \"remove\", or "
          "\"replace\".");
    name = operation;
  }
  if (name.empty())
    invalid(
        "Operation objects must contain exactly one member named \"add\", \"remove\", or "
        "\"replace\".");
  return {name, raw.if_contains(name)};
}

PatchChange parse_change(const json::object& raw, PatchForm form) {
  const auto [op, path] = form == PatchForm::v2_1 ? read_v2_1(raw) : read_v2_0(raw);
  if (!path->is_string()) invalid("Pointers must be texts.");
  const std::string pointer(path->get_string());
  const auto parts = parts_of(pointer);
  PatchChange change{op, parts.front(), nullptr, form};
  const bool location = change.name == "locations";
  const std::size_t depth = location && op != "replace" ? 2 : 1;
  if (parts.size() != depth) invalid("Invalid JSON pointer for this resource: '" + pointer + "'");
  if (op != "remove") {
    const auto* value = raw.if_contains("value");
    if (value == nullptr) invalid("Operation \"" + op + "\" requires a member named \"value\".");
    change.value = *value;
  }
  if (location) return change;
  require_settable(change.name);
  if (op == "remove") return change;
  model::Image trial;  // only the form of the value is looked at
  set_property(trial, change.name, change.value);
  return change;
}

[[noreturn]] void refuse_location(const PatchChange& change) {
  if (change.op == "replace" && change.value.is_array() && change.value.get_array().empty())
    throw Error(ErrorKind::forbidden, "Cannot set locations to empty list.");
  const std::string verb = change.op == "replace" ? "update" : change.op;
  throw Error(ErrorKind::forbidden,
              "It's not allowed to " + verb + " locations if locations are invisible.");
}

void require_queued(const model::Image& image, const std::string& name) {
  if ((name == "disk_format" || name == "container_format") &&
      image.status != model::ImageStatus::queued && image.status != model::ImageStatus::importing)
    throw Error(ErrorKind::forbidden,
                "Attribute " + name + " can be only replaced for a queued image.");
}

void apply(model::Image& image, const PatchChange& change) {
  const std::string named = "Property " + change.name;
  const bool base = is_base_property(change.name);
  const bool there = base || image.properties.contains(change.name);
  if (change.op == "remove") {
    if (base) throw Error(ErrorKind::forbidden, named + " may not be removed.");
    if (!there) throw Error(ErrorKind::conflict, named + " does not exist.");
    image.properties.erase(change.name);
    return;
  }
  if (change.op == "replace" && !there)
    throw Error(ErrorKind::conflict, named + " does not exist.");
  if (change.op == "add" && there && change.form == PatchForm::v2_0)
    throw Error(ErrorKind::conflict, named + " already present.");
  require_queued(image, change.name);
  set_property(image, change.name, change.value);
}

}  // namespace

std::vector<PatchChange> parse_patch(const json::value& body, PatchForm form) {
  if (!body.is_array()) invalid("Request body must be a JSON array of operation objects.");
  std::vector<PatchChange> changes;
  for (const auto& raw : body.get_array()) {
    if (!raw.is_object()) invalid("Operations must be JSON objects.");
    changes.push_back(parse_change(raw.get_object(), form));
  }
  return changes;
}

void apply_patch(model::Image& image, const std::vector<PatchChange>& changes,
                 const std::function<void(const std::string&, const model::Image&)>& allow) {
  for (const auto& change : changes) {
    if (change.name == "locations") refuse_location(change);
    model::Image changed = image;
    apply(changed, change);
    allow(change.name, changed);
    image = std::move(changed);
  }
  require_within_quotas(image);
}

}  // namespace virga::image
