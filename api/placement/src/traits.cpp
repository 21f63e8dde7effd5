// SPDX-License-Identifier: Apache-2.0
// Names of traits: the standard ones, and those that begin with CUSTOM_.
#include "db/store/traits.h"

#include <algorithm>

#include "api/placement/src/answers.h"
#include "api/placement/src/bodies.h"
#include "api/placement/src/queries.h"
#include "api/placement/src/routes.h"
#include "api/placement/src/standard_names.h"

namespace virga::placement {
namespace {

using http::Request;
using http::Response;
using store::ReadTx;
using store::WriteTx;

constexpr http::ApiVersion kFirst{1, 6};

/// What the query of the list asks for.
struct Filter {
  std::optional<std::set<std::string>> names;
  std::string prefix;
  std::optional<bool> used;
};

Filter read_filter(const Request& request) {
  only_parameters(request, {"name", "associated"});
  Filter f;
  if (const auto name = last_parameter(request, "name")) {
    const std::size_t colon = name->find(':');
    if (colon == std::string::npos)
      throw Error(ErrorKind::invalid,
                  "Badly formatted name parameter. Expected name query string parameter in form: "
                  "?name=[in|startswith]:[name1,name2|prefix]. Got: \"" +
                      name->substr(0, 255) + "\"");
    const std::string how = name->substr(0, colon);
    std::string rest = name->substr(colon + 1) + ",";
    if (how == "startswith") f.prefix = name->substr(colon + 1);
    if (how == "in") {
      f.names.emplace();
      for (std::size_t at = 0; (at = rest.find(',')) != std::string::npos; rest.erase(0, at + 1))
        f.names->insert(rest.substr(0, at));
    }
  }
  if (auto used = last_parameter(request, "associated")) {
    std::transform(used->begin(), used->end(), used->begin(),
                   [](unsigned char c) { return std::tolower(c); });
    if (*used != "true" && *used != "false")
      throw Error(ErrorKind::invalid,
                  "The query parameter \"associated\" only accepts \"true\" or \"false\"");
    f.used = *used == "true";
  }
  return f;
}

Response list(PlacementDeps& deps, const Request& request) {
  const Filter filter = read_filter(request);
  std::set<std::string> names(standard_traits().begin(), standard_traits().end());
  std::set<std::string> used;
  deps.db.read([&](ReadTx& tx) {
    for (auto& name : store::traits::list(tx)) names.insert(std::move(name));
    for (auto& name : store::traits::list_used(tx)) used.insert(std::move(name));
  });
  json::array views;
  for (const auto& name : names)
    if ((!filter.names || filter.names->contains(name)) && name.starts_with(filter.prefix) &&
        (!filter.used || *filter.used == used.contains(name)))
      views.emplace_back(name);
  return document(request, {{"traits", std::move(views)}}, deps.clock.now_us());
}

[[noreturn]] void refuse_missing(const std::string& name) {
  throw Error(ErrorKind::not_found, "No such trait(s): " + name + ".");
}

Response show(PlacementDeps& deps, const Request& request) {
  const std::string& name = request.param("name");
  const TimeUs now = deps.clock.now_us();
  if (is_standard_trait(name)) return nothing(request, 204, now);
  const auto made = deps.db.read([&](ReadTx& tx) { return store::traits::find(tx, name); });
  if (!made) refuse_missing(name);
  return nothing(request, 204, *made);
}

Response put(PlacementDeps& deps, const Request& request) {
  const std::string& name = request.param("name");
  if (!is_custom(name))
    throw Error(ErrorKind::invalid,
                "The trait is invalid. A valid trait must be no longer than 255 characters, start "
                "with the prefix \"CUSTOM_\" and use following characters: \"A\"-\"Z\", "
                "\"0\"-\"9\" and \"_\"");
  const TimeUs now = deps.clock.now_us();
  const bool made =
      deps.db.write([&](WriteTx& tx) { return store::traits::insert(tx, name, now); });
  Response response = nothing(request, made ? 201 : 204, now);
  response.headers.emplace_back("Location", request.base_url + "/placement/traits/" + name);
  return response;
}

Response remove(PlacementDeps& deps, const Request& request) {
  const std::string& name = request.param("name");
  if (is_standard_trait(name))
    throw Error(ErrorKind::invalid, "Cannot delete standard trait " + name + ".");
  deps.db.write([&](WriteTx& tx) {
    if (!store::traits::find(tx, name)) refuse_missing(name);
    if (store::traits::is_used(tx, name))
      throw Error(ErrorKind::conflict, "The trait " + name + " is in use by a resource provider.");
    store::traits::erase(tx, name);
  });
  return http::empty_response(204);
}

}  // namespace

void add_trait_routes(http::Router& r, PlacementDeps& deps) {
  const auto since = http::since(kFirst);
  const std::string one = "/placement/traits/{name}";
  r.get("/placement/traits", "placement:traits:list", handler(deps, list), since);
  r.get(one, "placement:traits:show", handler(deps, show), since);
  r.put(one, "placement:traits:update", handler(deps, put), since);
  r.del(one, "placement:traits:delete", handler(deps, remove), since);
}

}  // namespace virga::placement
