// SPDX-License-Identifier: Apache-2.0
#include "db/store/image_cache.h"

#include "db/model/host.h"

// Condition: the host of `b`, a row of host_bases, is to drop that base.
#define IS_DROPPED                                                        \
  "EXISTS (SELECT 1 FROM image_cache_drops d WHERE d.host_id = b.host_id" \
  " AND d.digest = b.digest AND d.format = b.format)"

// Condition: the image of `q`, a row of image_cache_queue, was queued after $1, or not all enabled
// hosts that were seen after $2 hold it, or there is no such host.
#define IS_WAITING                                                                 \
  "(q.queued_us > $1 OR NOT EXISTS"                                                \
  " (SELECT 1 FROM hosts h WHERE h.enabled = 1 AND h.last_seen_us > $2) OR EXISTS" \
  " (SELECT 1 FROM hosts h JOIN images w ON w.id = q.image_id"                     \
  "  WHERE h.enabled = 1 AND h.last_seen_us > $2 AND NOT EXISTS"                   \
  "  (SELECT 1 FROM host_bases b WHERE b.host_id = h.id AND b.digest = w.digest"   \
  "   AND b.format = w.disk_format AND NOT " IS_DROPPED ")))"

namespace virga::store::image_cache {
namespace {

// An image is shown as queued for so long at least, so that who queued it finds it there, however
// fast the hosts are.
constexpr TimeUs kShownQueuedUs = kSecondUs;

std::vector<model::DesiredBase> read_bases(Rows r) {
  std::vector<model::DesiredBase> bases;
  while (r.next()) bases.push_back({r.text(0), r.text(1), r.integer(2)});
  return bases;
}

/// Tells the hosts that have something to drop.
void notify_droppers(WriteTx& tx) {
  Rows rows = tx.query("SELECT DISTINCT host_id FROM image_cache_drops ORDER BY host_id");
  while (rows.next()) tx.notify("host", rows.text(0));
}

}  // namespace

std::vector<CachedImage> list_cached(ReadTx& tx, TimeUs now_us) {
  Rows r = tx.query(
      "SELECT i.id, sum(b.disks), max(b.used_us), max(b.made_us), max(b.size) FROM host_bases b"
      " JOIN images i ON i.digest = b.digest AND i.disk_format = b.format"
      " WHERE i.status = 'active' AND (b.disks > 0 OR NOT " IS_DROPPED
      ")"
      " AND NOT EXISTS"
      " (SELECT 1 FROM image_cache_queue q WHERE q.image_id = i.id AND " IS_WAITING
      ")"
      " GROUP BY i.id ORDER BY max(b.made_us), i.id",
      now_us - kShownQueuedUs, now_us - model::kHostSilence);
  std::vector<CachedImage> images;
  while (r.next())
    images.push_back({r.text(0), r.integer(1), r.integer(2), r.integer(3), r.integer(4)});
  return images;
}

std::vector<std::string> list_queued(ReadTx& tx, TimeUs now_us) {
  Rows rows = tx.query("SELECT q.image_id FROM image_cache_queue q WHERE " IS_WAITING
                       " ORDER BY q.queued_us, q.image_id",
                       now_us - kShownQueuedUs, now_us - model::kHostSilence);
  std::vector<std::string> ids;
  while (rows.next()) ids.push_back(rows.text(0));
  return ids;
}

bool is_queued(ReadTx& tx, const std::string& image_id) {
  Rows rows = tx.query("SELECT 1 FROM image_cache_queue WHERE image_id = $1", image_id);
  return rows.next();
}

void queue(WriteTx& tx, const std::string& image_id, TimeUs now_us) {
  finish_queue(tx, now_us);
  if (tx.exec("INSERT INTO image_cache_queue (image_id, queued_us) VALUES ($1, $2)"
              " ON CONFLICT (image_id) DO NOTHING",
              image_id, now_us) > 0)
    notify_hosts(tx);
}

void queue_on_aggregate(WriteTx& tx, const std::string& image_id, std::int64_t aggregate_number,
                        TimeUs now_us) {
  if (tx.exec("INSERT INTO image_cache_host_queue (host_id, image_id, queued_us)"
              " SELECT h.id, i.id, $1 FROM aggregate_hosts ah"
              " JOIN hosts h ON h.id = ah.host_id AND h.enabled = 1"
              " JOIN images i ON i.id = $2 WHERE ah.aggregate_number = $3 ON CONFLICT DO NOTHING",
              now_us, image_id, aggregate_number) > 0)
    notify_hosts(tx);
}

void unqueue(WriteTx& tx, const std::string& image_id) {
  tx.exec("DELETE FROM image_cache_host_queue WHERE image_id = $1", image_id);
  if (tx.exec("DELETE FROM image_cache_queue WHERE image_id = $1", image_id) > 0) notify_hosts(tx);
}

void drop(WriteTx& tx, const model::Image& image) {
  tx.exec(
      "DELETE FROM image_cache_host_queue WHERE image_id = $1 OR image_id IN"
      " (SELECT id FROM images WHERE digest = $2 AND disk_format = $3 AND digest <> '')",
      image.id, image.digest, image.disk_format);
  if (tx.exec("DELETE FROM image_cache_queue WHERE image_id = $1 OR image_id IN"
              " (SELECT id FROM images WHERE digest = $2 AND disk_format = $3 AND digest <> '')",
              image.id, image.digest, image.disk_format) > 0)
    notify_hosts(tx);
  if (tx.exec("INSERT INTO image_cache_drops (host_id, digest, format)"
              " SELECT host_id, digest, format FROM host_bases WHERE digest = $1 AND format = $2"
              " ON CONFLICT DO NOTHING",
              image.digest, image.disk_format) > 0)
    notify_droppers(tx);
}

void clear_queue(WriteTx& tx) {
  tx.exec("DELETE FROM image_cache_host_queue");
  if (tx.exec("DELETE FROM image_cache_queue") > 0) notify_hosts(tx);
}

void drop_all(WriteTx& tx, TimeUs now_us) {
  finish_queue(tx, now_us);
  if (tx.exec("INSERT INTO image_cache_drops (host_id, digest, format)"
              " SELECT b.host_id, b.digest, b.format FROM host_bases b WHERE NOT EXISTS"
              " (SELECT 1 FROM image_cache_queue q JOIN images i ON i.id = q.image_id"
              "  WHERE i.digest = b.digest AND i.disk_format = b.format)"
              " ON CONFLICT DO NOTHING") > 0)
    notify_droppers(tx);
}

void notify_hosts(WriteTx& tx) {
  Rows rows = tx.query("SELECT id FROM hosts WHERE enabled = 1 ORDER BY number");
  while (rows.next()) tx.notify("host", rows.text(0));
}

std::vector<model::DesiredBase> list_prefetches(ReadTx& tx, const std::string& host_id) {
  return read_bases(
      tx.query("SELECT i.digest, i.disk_format, i.size FROM"
               " (SELECT image_id, queued_us FROM image_cache_queue UNION ALL"
               "  SELECT image_id, queued_us FROM image_cache_host_queue WHERE host_id = $1) q"
               " JOIN images i ON i.id = q.image_id"
               " WHERE i.status = 'active'"
               " AND EXISTS (SELECT 1 FROM hosts h WHERE h.id = $1 AND h.enabled = 1)"
               " AND NOT EXISTS (SELECT 1 FROM image_cache_drops d WHERE d.host_id = $1"
               "  AND d.digest = i.digest AND d.format = i.disk_format)"
               " GROUP BY i.digest, i.disk_format, i.size ORDER BY min(q.queued_us), i.digest",
               host_id));
}

std::vector<model::DesiredBase> list_drops(ReadTx& tx, const std::string& host_id) {
  return read_bases(
      tx.query("SELECT d.digest, d.format, coalesce(b.size, 0) FROM image_cache_drops d"
               " LEFT JOIN host_bases b ON b.host_id = d.host_id AND b.digest = d.digest"
               " AND b.format = d.format WHERE d.host_id = $1 ORDER BY d.digest, d.format",
               host_id));
}

bool is_prefetched(ReadTx& tx, const std::string& digest, const std::string& host_id) {
  Rows rows = tx.query(
      "SELECT 1 FROM images i WHERE i.digest = $1 AND i.status = 'active'"
      " AND (EXISTS (SELECT 1 FROM image_cache_queue q WHERE q.image_id = i.id)"
      "  OR EXISTS (SELECT 1 FROM image_cache_host_queue q"
      "   WHERE q.image_id = i.id AND q.host_id = $2))"
      " AND EXISTS (SELECT 1 FROM hosts h WHERE h.id = $2 AND h.enabled = 1) LIMIT 1",
      digest, host_id);
  return rows.next();
}

void finish_drops(WriteTx& tx, const std::string& host_id) {
  if (tx.exec("DELETE FROM image_cache_drops WHERE host_id = $1 AND NOT EXISTS"
              " (SELECT 1 FROM host_bases b WHERE b.host_id = image_cache_drops.host_id"
              "  AND b.digest = image_cache_drops.digest AND b.format = image_cache_drops.format"
              "  AND b.disks = 0)",
              host_id) > 0)
    tx.notify("host", host_id);
}

void finish_queue(WriteTx& tx, TimeUs now_us) {
  tx.exec(
      "DELETE FROM image_cache_host_queue WHERE EXISTS (SELECT 1 FROM host_bases b"
      " JOIN images i ON i.digest = b.digest AND i.disk_format = b.format"
      " WHERE b.host_id = image_cache_host_queue.host_id"
      " AND i.id = image_cache_host_queue.image_id)");
  if (tx.exec("DELETE FROM image_cache_queue WHERE image_id NOT IN"
              " (SELECT q.image_id FROM image_cache_queue q WHERE " IS_WAITING ")",
              now_us - kShownQueuedUs, now_us - model::kHostSilence) > 0)
    notify_hosts(tx);
}

}  // namespace virga::store::image_cache
