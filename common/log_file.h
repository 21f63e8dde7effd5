// SPDX-License-Identifier: Apache-2.0
// A file that grows by lines. Callers never wait for the disk; the file never grows without end.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "common/file.h"

namespace virga {

/// Lines are collected and written by a thread of its own, at latest after a moment. At
/// `most_bytes` the file is renamed to "<path>.1" (replacing an elder one) and begun anew. Lines
/// that come faster than the disk takes them are counted and dropped. Thread-safe.
class LogFile {
 public:
  /// Opens for appending, mode 0600.  @throws Error{unavailable}
  explicit LogFile(std::string path, std::uint64_t most_bytes = 64U << 20U);
  /// Writes what is left.
  ~LogFile();
  LogFile(const LogFile&) = delete;
  LogFile& operator=(const LogFile&) = delete;

  /// Adds a line; its end is added.
  void append(std::string_view line) noexcept;
  /// Waits until everything appended so far is in the file.
  void flush();

 private:
  void loop();
  void write_out(const std::string& text);

  const std::string path_;
  const std::uint64_t most_bytes_;
  UniqueFd fd_;
  std::uint64_t size_ = 0;
  std::mutex mutex_;  // guards what follows
  std::condition_variable wake_;
  std::condition_variable written_;
  std::string waiting_;
  std::uint64_t dropped_ = 0;
  bool writing_ = false;
  bool hurry_ = false;
  bool stopping_ = false;
  std::thread writer_;
};

}  // namespace virga
