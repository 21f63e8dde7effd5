// SPDX-License-Identifier: Apache-2.0
#include "api/agent-link/src/snapshot_upload.h"

#include <charconv>

#include "api/agent-link/src/snapshot_records.h"
#include "common/error.h"
#include "common/log.h"
#include "db/store/image_lists.h"
#include "db/store/images.h"
#include "db/store/instance_snapshots.h"
#include "db/store/limits.h"

namespace virga::agent_link {
namespace {

using http::Request;
using http::Response;
using model::ImageStatus;
using model::SnapshotPhase;
using store::WriteTx;

constexpr const char* kFormat = "qcow2";

/// Until finish() succeeded nothing but the image's status is changed: the host tries again.
class SnapshotUpload final : public http::Upload {
 public:
  SnapshotUpload(LinkDeps& deps, model::InstanceSnapshot snapshot,
                 std::unique_ptr<images::Upload> bytes)
      : deps_(deps), snapshot_(std::move(snapshot)), bytes_(std::move(bytes)) {}

  void write(std::string_view bytes) override { bytes_->write(bytes); }

  Response finish() override {
    const images::StoredImage stored = bytes_->commit(kFormat);
    // What no guest can start from was damaged on its way; the bytes go when nothing refers to
    // them.
    if (!stored.inspection.unbootable.empty())
      throw Error(ErrorKind::invalid, stored.inspection.unbootable);
    const bool wide = deps_.snapshots.hash_algorithm == "sha512";
    const store::images::Uploaded facts{stored.size,
                                        stored.inspection.virtual_size,
                                        stored.digest,
                                        stored.checksum,
                                        deps_.snapshots.hash_algorithm,
                                        wide ? stored.sha512 : stored.digest,
                                        stored.inspection.unbootable,
                                        {deps_.snapshots.store_id}};
    const bool done = deps_.db.write([&](WriteTx& tx) {
      const TimeUs now = deps_.clock.now_us();
      if (!finish_snapshot(tx, snapshot_, facts, now)) return false;
      settle_shelf(tx, snapshot_.instance_id, deps_.snapshots.offload_after_s, now);
      return true;
    });
    if (!done)  // its bytes go when nothing else refers to them
      throw Error(ErrorKind::not_found, "Image " + snapshot_.image_id + " was deleted.");
    return http::empty_response(204);
  }

 private:
  LinkDeps& deps_;
  const model::InstanceSnapshot snapshot_;
  std::unique_ptr<images::Upload> bytes_;
};

images::UploadLimits limits_of(const LinkDeps& deps, const Request& request) {
  images::UploadLimits limits;
  limits.max_bytes = deps.snapshots.max_image_bytes;
  limits.sha512 = deps.snapshots.hash_algorithm == "sha512";
  limits.md5 = deps.snapshots.md5_checksum;
  const std::string_view text = request.header("content-length");
  std::int64_t length = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), length);
  if (text.empty() || failure != std::errc{} || end != text.data() + text.size())
    throw Error(ErrorKind::invalid, "The length of the image is not known.");
  limits.expected_size = length;
  return limits;
}

/// As for any other upload, a project that has no room left may not begin one.
void require_quota(WriteTx& tx, const LinkDeps& deps, const std::string& project_id) {
  constexpr std::int64_t kMib = 1 << 20;
  const auto limit = store::limits::effective_limit(
      tx, {"image", deps.snapshots.region, "image_size_total", project_id});
  if (!limit || *limit < 0) return;
  if (store::images::usage_of(tx, project_id).stored_bytes / kMib > *limit)
    throw Error(ErrorKind::too_large,
                "Project " + project_id + " is over its limit of image_size_total.");
}

/// The image that the host is to deliver, which is `saving` from now on.
model::InstanceSnapshot begin(LinkDeps& deps, const Request& request) {
  return deps.db.write([&](WriteTx& tx) {
    const std::string& id = request.param("image_id");
    auto snapshot = store::instance_snapshots::find(tx, id);
    const auto image = store::images::find(tx, id);
    if (!snapshot || !image || snapshot->host_id != request.who().user_id)
      throw Error(ErrorKind::not_found, "This host is to deliver no such image.");
    require_quota(tx, deps, image->owner);
    const TimeUs now = deps.clock.now_us();
    if (image->status != ImageStatus::saving &&
        !store::images::advance(tx, id, ImageStatus::queued, ImageStatus::saving, now))
      throw Error(ErrorKind::conflict, "Image " + id + " takes no bytes in its present state.");
    store::instance_snapshots::set_progress(tx, *snapshot, SnapshotPhase::uploading,
                                            snapshot->attempts, snapshot->last_error);
    return *snapshot;
  });
}

}  // namespace

std::unique_ptr<http::Upload> receive_snapshot(LinkDeps& deps, const Request& request) {
  const images::UploadLimits limits = limits_of(deps, request);
  auto snapshot = begin(deps, request);
  auto bytes = deps.images.begin_upload(limits);
  return std::make_unique<SnapshotUpload>(deps, std::move(snapshot), std::move(bytes));
}

}  // namespace virga::agent_link
