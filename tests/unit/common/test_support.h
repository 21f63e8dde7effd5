// SPDX-License-Identifier: Apache-2.0
// Small helpers of many tests.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "common/error.h"
#include "common/random.h"

namespace virga::test {

/// The kind of the Error that a call throws.
template <class F>
ErrorKind kind_of(F failing) {
  try {
    failing();
  } catch (const Error& error) {
    return error.kind();
  }
  ADD_FAILURE() << "nothing was thrown";
  return ErrorKind::internal;
}

/// The message of the Error that a call throws.
template <class F>
std::string message_of(F failing) {
  try {
    failing();
  } catch (const Error& error) {
    return error.what();
  }
  ADD_FAILURE() << "nothing was thrown";
  return {};
}

/// A folder that goes with its scope.
class TempDir {
 public:
  TempDir() : path_(std::filesystem::temp_directory_path() / ("virga-test-" + new_hex_id())) {
    std::filesystem::create_directory(path_);
  }
  ~TempDir() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  std::string path(const std::string& name = "") const {
    return name.empty() ? path_.string() : (path_ / name).string();
  }

 private:
  std::filesystem::path path_;
};

}  // namespace virga::test
