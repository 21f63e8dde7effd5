// SPDX-License-Identifier: Apache-2.0
#include "tools/cli/token_cache.h"

#include <sys/stat.h>
#include <unistd.h>

#include <boost/json/serialize.hpp>
#include <cstdio>
#include <ctime>

#include "common/error.h"
#include "common/file.h"
#include "common/hash.h"
#include "common/json.h"

namespace virga::cli {
namespace {

constexpr std::size_t kMostBytes = 4U << 20U;
constexpr TimeUs kLeastLife = 60 * kSecondUs;  // longer than any command but those that renew it

/// True for a plain file of this user that nobody else can read or write.
bool is_private(const std::string& path) {
  struct stat found {};
  return ::lstat(path.c_str(), &found) == 0 && S_ISREG(found.st_mode) &&
         found.st_uid == ::geteuid() && (found.st_mode & 077U) == 0;
}

}  // namespace

std::string cache_folder(const Surroundings& around) {
  if (const auto folder = around.variable("XDG_CACHE_HOME"); !folder.empty())
    return folder + "/virga";
  return around.home.empty() ? "" : around.home + "/.cache/virga";
}

TimeUs parse_time(const std::string& text) {
  std::tm at{};
  if (std::sscanf(text.c_str(), "%4d-%2d-%2dT%2d:%2d:%2d", &at.tm_year, &at.tm_mon, &at.tm_mday,
                  &at.tm_hour, &at.tm_min, &at.tm_sec) != 6)
    return 0;
  at.tm_year -= 1900;
  at.tm_mon -= 1;
  return static_cast<TimeUs>(::timegm(&at)) * kSecondUs;
}

std::string TokenCache::file_of(const CloudConfig& cloud) const {
  std::string all = cloud.auth_type + '\0';
  for (const auto& [key, value] : cloud.auth) all += key + '\0' + value + '\0';
  return folder_ + "/" + sha256_hex(all) + ".json";
}

std::optional<Token> TokenCache::find(const CloudConfig& cloud, TimeUs now_us) const {
  if (folder_.empty()) return std::nullopt;
  const std::string path = file_of(cloud);
  if (!is_private(path)) return std::nullopt;
  try {
    const json::value kept = parse_json(read_file(path, kMostBytes).value_or(""));
    const Fields fields(kept.as_object(), "token");
    Token token{fields.string("secret", {1, 4096}), fields.object("facts").raw()};
    const Fields facts(token.facts, "facts");
    const TimeUs ends = parse_time(facts.optional_string("expires_at").value_or(""));
    if (ends < now_us + kLeastLife) return std::nullopt;
    return token;
  } catch (const std::exception&) {
    return std::nullopt;  // broken or of another release: a new one is made
  }
}

void TokenCache::keep(const CloudConfig& cloud, const Token& token) const {
  if (folder_.empty()) return;
  try {
    make_directories(folder_, 0700);
    write_file_atomic(
        file_of(cloud),
        json::serialize(json::object{{"secret", token.secret}, {"facts", token.facts}}), 0600);
  } catch (const Error&) {
    // No room or no right to write: the next command logs in again.
  }
}

void TokenCache::forget(const CloudConfig& cloud) const {
  if (!folder_.empty()) std::remove(file_of(cloud).c_str());
}

}  // namespace virga::cli
