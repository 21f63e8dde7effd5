// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "common/clock.h"

namespace virga::model {

/// Life of an image's bytes.  Source: Image API, "Image status".
enum class ImageStatus { queued, saving, uploading, importing, active, deactivated, killed };

/// Who sees an image besides its owner.
enum class ImageVisibility { private_, shared, community, public_ };

/// A disk image.  Source: Image API v2.
struct Image {
  std::string id;
  std::string name;
  std::string owner;  ///< project id
  ImageStatus status = ImageStatus::queued;
  ImageVisibility visibility = ImageVisibility::shared;
  std::string disk_format;        ///< "qcow2", "raw"; empty until set
  std::string container_format;   ///< "bare"
  std::int64_t size = 0;          ///< bytes stored
  std::int64_t virtual_size = 0;  ///< bytes a guest sees; from inspection
  std::string digest;             ///< SHA-256 of the bytes, hexadecimal; name in the store
  std::string checksum;           ///< MD5 of the bytes, hexadecimal; empty unless asked for
  std::string hash_algorithm;     ///< of `hash_value`: "sha256" or "sha512"
  std::string hash_value;         ///< what the Image API shows, hexadecimal
  std::string refusal;            ///< why inspection refused the bytes; empty when it did not
  std::string unbootable;         ///< why no guest may start from the bytes; empty: one may
  std::string staged_digest;      ///< SHA-256 of data that waits for its import
  std::int64_t staged_size = 0;   ///< bytes of it
  std::string import_task;        ///< the task that works on the image; empty: none
  std::int64_t min_disk_gib = 0;
  std::int64_t min_memory_mib = 0;
  bool is_protected = false;
  bool is_hidden = false;
  TimeUs created_us = 0;
  TimeUs updated_us = 0;
  std::map<std::string, std::string> properties;  ///< custom properties
  std::vector<std::string> tags;
  std::vector<std::string> stores;  ///< names of the stores that have the bytes, sorted
};

/// A project that an image is shared with.
struct ImageMember {
  std::string image_id;
  std::string member_id;  ///< project id
  std::string status;     ///< "pending", "accepted", "rejected"
  TimeUs created_us = 0;
  TimeUs updated_us = 0;
};

/// Why a server cannot start from the image; empty when it can.
std::string why_unbootable(const Image& image);

const char* name_of(ImageStatus status) noexcept;
const char* name_of(ImageVisibility visibility) noexcept;
/// @throws Error{invalid} for other words
ImageStatus image_status_named(const std::string& name);
ImageVisibility image_visibility_named(const std::string& name);

}  // namespace virga::model
