// SPDX-License-Identifier: Apache-2.0
#include "api/placement/src/allocation_writes.h"

#include <set>

#include "api/placement/src/answers.h"
#include "api/placement/src/queries.h"
#include "db/store/allocations.h"
#include "db/store/inventories.h"
#include "db/store/resource_providers.h"

namespace virga::placement {
namespace {

namespace allocations = store::allocations;
namespace providers = store::resource_providers;
using http::Request;
using store::WriteTx;

constexpr http::ApiVersion kGenerations{1, 28};

// Whose the resources are when the version does not let a client say it.
constexpr const char* kNobody = "00000000-0000-0000-0000-000000000000";

void require_generation(const std::optional<model::Consumer>& before, const ConsumerWish& wish) {
  const std::string got = wish.generation ? std::to_string(*wish.generation) : "None";
  const std::string conflict = "consumer generation conflict - expected ";
  if (before && wish.generation != before->generation)
    throw Refusal(ErrorKind::conflict,
                  conflict + std::to_string(before->generation) + " but got " + got,
                  kConcurrentUpdate);
  if (!before && wish.generation)
    throw Refusal(ErrorKind::conflict, conflict + "null but got " + got, kConcurrentUpdate);
}

void require_names(WriteTx& tx, const ConsumerWish& wish, const std::string& what) {
  for (const auto& [provider_id, resources] : wish.allocations) {
    if (!providers::find(tx, provider_id))
      throw Error(ErrorKind::invalid,
                  "Allocation for resource provider '" + provider_id + "' that does not exist.");
    if (const auto name = unknown_class(tx, resources); !name.empty())
      throw Error(ErrorKind::invalid, what + "No such resource class " + name + ".");
  }
}

/// Makes the consumer what the wish says, and takes away what it has.
void reset_consumer(WriteTx& tx, const Request& request, const ConsumerWish& wish,
                    std::set<std::string>& touched, TimeUs now) {
  const auto before = allocations::find_consumer(tx, wish.id);
  if (request.version >= kGenerations) require_generation(before, wish);
  model::Consumer consumer = before.value_or(model::Consumer{wish.id, 0, "", "", ""});
  consumer.project_id = wish.project_id.empty() ? kNobody : wish.project_id;
  consumer.user_id = wish.user_id.empty() ? kNobody : wish.user_id;
  if (wish.type) consumer.type = *wish.type;
  ++consumer.generation;
  allocations::put_consumer(tx, consumer, now);
  if (wish.allocations.empty())
    for (const auto& [provider_id, resources] : allocations::of_consumer(tx, wish.id))
      touched.insert(provider_id);
  allocations::clear(tx, wish.id);
}

void add_one(WriteTx& tx, const std::string& consumer_id, const std::string& provider_id,
             const std::string& name, std::int64_t amount) {
  const std::string what = "Unable to allocate inventory: ";
  const std::string where = "'" + name + "' on resource provider '" + provider_id + "'";
  const auto inventory = store::inventories::find(tx, provider_id, name);
  if (!inventory) throw Error(ErrorKind::conflict, what + "Inventory for " + where + " invalid.");
  if (!inventory->allows(amount))
    throw Error(ErrorKind::conflict, what + "Unable to create allocation for " + where +
                                         ". The requested amount would violate inventory "
                                         "constraints.");
  if (!inventory->has_room(amount))
    throw Error(ErrorKind::conflict, what + "Unable to create allocation for " + where +
                                         ". The requested amount would exceed the capacity.");
  allocations::add(tx, consumer_id, provider_id, name, amount);
}

}  // namespace

void write_allocations(WriteTx& tx, const Request& request, const std::vector<ConsumerWish>& wishes,
                       const std::string& what, TimeUs now) {
  std::set<std::string> touched;
  for (const auto& wish : wishes) reset_consumer(tx, request, wish, touched, now);
  for (const auto& wish : wishes) require_names(tx, wish, what);
  for (const auto& wish : wishes) {
    for (const auto& [provider_id, resources] : wish.allocations) {
      touched.insert(provider_id);
      for (const auto& [name, amount] : resources) add_one(tx, wish.id, provider_id, name, amount);
    }
    if (wish.allocations.empty()) allocations::erase_consumer(tx, wish.id);
  }
  for (const auto& id : touched) providers::touch(tx, id);
}

}  // namespace virga::placement
