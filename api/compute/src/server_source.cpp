// SPDX-License-Identifier: Apache-2.0
#include "api/compute/src/server_source.h"

#include <algorithm>

#include "common/json.h"
#include "common/random.h"
#include "db/store/allocations.h"
#include "db/store/flavors.h"
#include "db/store/hosts.h"
#include "db/store/image_lists.h"
#include "db/store/images.h"

namespace virga::compute {

using http::Request;
using store::ReadTx;

namespace {

constexpr std::size_t kPasswordLength = 12;  // as Nova's

}  // namespace

model::Image get_bootable(ReadTx& tx, const Request& request, const std::string& id) {
  const auto image = request.who().is_admin()
                         ? store::images::find(tx, id)
                         : store::images::find_visible(tx, id, request.who().project_id);
  if (!image) throw Error(ErrorKind::invalid, "Image " + id + " could not be found.");
  if (const auto why = model::why_unbootable(*image); !why.empty())
    throw Error(ErrorKind::invalid, why);
  return *image;
}

void require_fits(const model::Image& image, const model::Instance& i) {
  if (i.memory_mib < image.min_memory_mib)
    throw Error(ErrorKind::invalid, "Flavor's memory is too small for requested image.");
  constexpr std::int64_t kGib = std::int64_t{1} << 30;
  const std::int64_t least = std::max(image.min_disk_gib * kGib, image.virtual_size);
  if (i.disk_gib != 0 && i.disk_gib * kGib < least)
    throw Error(ErrorKind::invalid,
                "Flavor's disk is too small for requested image. Flavor disk is " +
                    std::to_string(i.disk_gib * kGib) + " bytes, image is " +
                    std::to_string(least) + " bytes.");
}

void take_image(const model::Image& image, model::Instance& i) {
  i.image_id = image.id;
  i.image_digest = image.digest;
  i.image_format = image.disk_format;
  i.image_size = image.size;
  i.image_virtual_size = image.virtual_size;
}

model::Flavor get_usable_flavor(ReadTx& tx, const Request& request, const std::string& id) {
  const auto flavor = request.who().is_admin()
                          ? store::flavors::find(tx, id)
                          : store::flavors::find_visible(tx, id, request.who().project_id);
  if (!flavor) throw Error(ErrorKind::invalid, "Flavor " + id + " could not be found.");
  return *flavor;
}

void take_flavor(const model::Flavor& flavor, model::Instance& i) {
  i.flavor_id = flavor.id;
  i.flavor_name = flavor.name;
  i.vcpus = flavor.vcpus;
  i.memory_mib = flavor.memory_mib;
  i.disk_gib = flavor.disk_gib;
  i.ephemeral_gib = flavor.ephemeral_gib;
  i.swap_mib = flavor.swap_mib;
}

std::int64_t disk_claim(const model::Instance& i) {
  return i.disk_gib + i.ephemeral_gib + (i.swap_mib + 1023) / 1024;
}

std::vector<scheduler::HostCapacity> capacities(ReadTx& tx, TimeUs now) {
  auto known = store::allocations::capacities(tx);
  std::vector<scheduler::HostCapacity> hosts;
  for (const auto& h : store::hosts::list(tx)) {
    const auto& [total, used] = known[h.id];
    hosts.push_back({h.id, h.name, h.generation, h.enabled, is_up(h, now), total.vcpus,
                     total.memory_mib, total.disk_gib, used.vcpus, used.memory_mib, used.disk_gib});
  }
  return hosts;
}

std::string admin_password(const json::value* chosen) {
  if (chosen == nullptr) return random_secret(kPasswordLength).substr(0, kPasswordLength);
  if (!chosen->is_string())
    throw Error(ErrorKind::invalid, "Invalid input for field/attribute adminPass.");
  return std::string(chosen->get_string());
}

}  // namespace virga::compute
