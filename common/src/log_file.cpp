// SPDX-License-Identifier: Apache-2.0
#include "common/log_file.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <chrono>
#include <cstdio>

#include "common/error.h"
#include "common/log.h"

namespace virga {
namespace {

constexpr std::size_t kMostWaiting = 4U << 20U;  // bytes; about 10,000 lines
constexpr std::size_t kEnough = 64U << 10U;      // are written at once
constexpr auto kMoment = std::chrono::milliseconds(500);

UniqueFd open_log(const std::string& path) {
  try {
    return open_file(path, O_WRONLY | O_APPEND | O_CREAT, 0600);
  } catch (const std::exception& e) {
    throw Error(ErrorKind::unavailable, "The log " + path + " cannot be opened: " + e.what());
  }
}

}  // namespace

LogFile::LogFile(std::string path, std::uint64_t most_bytes)
    : path_(std::move(path)), most_bytes_(most_bytes), fd_(open_log(path_)) {
  struct stat facts {};
  if (::fstat(fd_.get(), &facts) == 0) size_ = static_cast<std::uint64_t>(facts.st_size);
  writer_ = std::thread([this] { loop(); });
}

LogFile::~LogFile() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  writer_.join();
}

void LogFile::append(std::string_view line) noexcept {
  try {
    const std::scoped_lock lock(mutex_);
    if (waiting_.size() + line.size() > kMostWaiting) {
      ++dropped_;
      return;
    }
    const bool was_little = waiting_.size() < kEnough;
    const bool was_nothing = waiting_.empty();
    waiting_.append(line).push_back('\n');
    if (was_nothing || (was_little && waiting_.size() >= kEnough)) wake_.notify_one();
  } catch (const std::exception&) {
    // Without memory there is no line; whoever waits for an answer still gets it.
  }
}

void LogFile::flush() {
  std::unique_lock lock(mutex_);
  hurry_ = true;
  wake_.notify_one();
  written_.wait(lock, [&] { return waiting_.empty() && !writing_; });
}

void LogFile::loop() {
  std::string text;
  std::unique_lock lock(mutex_);
  while (!stopping_ || !waiting_.empty()) {
    wake_.wait(lock, [&] { return stopping_ || hurry_ || !waiting_.empty(); });
    wake_.wait_for(lock, kMoment,
                   [&] { return stopping_ || hurry_ || waiting_.size() >= kEnough; });
    hurry_ = false;
    text.swap(waiting_);
    const std::uint64_t dropped = std::exchange(dropped_, 0);
    writing_ = true;
    lock.unlock();
    if (dropped > 0)
      log::warning("log lines were dropped", {{"file", path_}, {"lines", std::to_string(dropped)}});
    write_out(text);
    text.clear();
    lock.lock();
    writing_ = false;
    written_.notify_all();
  }
}

void LogFile::write_out(const std::string& text) {
  try {
    if (size_ > 0 && size_ + text.size() > most_bytes_) {
      if (std::rename(path_.c_str(), (path_ + ".1").c_str()) != 0)
        throw_errno("rename " + path_, errno);
      fd_ = open_log(path_);
      size_ = 0;
    }
    write_all(fd_.get(), text);
    size_ += text.size();
  } catch (const std::exception& e) {
    log::error("a log could not be written", {{"file", path_}, {"error", e.what()}});
  }
}

}  // namespace virga
