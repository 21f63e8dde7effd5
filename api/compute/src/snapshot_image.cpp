// SPDX-License-Identifier: Apache-2.0
#include "api/compute/src/snapshot_image.h"

#include <algorithm>
#include <array>

#include "common/error.h"
#include "common/random.h"
#include "db/store/image_lists.h"
#include "db/store/images.h"
#include "db/store/instance_snapshots.h"
#include "db/store/limits.h"

namespace virga::compute {
namespace {

constexpr std::int64_t kGib = std::int64_t{1} << 30;
constexpr TimeUs kLeastTime = 1800 * kSecondUs;
constexpr TimeUs kTimePerGib = 300 * kSecondUs;  // for a copy and its way here, slower than any

// What an image does not get from the one that its instance was made of.  Source: Nova, "Image
// properties that are not inherited".
constexpr std::array<std::string_view, 8> kNotInherited{"cache_in_nova",
                                                        "bittorrent",
                                                        "cinder_encryption_key_id",
                                                        "cinder_encryption_key_deletion_policy",
                                                        "img_signature",
                                                        "img_signature_hash_method",
                                                        "img_signature_key_type",
                                                        "img_signature_certificate_uuid"};

bool is_inherited(const std::string& name) {
  return !name.starts_with("os_glance_") &&
         std::find(kNotInherited.begin(), kNotInherited.end(), name) == kNotInherited.end();
}

/// What the new image takes from the one that the instance was made of, as far as that is there.
void inherit(store::ReadTx& tx, const model::Instance& instance, model::Image& image) {
  image.min_disk_gib = instance.disk_gib;
  const auto base = store::images::find(tx, instance.image_id);
  if (!base) return;
  for (const auto& [name, value] : base->properties)
    if (is_inherited(name)) image.properties[name] = value;
  image.min_disk_gib = std::max(base->min_disk_gib, instance.disk_gib);
  image.min_memory_mib = base->min_memory_mib;
}

model::Image image_of(store::ReadTx& tx, const http::Request& request,
                      const model::Instance& instance, const SnapshotRequest& wanted) {
  model::Image image;
  image.id = new_uuid();
  image.name = wanted.name;
  image.owner = request.who().project_id;
  image.visibility = model::ImageVisibility::private_;
  image.disk_format = "qcow2";
  image.container_format = "bare";
  inherit(tx, instance, image);
  auto& p = image.properties;
  p["instance_uuid"] = instance.id;
  p["user_id"] = request.who().user_id;
  p["image_type"] = wanted.kind == model::SnapshotKind::backup ? "backup" : "snapshot";
  p["base_image_ref"] = instance.image_id;
  if (wanted.kind == model::SnapshotKind::backup) p["backup_type"] = wanted.backup_type;
  for (const auto& [name, value] : wanted.metadata) p[name] = value;
  p["owner_id"] = instance.project_id;
  p["image_location"] = "snapshot";
  p["image_state"] = "available";
  return image;
}

/// What the Image API asks of its own clients.
void require_allowed_image(store::ReadTx& tx, const ComputeDeps& deps, const http::Request& request,
                           const model::Image& image) {
  if (!request.allows("add_image", {{"project_id", image.owner},
                                    {"owner", image.owner},
                                    {"visibility", name_of(image.visibility)},
                                    {"member_id", ""}}))
    throw Error(ErrorKind::forbidden, "Not authorized for image " + image.id + ".");
  const auto limit =
      store::limits::effective_limit(tx, {"image", deps.region, "image_count_total", image.owner});
  if (limit && *limit >= 0 && store::images::usage_of(tx, image.owner).images + 1 > *limit)
    throw Error(ErrorKind::forbidden,
                "Quota exceeded or out of space for image " + image.id + " in the image service.");
}

}  // namespace

std::string insert_snapshot(store::WriteTx& tx, const ComputeDeps& deps,
                            const http::Request& request, const model::Instance& instance,
                            const SnapshotRequest& wanted) {
  const TimeUs now = deps.clock.now_us();
  model::Image image = image_of(tx, request, instance, wanted);
  image.created_us = now;
  image.updated_us = now;
  require_allowed_image(tx, deps, request, image);
  store::images::insert(tx, image);
  const std::int64_t disk_gib =
      std::max(instance.disk_gib, (instance.image_virtual_size + kGib - 1) / kGib);
  model::InstanceSnapshot snapshot;
  snapshot.image_id = image.id;
  snapshot.instance_id = instance.id;
  snapshot.host_id = instance.host_id;
  snapshot.request_id = request.request_id;
  snapshot.kind = wanted.kind;
  snapshot.backup_type = wanted.backup_type;
  snapshot.rotation = wanted.rotation;
  snapshot.created_us = now;
  snapshot.deadline_us = now + kLeastTime + disk_gib * kTimePerGib;
  store::instance_snapshots::insert(tx, snapshot);
  return image.id;
}

}  // namespace virga::compute
