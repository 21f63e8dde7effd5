// SPDX-License-Identifier: Apache-2.0
// Moves imports of images: fetch the data to where it waits, inspect it, copy it into the stores,
// make the image active. Each phase may be repeated; a crash anywhere loses no more than one.
//
//   fetch  the data is in the staging store, and the image's row says so
//   store  every wanted store has it; in one commit the image is active and the task has ended
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "common/clock.h"
#include "db/model/image_task.h"
#include "db/store/database.h"
#include "image-service/store_set.h"

namespace virga::controllers {

struct ImportDeps {
  store::Database& db;
  const Clock& clock;
  images::StoreSet& stores;
  std::string region = "RegionOne";
  std::int64_t max_image_bytes = std::int64_t{1} << 40;
  std::string hash_algorithm = "sha256";
  bool md5_checksum = false;
  /// Gets a URI piece by piece.  @throws Error{invalid}; Error{unavailable} when it was given up
  std::function<void(const std::string& uri, const std::function<void(std::string_view)>& sink,
                     const std::function<bool()>& is_given_up)>
      fetch;
  std::function<bool()> is_stopping = [] { return false; };  ///< set by the importer
};

/// Works on imports on threads of its own, when it is woken and every few seconds. One of them
/// takes no downloads: slow servers of strangers do not keep others' imports waiting.
class ImageImporter {
 public:
  explicit ImageImporter(ImportDeps deps);
  ~ImageImporter();
  /// Thread-safe.
  void wake();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace virga::controllers
