// SPDX-License-Identifier: Apache-2.0
#include "api/placement/src/provider_filter.h"

#include <algorithm>

#include "common/error.h"
#include "db/store/resource_providers.h"

namespace virga::placement {
namespace {

using http::Request;

void check_parameters(const Request& request) {
  const auto v = request.version;
  if (v >= http::ApiVersion{1, 18})
    only_parameters(request, {"name", "uuid", "member_of", "resources", "in_tree", "required"});
  else if (v >= http::ApiVersion{1, 14})
    only_parameters(request, {"name", "uuid", "member_of", "resources", "in_tree"});
  else if (v >= http::ApiVersion{1, 4})
    only_parameters(request, {"name", "uuid", "member_of", "resources"});
  else if (v >= http::ApiVersion{1, 3})
    only_parameters(request, {"name", "uuid", "member_of"});
  else
    only_parameters(request, {"name", "uuid"});
}

bool provides(const model::Inventories& inventories, const model::Resources& resources) {
  return std::all_of(resources.begin(), resources.end(), [&](const auto& wanted) {
    const auto it = inventories.find(wanted.first);
    return it != inventories.end() && it->second.fits(wanted.second);
  });
}

}  // namespace

model::ResourceProvider get_provider(store::ReadTx& tx, const std::string& id) {
  auto found = store::resource_providers::find(tx, id);
  if (!found) throw Error(ErrorKind::not_found, "No resource provider with uuid " + id + " found");
  return std::move(*found);
}

ProviderFilter read_filter(store::ReadTx& tx, const Request& request) {
  check_parameters(request);
  ProviderFilter f;
  f.name = last_parameter(request, "name");
  f.id = uuid_parameter(request, "uuid");
  f.in_tree = uuid_parameter(request, "in_tree");
  f.member_of = parse_member_of(request, "member_of");
  f.traits = parse_traits(request, "required");
  if (const auto text = last_parameter(request, "resources")) f.resources = parse_resources(*text);
  if (const auto name = unknown_class(tx, f.resources); !name.empty())
    throw Error(
        ErrorKind::invalid,
        "Invalid resource class in resources parameter: No such resource class " + name + ".");
  if (const auto name = unknown_trait(tx, f.traits); !name.empty())
    throw Error(ErrorKind::invalid,
                "Invalid trait(s) in \"required\" parameter: No such trait(s): " + name + ".");
  return f;
}

std::vector<model::ResourceProvider> filtered(const std::vector<model::WholeProvider>& all,
                                              const ProviderFilter& f) {
  std::string root;
  if (f.in_tree)
    for (const auto& p : all)
      if (p.provider.id == *f.in_tree) root = p.provider.root_id;
  std::vector<model::ResourceProvider> found;
  for (const auto& p : all)
    if ((!f.name || p.provider.name == *f.name) && (!f.id || p.provider.id == *f.id) &&
        (!f.in_tree || p.provider.root_id == root) && f.member_of.met_by(p.aggregates) &&
        f.traits.met_by(p.traits) && provides(p.inventories, f.resources))
      found.push_back(p.provider);
  return found;
}

}  // namespace virga::placement
