// SPDX-License-Identifier: Apache-2.0
// Allocations in bodies: up to 1.11 a list of providers, then an object of them.
#include "api/placement/src/allocation_writes.h"
#include "common/error.h"
#include "common/random.h"

namespace virga::placement {
namespace {

using http::Request;

constexpr http::ApiVersion kOwners{1, 8};
constexpr http::ApiVersion kObjects{1, 12};
constexpr http::ApiVersion kGenerations{1, 28};
constexpr http::ApiVersion kMappings{1, 34};
constexpr http::ApiVersion kTypes{1, 38};

model::Allocations read_list(const Fields& in) {
  model::Allocations all;
  const json::array& list = in.array("allocations");
  if (list.empty()) refuse_body("[] is too short");
  for (const auto& value : list) {
    if (!value.is_object()) refuse_body("an allocation is not of type 'object'");
    const Fields one(value.get_object(), "allocations");
    one.only({"resource_provider", "resources"});
    const Fields provider = one.object("resource_provider");
    provider.only({"uuid"});
    all[uuid_member(provider, "uuid")] = read_resources(one.object("resources"));
  }
  return all;
}

model::Allocations read_object(const Fields& in, bool may_be_empty) {
  model::Allocations all;
  const Fields object = in.object("allocations");
  for (const auto& member : object.raw()) {
    const std::string id(member.key());
    if (id.size() != 36 || !is_uuid_like(id))
      refuse_body("'" + id.substr(0, 80) + "' does not match '^[0-9a-fA-F-]{36}$'");
    const Fields one = object.object(id);
    one.only({"generation", "resources"});
    if (one.has("generation")) strict_integer(one, "generation", INT64_MIN, INT64_MAX);
    all[normal_uuid(id)] = read_resources(one.object("resources"));
  }
  if (all.empty() && !may_be_empty) refuse_body("{} does not have enough properties");
  return all;
}

/// They say which group of a request was met by which provider. Nobody keeps them.
void check_mappings(const Fields& in) {
  if (!in.has("mappings")) return;
  const Fields mappings = in.object("mappings");
  if (mappings.raw().empty()) refuse_body("{} does not have enough properties");
  for (const auto& member : mappings.raw()) {
    if (!member.value().is_array()) refuse_body("a mapping is not of type 'array'");
    if (member.value().get_array().empty()) refuse_body("[] is too short");
    for (const auto& id : member.value().get_array())
      if (!id.is_string() || !is_uuid_like(std::string(id.get_string())))
        refuse_body("a mapping has what is not a 'uuid'");
  }
}

void check_members(const Request& request, const Fields& in) {
  const auto v = request.version;
  if (v >= kTypes)
    in.only({"allocations", "project_id", "user_id", "consumer_generation", "mappings",
             "consumer_type"});
  else if (v >= kMappings)
    in.only({"allocations", "project_id", "user_id", "consumer_generation", "mappings"});
  else if (v >= kGenerations)
    in.only({"allocations", "project_id", "user_id", "consumer_generation"});
  else if (v >= kOwners)
    in.only({"allocations", "project_id", "user_id"});
  else
    in.only({"allocations"});
}

}  // namespace

ConsumerWish read_wish(const Request& request, const std::string& consumer_id, const Fields& in,
                       bool may_be_empty) {
  check_members(request, in);
  ConsumerWish wish;
  wish.id = consumer_id;
  wish.allocations = request.version >= kObjects ? read_object(in, may_be_empty) : read_list(in);
  if (request.version >= kOwners) {
    wish.project_id = in.string("project_id");
    wish.user_id = in.string("user_id");
  }
  if (request.version >= kGenerations) {
    if (!in.has("consumer_generation")) refuse_body("'consumer_generation' is a required property");
    if (in.present("consumer_generation"))
      wish.generation = strict_integer(in, "consumer_generation", INT64_MIN, INT64_MAX);
  }
  if (request.version >= kMappings) check_mappings(in);
  if (request.version >= kTypes) {
    wish.type = in.string("consumer_type");
    if (!is_symbol(*wish.type)) refuse_body("'" + *wish.type + "' does not match '^[A-Z0-9_]+$'");
  }
  return wish;
}

std::vector<ConsumerWish> read_wishes(const Request& request, const Fields& in) {
  std::vector<ConsumerWish> wishes;
  for (const auto& member : in.raw()) {
    const std::string id(member.key());
    if (id.size() != 36 || !is_uuid_like(id))
      refuse_body("'" + id.substr(0, 80) + "' does not match '^[0-9a-fA-F-]{36}$'");
    wishes.push_back(read_wish(request, normal_uuid(id), in.object(id), true));
  }
  return wishes;
}

}  // namespace virga::placement
