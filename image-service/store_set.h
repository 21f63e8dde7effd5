// SPDX-License-Identifier: Apache-2.0
// All stores of a cloud under their names, and the hidden one where data waits to be imported.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "image-service/image_store.h"

namespace virga::images {

/// A store as it is configured.
struct StoreConfig {
  std::string id;  ///< lower-case letters, digits, '-' and '_'
  std::string directory;
  std::string description;
};

/// Is itself a store: uploads go to the default one, reads take the first copy that is sound.
/// Thread-safe.
class StoreSet final : public ImageStore {
 public:
  /// The first of `stores` is the default.
  /// @throws Error{invalid} for a bad or repeated name, Error{unavailable}
  StoreSet(std::vector<StoreConfig> stores, const std::string& staging_directory);

  const std::vector<StoreConfig>& configs() const { return configs_; }
  const std::string& default_id() const { return configs_.front().id; }
  bool has(const std::string& id) const { return find(id) != nullptr; }
  /// @throws Error{not_found}
  ImageStore& named(const std::string& id) const;
  ImageStore& staging() const { return *staging_; }

  /// Copies an image between stores; being there already is success.
  /// @throws Error{not_found, unavailable}
  static void copy(ImageReader& from, const std::string& digest, ImageStore& to);

  std::unique_ptr<Upload> begin_upload(const UploadLimits& limits) override;
  std::unique_ptr<ImageReader> open(const std::string& digest) const override;
  bool verify(const std::string& digest) const override;
  void remove(const std::string& digest) override;
  std::vector<std::string> list(std::int64_t min_age_s) const override;

 private:
  ImageStore* find(const std::string& id) const;

  std::vector<StoreConfig> configs_;
  std::vector<std::unique_ptr<ImageStore>> stores_;
  std::unique_ptr<ImageStore> staging_;
};

}  // namespace virga::images
