// SPDX-License-Identifier: Apache-2.0
#include "api/compute/src/quotas.h"

#include <algorithm>
#include <vector>

#include "common/error.h"
#include "db/store/keypairs.h"
#include "db/store/server_groups.h"

namespace virga::compute {
namespace {

using store::ReadTx;

constexpr char kDefaultClass[] = "default";

/// Takes those resources from `from` that `into` has.
void overlay(Limits& into, const Limits& from) {
  for (const auto& [resource, limit] : from)
    if (const auto it = into.find(resource); it != into.end()) it->second = limit;
}

/// A counted resource of instances in one scope.
struct Room {
  std::string resource;
  std::int64_t limit = -1;
  std::int64_t used = 0;
  std::int64_t each = 0;  ///< what one instance needs

  bool holds(std::int64_t count) const { return limit < 0 || used + count * each <= limit; }
  std::int64_t most(std::int64_t count) const {
    if (limit < 0 || each == 0) return count;
    return std::min(count, std::max<std::int64_t>(0, limit - used) / each);
  }
};

/// In the order of their names.
std::vector<Room> rooms_of(const InstanceClaim& claim, const Limits& limits, const Limits& used) {
  std::vector<Room> rooms{
      {"cores", 0, 0, claim.vcpus}, {"instances", 0, 0, 1}, {"ram", 0, 0, claim.memory_mib}};
  for (Room& room : rooms) {
    room.limit = limits.at(room.resource);
    room.used = used.at(room.resource);
  }
  return rooms;
}

std::int64_t fitting(const std::vector<Room>& rooms, std::int64_t count) {
  for (const Room& room : rooms) count = room.most(count);
  return count;
}

void join(std::string& list, const std::string& word) {
  list += (list.empty() ? "" : ", ") + word;
}

[[noreturn]] void refuse(const std::vector<Room>& rooms, const InstanceClaim& claim) {
  std::string over, asked, used, allowed;
  for (const Room& room : rooms) {
    if (room.holds(claim.most)) continue;
    const bool range = room.resource == "instances" && claim.least != claim.most;
    join(over, room.resource);
    join(asked,
         (range ? std::to_string(claim.least) + "-" : "") + std::to_string(claim.most * room.each));
    join(used, std::to_string(room.used));
    join(allowed, std::to_string(room.limit));
  }
  throw Error(ErrorKind::forbidden, "Quota exceeded for " + over + ": Requested " + asked +
                                        ", but already used " + used + " of " + allowed + " " +
                                        over);
}

}  // namespace

Limits class_limits(ReadTx& tx, const std::string& name) {
  Limits limits;
  for (const auto& resource : kQuotaResources) limits[std::string(resource.name)] = resource.limit;
  overlay(limits, store::quotas::list_class(tx, name));
  return limits;
}

Limits default_limits(ReadTx& tx) {
  return class_limits(tx, kDefaultClass);
}

Limits limits_of(ReadTx& tx, const std::string& project_id, const std::string& user_id) {
  Limits limits = default_limits(tx);
  overlay(limits, store::quotas::list(tx, project_id));
  if (!user_id.empty()) overlay(limits, store::quotas::list(tx, project_id, user_id));
  return limits;
}

Limits usage_of(ReadTx& tx, const std::string& project_id, const std::string& user_id) {
  Limits used;
  for (const auto& resource : kQuotaResources) used[std::string(resource.name)] = 0;
  const auto instances = store::quotas::usage_of(tx, project_id, user_id);
  used["instances"] = instances.instances;
  used["cores"] = instances.vcpus;
  used["ram"] = instances.memory_mib;
  used["server_groups"] = store::server_groups::count(tx, project_id, user_id);
  return used;
}

std::int64_t require_instances(ReadTx& tx, const InstanceClaim& claim) {
  const auto of_project =
      rooms_of(claim, limits_of(tx, claim.project_id), usage_of(tx, claim.project_id));
  std::int64_t count = fitting(of_project, claim.most);
  if (count < claim.least) refuse(of_project, claim);
  const Limits own = store::quotas::list(tx, claim.project_id, claim.user_id);
  const bool counted = own.contains("cores") || own.contains("instances") || own.contains("ram");
  if (!counted) return count;
  const auto of_user = rooms_of(claim, limits_of(tx, claim.project_id, claim.user_id),
                                usage_of(tx, claim.project_id, claim.user_id));
  count = fitting(of_user, count);
  if (count < claim.least) refuse(of_user, claim);
  return count;
}

void require_metadata_items(ReadTx& tx, const http::Request& request, std::size_t count) {
  if (count == 0) return;
  const auto& who = request.who();
  const std::int64_t limit = limits_of(tx, who.project_id, who.user_id).at("metadata_items");
  if (limit >= 0 && static_cast<std::int64_t>(count) > limit)
    throw Error(ErrorKind::forbidden,
                "Maximum number of metadata items exceeds " + std::to_string(limit));
}

void require_key_pair(ReadTx& tx, const http::Request& request, const std::string& user_id) {
  const std::string& project = request.who().project_id;
  const std::int64_t limit = std::min(limits_of(tx, project).at("key_pairs"),
                                      limits_of(tx, project, user_id).at("key_pairs"));
  if (limit >= 0 && store::keypairs::count(tx, user_id) >= limit)
    throw Error(ErrorKind::forbidden, "Quota exceeded, too many key pairs.");
}

}  // namespace virga::compute
