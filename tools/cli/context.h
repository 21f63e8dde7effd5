// SPDX-License-Identifier: Apache-2.0
// What every command has: the options that all share, the cloud, and the terminal.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tools/cli/output.h"
#include "tools/cli/session.h"

namespace virga::cli {

/// Options that every command takes.
struct Options {
  std::string cloud;
  std::string region;
  std::string form = "table";
  std::vector<std::string> columns;
  bool no_color = false;
};

class Context {
 public:
  explicit Context(Surroundings around);

  Options options;

  const Surroundings& around() const { return around_; }
  /// The cloud, as it is configured; logs in at the first request.  @throws Error{invalid}
  Session& session();
  /// Never asks the person, for completion.
  void be_silent() { is_silent_ = true; }

  void show(const Listing& listing) const;
  void show(const Record& record) const;
  /// True when the person watches what commands do.
  bool is_watched() const { return is_terminal_; }
  Format format() const;

 private:
  std::string ask(const std::string& what) const;

  Surroundings around_;
  bool is_terminal_;  ///< standard output is one
  bool is_silent_ = false;
  std::unique_ptr<Session> session_;
};

/// Columns of the terminal; 0 when it is none.
std::size_t terminal_width();

}  // namespace virga::cli
