// SPDX-License-Identifier: Apache-2.0
// What commands show, in the form that was asked for. Pure.
#pragma once

#include <boost/json/value.hpp>
#include <string>
#include <utility>
#include <vector>

namespace virga::cli {

enum class Form { table, json, yaml, csv, value };

/// @throws Error{invalid} for other words
Form form_named(const std::string& name);

/// How to show something.
struct Format {
  Form form = Form::table;
  std::vector<std::string> columns = {};  ///< chosen, in this order; empty: all
  bool color = false;
  std::size_t width = 0;  ///< columns of the terminal; 0: no limit
};

/// Things of one kind. Columns have names such as "project_id".
struct Listing {
  std::vector<std::string> columns;
  std::vector<std::vector<boost::json::value>> rows;  ///< as long as `columns`
};

/// One thing.
using Record = std::vector<std::pair<std::string, boost::json::value>>;

/// @throws Error{invalid} when a chosen column is not there
std::string render(const Listing& listing, const Format& format);
std::string render(const Record& record, const Format& format);

/// A value on one line, as tables have it: "a, b" for a list, "k=v" for an object.
std::string plain_text(const boost::json::value& value);

/// A value as YAML, from the given indentation on; ends with a line's end.
std::string yaml_text(const boost::json::value& value, std::size_t indent = 0);

/// JSON with two spaces of indentation.
std::string pretty_json(const boost::json::value& value);

}  // namespace virga::cli
