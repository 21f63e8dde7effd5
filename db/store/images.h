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
  std::string hash_algorithm = {};
  std::string hash_value = {};
  std::string unbootable = {};
  std::vector<std::string> stores = {};
};

/// @throws Error{conflict} when the id is taken
void insert(WriteTx& tx, const model::Image& image);
std::optional<model::Image> find(ReadTx& tx, const std::string& id);
/// Its properties, tags and stores, which scan() does not read.
void read_details(ReadTx& tx, model::Image& image);
/// Changes the status if it is `from`.  @return false when it was not
bool advance(WriteTx& tx, const std::string& id, model::ImageStatus from, model::ImageStatus to,
             TimeUs now_us);
/// saving or importing -> active with the facts of the bytes.  @return false when it was neither
bool activate(WriteTx& tx, const std::string& id, const Uploaded& facts, TimeUs now_us);
/// The store has the bytes, or not any more. Idempotent.
void add_location(WriteTx& tx, const std::string& id, const std::string& store_id);
void remove_location(WriteTx& tx, const std::string& id, const std::string& store_id);
/// Data waits for its import.  @return false when the image is not uploading or importing
bool stage(WriteTx& tx, const std::string& id, const std::string& digest, std::int64_t size,
           TimeUs now_us);
/// Sets one property of ours ("os_glance_...").
void set_property(WriteTx& tx, const std::string& id, const std::string& name,
                  const std::string& value);
/// Which task works on the image; empty: none.
void set_import_task(WriteTx& tx, const std::string& id, const std::string& task_id);
/// Back to queued with the reason, without staged data; nothing for other states.
void requeue(WriteTx& tx, const std::string& id, const std::string& reason, TimeUs now_us);
/// saving -> queued or killed with the reason.
void refuse(WriteTx& tx, const std::string& id, model::ImageStatus to, const std::string& reason,
            TimeUs now_us);
/// Uploads that a dead process left behind become queued again.  @return how many
std::int64_t requeue_interrupted(WriteTx& tx, TimeUs now_us);
/// Replaces names, owner, formats, flags, properties and tags (never the bytes' facts).
void update(WriteTx& tx, const model::Image& image);
/// Also ends what makes it out of an instance.  @return false when there was none
bool erase(WriteTx& tx, const std::string& id);
/// How many images have these bytes.
std::int64_t count_with_digest(ReadTx& tx, const std::string& digest);
/// True when an image with these bytes is to be in that store.
bool is_stored(ReadTx& tx, const std::string& digest, const std::string& store_id);
/// True when some image has these bytes staged.
bool is_wanted(ReadTx& tx, const std::string& digest);
/// Every digest that some image has.
std::vector<std::string> list_digests(ReadTx& tx);

}  // namespace virga::store::images
