// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/clock.h"
#include "db/model/cached_base.h"
#include "db/model/image.h"
#include "db/store/database.h"

/// The image cache over all hosts: what they hold, and what they are to fetch ahead or to drop. A
/// change of that notifies "host" with the ids of the hosts that have to act.
namespace virga::store::image_cache {

/// An active image that hosts hold.
struct CachedImage {
  std::string image_id;
  std::int64_t hits = 0;  ///< root disks that stand on its bytes, over all hosts
  TimeUs used_us = 0;     ///< the newest over all hosts
  TimeUs made_us = 0;     ///< the newest over all hosts
  std::int64_t size = 0;  ///< bytes
};

// An image is queued for a second at least, and until all enabled hosts that are up hold it; while
// there is no such host, all wait.

/// Neither images that are queued, nor those that hosts are about to drop. Oldest first.
std::vector<CachedImage> list_cached(ReadTx& tx, TimeUs now_us);
/// Ids, in the order in which they were queued.
std::vector<std::string> list_queued(ReadTx& tx, TimeUs now_us);
/// True, perhaps, for some time after its queueing ended, too.
bool is_queued(ReadTx& tx, const std::string& image_id);

/// Every enabled host is to hold the image. Idempotent.
void queue(WriteTx& tx, const std::string& image_id, TimeUs now_us);
/// The enabled hosts of an aggregate are to hold the image, if there is such an image. Idempotent.
void queue_on_aggregate(WriteTx& tx, const std::string& image_id, std::int64_t aggregate_number,
                        TimeUs now_us);
/// The image is queued no longer: before it is erased.
void unqueue(WriteTx& tx, const std::string& image_id);
/// Hosts are to drop the bytes of the image; no image with the same bytes is queued any longer.
void drop(WriteTx& tx, const model::Image& image);
/// No image is queued any longer.
void clear_queue(WriteTx& tx);
/// Hosts are to drop all that no queued image needs.
void drop_all(WriteTx& tx, TimeUs now_us);

/// Tells the enabled hosts to look again: an image that is queued has become what may be fetched,
/// or is so no longer.
void notify_hosts(WriteTx& tx);

/// What an enabled host is to fetch ahead, in order. Nothing that it is about to drop.
std::vector<model::DesiredBase> list_prefetches(ReadTx& tx, const std::string& host_id);
std::vector<model::DesiredBase> list_drops(ReadTx& tx, const std::string& host_id);
/// True when the host is to fetch an image with these bytes ahead.
bool is_prefetched(ReadTx& tx, const std::string& digest, const std::string& host_id);

/// Ends the drops of a host that its report shows as done, or as impossible because disks stand on
/// the base.
void finish_drops(WriteTx& tx, const std::string& host_id);
/// Forgets images that were queued and are so no longer.
void finish_queue(WriteTx& tx, TimeUs now_us);

}  // namespace virga::store::image_cache
