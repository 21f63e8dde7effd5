// SPDX-License-Identifier: Apache-2.0
// Tokens that are kept between commands, in files that nobody else can read.
#pragma once

#include <boost/json/object.hpp>
#include <optional>
#include <string>

#include "common/clock.h"
#include "tools/cli/cloud_config.h"

namespace virga::cli {

/// A token with what the cloud said about it: {"user", "project", "catalog", "roles", ...}.
struct Token {
  std::string secret;
  boost::json::object facts;
};

/// One file for each way to log in, named by a digest of all that leads to the token: another
/// password is another file. The folder is of mode 0700, the files of 0600.
class TokenCache {
 public:
  /// @param folder made when it is missing; empty: nothing is kept
  explicit TokenCache(std::string folder) : folder_(std::move(folder)) {}

  /// The kept token if it is ours alone, whole, and good for another minute.
  std::optional<Token> find(const CloudConfig& cloud, TimeUs now_us) const;
  /// Best effort: a cache that cannot be written is none.
  void keep(const CloudConfig& cloud, const Token& token) const;
  void forget(const CloudConfig& cloud) const;

 private:
  std::string file_of(const CloudConfig& cloud) const;
  std::string folder_;
};

/// ~/.cache/virga, or below XDG_CACHE_HOME; "" when there is no home.
std::string cache_folder(const Surroundings& around);

/// "2026-11-21T09:30:00.000000Z" -> microseconds; 0 when it is not a time.
TimeUs parse_time(const std::string& text);

}  // namespace virga::cli
