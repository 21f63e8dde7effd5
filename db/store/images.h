// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "db/model/image.h"
#include "db/store/database.h"

namespace virga::store::images {

/// What inspection and hashing found; written when an upload ends well.
struct Uploaded {
  std::int64_t size = 0;
  std::int64_t virtual_size = 0;
  std::string digest;
  std::string checksum;
};

/// @throws Error{conflict} when the id is taken
void insert(WriteTx& tx, const model::Image& image);
std::optional<model::Image> find(ReadTx& tx, const std::string& id);
/// Newest first. `limit` rows after the image `marker` (empty: from the start).
std::vector<model::Image> list(ReadTx& tx, const std::string& marker, std::int64_t limit);
/// Changes the status if it is `from`.  @return false when it was not
bool advance(WriteTx& tx, const std::string& id, model::ImageStatus from, model::ImageStatus to,
             TimeUs now_us);
/// saving -> active with the facts of the bytes.  @return false when it was not saving
bool activate(WriteTx& tx, const std::string& id, const Uploaded& facts, TimeUs now_us);
/// saving -> queued or killed with the reason.
void refuse(WriteTx& tx, const std::string& id, model::ImageStatus to, const std::string& reason,
            TimeUs now_us);
/// Uploads that a dead process left behind become queued again.  @return how many
std::int64_t requeue_interrupted(WriteTx& tx, TimeUs now_us);
/// Replaces names, formats, flags, properties and tags (never the bytes' facts).
void update(WriteTx& tx, const model::Image& image);
/// @return false when there was none
bool erase(WriteTx& tx, const std::string& id);
/// How many images have these bytes.
std::int64_t count_with_digest(ReadTx& tx, const std::string& digest);
/// Every digest that some image has.
std::vector<std::string> list_digests(ReadTx& tx);

}  // namespace virga::store::images
