// SPDX-License-Identifier: Apache-2.0
#include "tools/cli/context.h"

#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <iostream>

#include "common/error.h"
#include "tools/cli/text.h"

namespace virga::cli {
namespace {

/// The terminal does not show what is typed while this lives.
class Hidden {
 public:
  Hidden() {
    if (::tcgetattr(STDIN_FILENO, &before_) != 0) return;
    is_changed_ = true;
    termios quiet = before_;
    quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
  }
  ~Hidden() {
    if (is_changed_) ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
  }
  Hidden(const Hidden&) = delete;
  Hidden& operator=(const Hidden&) = delete;

 private:
  termios before_{};
  bool is_changed_ = false;
};

}  // namespace

std::size_t terminal_width() {
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0) return 0;
  return size.ws_col;
}

Context::Context(Surroundings around)
    : around_(std::move(around)), is_terminal_(::isatty(STDOUT_FILENO) == 1) {}

Session& Context::session() {
  if (!session_) {
    CloudConfig cloud = read_cloud(around_, options.cloud);
    if (!options.region.empty()) cloud.region = options.region;
    session_ = std::make_unique<Session>(std::move(cloud), TokenCache(cache_folder(around_)),
                                         [this](const std::string& what) { return ask(what); });
  }
  return *session_;
}

std::string Context::ask(const std::string& what) const {
  const std::string cloud = session_ ? session_->cloud().name : "";
  if (is_silent_ || ::isatty(STDIN_FILENO) != 1)
    throw Error(ErrorKind::invalid, "The cloud '" + cloud + "' has no " + what +
                                        ", and there is no terminal to ask for it.");
  std::cerr << what << " for the cloud '" << printable(cloud) << "': " << std::flush;
  std::string secret;
  {
    const Hidden hidden;
    std::getline(std::cin, secret);
  }
  std::cerr << "\n";
  return secret;
}

Format Context::format() const {
  Format format;
  format.form = form_named(options.form);
  for (const auto& columns : options.columns) {  // -c a -c b, or -c a,b
    std::size_t from = 0;
    while (from <= columns.size()) {
      const std::size_t comma = std::min(columns.find(',', from), columns.size());
      if (comma > from) format.columns.push_back(columns.substr(from, comma - from));
      from = comma + 1;
    }
  }
  format.color = is_terminal_ && !options.no_color && around_.variable("NO_COLOR").empty() &&
                 around_.variable("TERM") != "dumb";
  format.width = is_terminal_ ? terminal_width() : 0;
  return format;
}

void Context::show(const Listing& listing) const {
  std::cout << render(listing, format()) << std::flush;
}

void Context::show(const Record& record) const {
  std::cout << render(record, format()) << std::flush;
}

}  // namespace virga::cli
