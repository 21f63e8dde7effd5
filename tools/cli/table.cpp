// SPDX-License-Identifier: Apache-2.0
#include "tools/cli/table.h"

#include <algorithm>
#include <functional>
#include <numeric>
#include <set>

#include "tools/cli/text.h"

namespace virga::cli {
namespace {

constexpr std::size_t kGap = 2;    // columns between two cells
constexpr std::size_t kLeast = 8;  // a cell is not cut below that
constexpr std::size_t kLeastValue = 20;

using Cells = std::vector<std::string>;

std::string title_of(std::string name) {
  for (char& c : name) c = c == '_' ? ' ' : static_cast<char>(std::toupper(c));
  return name;
}

bool is_state(const std::string& column) {
  return column == "status" || column == "state" || column == "result";
}

/// The colour of a word that tells how something is.
const char* color_of(const std::string& word) {
  static const std::set<std::string> kGood{"ACTIVE", "up", "enabled", "Success", "fixed", "ok"};
  static const std::set<std::string> kBad{"ERROR", "down", "Error", "failed"};
  static const std::set<std::string> kQuiet{"SHUTOFF", "DELETED", "disabled", "-"};
  if (kGood.contains(word)) return "\x1b[32m";
  if (kBad.contains(word)) return "\x1b[31m";
  return kQuiet.contains(word) ? "\x1b[2m" : "\x1b[33m";
}

std::string painted(const std::string& text, const char* color, bool is_on) {
  return is_on ? color + text + "\x1b[0m" : text;
}

std::size_t sum(const std::vector<std::size_t>& widths) {
  return std::accumulate(widths.begin(), widths.end(), std::size_t{0}) +
         kGap * (widths.empty() ? 0 : widths.size() - 1);
}

/// Takes from the widest column that may be cut until the line fits or nothing can be taken.
void fit(std::vector<std::size_t>& widths, const std::vector<std::string>& names,
         std::size_t width) {
  while (width != 0 && sum(widths) > width) {
    std::size_t widest = widths.size();
    for (std::size_t i = 0; i < widths.size(); ++i)
      if (names[i] != "id" && widths[i] > kLeast &&
          (widest == widths.size() || widths[i] > widths[widest]))
        widest = i;
    if (widest == widths.size()) return;
    --widths[widest];
  }
}

void add_line(std::string& out, const Cells& cells, const std::vector<std::size_t>& widths,
              const std::function<std::string(std::size_t, const std::string&)>& paint) {
  std::string line;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const bool is_last = i + 1 == cells.size();
    const std::string text = shortened(cells[i], widths[i]);
    line += paint(i, text);
    if (!is_last) line.append(widths[i] - width_of(text) + kGap, ' ');
  }
  out += line + "\n";
}

/// Lines of at most `width` columns, broken at spaces where there are some.
Cells wrapped(std::string text, std::size_t width) {
  Cells lines;
  while (width != 0 && width_of(text) > width) {
    std::string head = shortened(text, width + 1);
    head.resize(head.size() - std::string_view("…").size());
    if (const auto space = head.rfind(' '); space != std::string::npos && space > 0)
      head.resize(space);
    text.erase(0, head.size());
    text.erase(0, text.find_first_not_of(' '));
    lines.push_back(std::move(head));
  }
  lines.push_back(std::move(text));
  return lines;
}

}  // namespace

std::string list_table(const Listing& listing, const Format& format) {
  std::vector<Cells> rows;
  Cells titles;
  std::vector<std::size_t> widths;
  for (const auto& name : listing.columns) {
    titles.push_back(title_of(name));
    widths.push_back(width_of(titles.back()));
  }
  for (const auto& row : listing.rows) {
    auto& cells = rows.emplace_back();
    for (std::size_t i = 0; i < row.size(); ++i) {
      cells.push_back(printable(plain_text(row[i])));
      widths[i] = std::max(widths[i], width_of(cells.back()));
    }
  }
  fit(widths, listing.columns, format.width);
  std::string out;
  add_line(out, titles, widths, [&](std::size_t, const std::string& text) {
    return painted(text, "\x1b[1m", format.color);
  });
  for (const auto& cells : rows)
    add_line(out, cells, widths, [&](std::size_t i, const std::string& text) {
      return painted(text, color_of(cells[i]), format.color && is_state(listing.columns[i]));
    });
  return out;
}

std::string record_table(const Listing& listing, const Format& format) {
  std::size_t names = 0;
  for (const auto& name : listing.columns) names = std::max(names, width_of(name));
  const std::size_t used = names + kGap;
  const std::size_t room =
      format.width == 0 ? 0 : std::max(kLeastValue, format.width > used ? format.width - used : 0);
  std::string out;
  for (std::size_t i = 0; i < listing.columns.size(); ++i) {
    const std::string text = printable(plain_text(listing.rows[0][i]));
    bool is_first = true;
    for (const auto& line : wrapped(text, room)) {
      const std::string name = std::exchange(is_first, false) ? listing.columns[i] : "";
      out += painted(padded(name, used), "\x1b[1m", format.color && !name.empty());
      out += painted(line, color_of(text), format.color && is_state(listing.columns[i])) + "\n";
    }
  }
  return out;
}

}  // namespace virga::cli
