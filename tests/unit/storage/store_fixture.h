// SPDX-License-Identifier: Apache-2.0
// A directory store in a temporary folder, and small helpers of its tests.
#pragma once

#include <gtest/gtest.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <string>

#include "common/error.h"
#include "common/file.h"
#include "common/hash.h"
#include "common/random.h"
#include "storage/disk_store.h"

namespace virga::storage {

namespace fs = std::filesystem;

constexpr std::int64_t kMiB = 1 << 20;

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

/// A raw image with these bytes.
inline BaseImage base_of(const std::string& bytes, const std::string& format = "raw") {
  const auto size = static_cast<std::int64_t>(bytes.size());
  return {.digest = sha256_hex(bytes), .format = format, .size = size, .virtual_size = size};
}

/// A fetch that delivers these bytes in pieces.
inline FetchImage delivers(const std::string& bytes) {
  return [bytes](const BaseImage&, const ByteSink& sink) {
    for (std::size_t at = 0; at < bytes.size(); at += 1000)
      sink(std::string_view(bytes).substr(at, 1000));
  };
}

inline struct stat facts_of(const std::string& path) {
  struct stat facts {};
  EXPECT_EQ(::stat(path.c_str(), &facts), 0) << path;
  return facts;
}

/// Who has to own the files that QEMU opens, when we may give them away.
inline uid_t qemu_uid() {
  const passwd* user = ::getpwnam("libvirt-qemu");
  return user != nullptr && ::geteuid() == 0 ? user->pw_uid : ::geteuid();
}

class DirectoryStoreTest : public testing::Test {
 protected:
  DirectoryStoreTest() : top_(fs::temp_directory_path() / ("virga-disks-" + new_hex_id())) {
    settings_ = {.directory = top_ + "/instances",
                 .cache_directory = top_ + "/cache",
                 .console_directory = top_ + "/console",
                 .qemu_user = "libvirt-qemu",
                 .reserve_bytes = 0};
    open();
  }
  ~DirectoryStoreTest() override { fs::remove_all(top_); }

  void open() { store_ = make_directory_store(settings_); }
  std::string cached(const BaseImage& image) const {
    return top_ + "/cache/" + image.digest + "." + image.format;
  }
  void log(const std::string& suffix, const std::string& text) const {
    write_file_atomic(top_ + "/console/" + id_ + ".log" + suffix, text);
  }

  std::string top_;
  DiskStoreSettings settings_;
  std::unique_ptr<DiskStore> store_;
  const std::string id_ = new_uuid();
  const std::string bytes_ = std::string(3000, 'b');
  const BaseImage base_ = base_of(bytes_);
};

}  // namespace virga::storage
