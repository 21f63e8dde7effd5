// SPDX-License-Identifier: Apache-2.0
#include "tools/cli/output.h"

#include <algorithm>
#include <boost/json/serialize.hpp>

#include "common/error.h"
#include "common/json.h"
#include "tools/cli/table.h"

namespace virga::cli {
namespace {

std::string lower(std::string text) {
  for (char& c : text) {
    c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    if (c == ' ') c = '_';
  }
  return text;
}

/// Where the chosen columns are; all of them when none was chosen.
std::vector<std::size_t> chosen(const std::vector<std::string>& columns, const Format& format) {
  std::vector<std::size_t> places;
  for (const auto& wanted : format.columns) {
    const auto it = std::find(columns.begin(), columns.end(), lower(wanted));
    if (it == columns.end()) {
      std::string all;
      for (const auto& name : columns) all += (all.empty() ? "" : ", ") + name;
      throw Error(ErrorKind::invalid,
                  "There is no column '" + wanted + "'; there are: " + all + ".");
    }
    places.push_back(static_cast<std::size_t>(it - columns.begin()));
  }
  for (std::size_t i = 0; format.columns.empty() && i < columns.size(); ++i) places.push_back(i);
  return places;
}

Listing narrowed(const Listing& listing, const Format& format) {
  const auto places = chosen(listing.columns, format);
  Listing narrow;
  for (const std::size_t p : places) narrow.columns.push_back(listing.columns[p]);
  for (const auto& row : listing.rows) {
    auto& out = narrow.rows.emplace_back();
    for (const std::size_t p : places) out.push_back(row[p]);
  }
  return narrow;
}

std::string csv_cell(const json::value& value) {
  const std::string text = value.is_null() ? "" : plain_text(value);
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string out = "\"";
  for (const char c : text) out += c == '"' ? "\"\"" : std::string(1, c);
  return out + "\"";
}

std::string csv(const Listing& listing) {
  std::string out;
  const auto line = [&](const auto& cells, const auto& text) {
    bool is_first = true;
    for (const auto& cell : cells) {
      if (!std::exchange(is_first, false)) out += ',';
      out += text(cell);
    }
    out += '\n';
  };
  line(listing.columns, [](const std::string& name) { return csv_cell(json::string(name)); });
  for (const auto& row : listing.rows) line(row, csv_cell);
  return out;
}

/// What one cell is for scripts: nothing for null, and no line's end inside.
std::string bare(const json::value& value) {
  std::string text = value.is_null() ? "" : plain_text(value);
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

std::string values(const Listing& listing) {
  std::string out;
  for (const auto& row : listing.rows) {
    for (std::size_t i = 0; i < row.size(); ++i) out += (i == 0 ? "" : " ") + bare(row[i]);
    out += '\n';
  }
  return out;
}

json::array objects(const Listing& listing) {
  json::array out;
  for (const auto& row : listing.rows) {
    json::object object;
    for (std::size_t i = 0; i < row.size(); ++i) object[listing.columns[i]] = row[i];
    out.push_back(std::move(object));
  }
  return out;
}

bool is_scalar(const json::value& value) {
  return !value.is_object() && !value.is_array();
}

bool is_empty(const json::value& value) {
  return (value.is_object() && value.get_object().empty()) ||
         (value.is_array() && value.get_array().empty());
}

void pretty(const json::value& value, const std::string& indent, std::string& out) {
  if (is_scalar(value) || is_empty(value)) {
    out += json::serialize(value);
    return;
  }
  const std::string inner = indent + "  ";
  const char* separator = "\n";
  if (value.is_array()) {
    out += '[';
    for (const auto& item : value.get_array()) {
      out += std::exchange(separator, ",\n") + inner;
      pretty(item, inner, out);
    }
    out += "\n" + indent + "]";
    return;
  }
  out += '{';
  for (const auto& [key, item] : value.get_object()) {
    out += std::exchange(separator, ",\n") + inner + json::serialize(json::string(key)) + ": ";
    pretty(item, inner, out);
  }
  out += "\n" + indent + "}";
}

/// A key that needs no quotes.
bool is_plain_key(std::string_view key) {
  return !key.empty() &&
         std::all_of(
             key.begin(), key.end(),
             [](char c) { return std::islower(static_cast<unsigned char>(c)) || c == '_'; }) &&
         key != "null" && key != "true" && key != "false" && key != "yes" && key != "no" &&
         key != "on" && key != "off" && key != "y" && key != "n";
}

}  // namespace

Form form_named(const std::string& name) {
  if (name == "table") return Form::table;
  if (name == "json") return Form::json;
  if (name == "yaml") return Form::yaml;
  if (name == "csv") return Form::csv;
  if (name == "value") return Form::value;
  throw Error(ErrorKind::invalid,
              "'" + name + "' is no form of output; choose table, json, yaml, csv or value.");
}

std::string plain_text(const json::value& value) {
  if (value.is_string()) return std::string(value.get_string());
  if (value.is_null()) return "-";
  if (is_scalar(value)) return json::serialize(value);
  std::string out;
  const auto add = [&](const std::string& text) { out += (out.empty() ? "" : ", ") + text; };
  if (value.is_array()) {
    for (const auto& item : value.get_array()) add(plain_text(item));
  } else {
    for (const auto& [key, item] : value.get_object())
      add(std::string(key) + "=" + plain_text(item));
  }
  return out;
}

std::string pretty_json(const json::value& value) {
  std::string out;
  pretty(value, "", out);
  return out + "\n";
}

std::string yaml_text(const json::value& value, std::size_t indent) {
  if (is_scalar(value) || is_empty(value)) return json::serialize(value) + "\n";
  const std::string margin(indent, ' ');
  std::string out;
  if (value.is_array()) {
    for (const auto& item : value.get_array()) {
      std::string text = yaml_text(item, indent + 2);
      // The first line of a mapping follows the dash.
      if (!is_scalar(item) && !is_empty(item)) text.erase(0, indent + 2);
      out += margin + "- " + text;
    }
    return out;
  }
  for (const auto& [key, item] : value.get_object()) {
    out +=
        margin + (is_plain_key(key) ? std::string(key) : json::serialize(json::string(key))) + ":";
    const bool is_inline = is_scalar(item) || is_empty(item);
    out += (is_inline ? " " : "\n") + yaml_text(item, indent + 2);
  }
  return out;
}

std::string render(const Listing& listing, const Format& format) {
  const Listing narrow = narrowed(listing, format);
  switch (format.form) {
    case Form::json:
      return pretty_json(objects(narrow));
    case Form::yaml:
      return yaml_text(objects(narrow));
    case Form::csv:
      return csv(narrow);
    case Form::value:
      return values(narrow);
    case Form::table:
      break;
  }
  return list_table(narrow, format);
}

std::string render(const Record& record, const Format& format) {
  Listing all;
  auto& row = all.rows.emplace_back();
  for (const auto& [name, value] : record) {
    all.columns.push_back(name);
    row.push_back(value);
  }
  const Listing narrow = narrowed(all, format);
  json::object object;
  for (std::size_t i = 0; i < narrow.columns.size(); ++i)
    object[narrow.columns[i]] = narrow.rows[0][i];
  switch (format.form) {
    case Form::json:
      return pretty_json(object);
    case Form::yaml:
      return yaml_text(object);
    case Form::csv:
      return csv(narrow);
    case Form::value: {
      std::string out;
      for (const auto& value : narrow.rows[0]) out += bare(value) + "\n";
      return out;
    }
    case Form::table:
      break;
  }
  return record_table(narrow, format);
}

}  // namespace virga::cli
