// SPDX-License-Identifier: Apache-2.0
#include "common/log.h"

#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <cstdio>

#include "common/error.h"

namespace virga::log {
namespace {

constexpr std::size_t kMaxValue = 512;

spdlog::level::level_enum level_of(Level level) {
  switch (level) {
    case Level::debug:
      return spdlog::level::debug;
    case Level::info:
      return spdlog::level::info;
    case Level::warning:
      return spdlog::level::warn;
    case Level::error:
      return spdlog::level::err;
  }
  return spdlog::level::info;
}

}  // namespace

Level level_named(std::string_view name) {
  if (name == "debug") return Level::debug;
  if (name == "info") return Level::info;
  if (name == "warning") return Level::warning;
  if (name == "error") return Level::error;
  throw Error(ErrorKind::invalid,
              "'" + std::string(name) + "' is not a log level; use debug, info, warning or error.");
}

void open(const std::string& file, Level least) {
  std::shared_ptr<spdlog::logger> logger;
  try {
    spdlog::drop("virga");
    if (file.empty())
      logger = spdlog::stderr_logger_mt("virga");
    else
      logger = spdlog::basic_logger_mt("virga", file);
  } catch (const spdlog::spdlog_ex& e) {
    throw Error(ErrorKind::unavailable, std::string("The log cannot be opened: ") + e.what());
  }
  logger->set_pattern("%Y-%m-%dT%H:%M:%S.%f %l %v");
  logger->set_level(level_of(least));
  logger->flush_on(spdlog::level::debug);
  spdlog::set_default_logger(std::move(logger));
}

std::string escaped(std::string_view value) {
  std::string out;
  bool quote = value.empty();
  for (const char c : value.substr(0, kMaxValue)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) {
      char code[8];
      std::snprintf(code, sizeof code, "\\x%02x", byte);
      out += code;
    } else if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
      quote = true;
    } else {
      quote = quote || c == ' ' || c == '=';
      out += c;
    }
  }
  if (value.size() > kMaxValue) out += "...";
  return quote ? '"' + out + '"' : out;
}

bool enabled(Level level) noexcept {
  return spdlog::default_logger_raw()->should_log(level_of(level));
}

void write(Level level, std::string_view message, Fields fields) {
  if (!enabled(level)) return;
  std::string line(message);
  for (const auto& [key, value] : fields) {
    line += ' ';
    line += key;
    line += '=';
    line += escaped(value);
  }
  spdlog::default_logger_raw()->log(level_of(level), spdlog::string_view_t(line));
}

}  // namespace virga::log
