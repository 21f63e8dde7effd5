// SPDX-License-Identifier: Apache-2.0
// What an instance is made of, as far as its project may use it.
#pragma once

#include <string>
#include <vector>

#include "api/compute/compute_api.h"
#include "db/model/flavor.h"
#include "db/model/image.h"
#include "db/model/instance.h"
#include "scheduler/pick.h"

namespace virga::compute {

/// An image that the caller may use and that may boot.  @throws Error{invalid}
model::Image get_bootable(store::ReadTx& tx, const http::Request& request, const std::string& id);
/// @throws Error{invalid} when the instance's flavor is too small for the image
void require_fits(const model::Image& image, const model::Instance& instance);
/// The image as the instance keeps it.
void take_image(const model::Image& image, model::Instance& instance);

/// A flavor that the caller may use.  @throws Error{invalid}
model::Flavor get_usable_flavor(store::ReadTx& tx, const http::Request& request,
                                const std::string& id);
/// The flavor as the instance keeps it.
void take_flavor(const model::Flavor& flavor, model::Instance& instance);

/// Disk that an instance takes from its host, in GiB.
std::int64_t disk_claim(const model::Instance& instance);
/// All hosts with what they have and what is claimed of it.
std::vector<scheduler::HostCapacity> capacities(store::ReadTx& tx, TimeUs now_us);

/// A password for an administrator of the guest: what the client chose, or 12 random characters.
/// @throws Error{invalid} when `chosen` is there and no text
std::string admin_password(const boost::json::value* chosen);

}  // namespace virga::compute
