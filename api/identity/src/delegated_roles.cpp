// SPDX-License-Identifier: Apache-2.0
#include "api/identity/src/delegated_roles.h"

#include <algorithm>

#include "common/error.h"
#include "db/store/roles.h"

namespace virga::identity {

std::vector<RoleName> read_role_names(const Input& in) {
  const json::value* const list = in.members().if_contains("roles");
  if (list == nullptr) return {};
  if (!list->is_array()) Input::refuse("roles", *list, "is not of type 'array'");
  std::vector<RoleName> names;
  for (const json::value& item : list->get_array()) {
    const std::string place = "roles/" + std::to_string(names.size());
    if (!item.is_object()) Input::refuse(place, item, "is not of type 'object'");
    const json::object& role = item.get_object();
    if (role.size() != 1)
      Input::refuse(place, item,
                    role.empty() ? "does not have enough properties" : "has too many properties");
    const std::string key(role.begin()->key());
    if (key == "id")
      names.push_back({Input::checked(place + "/id", role.begin()->value(), kId), {}});
    else if (key == "name")
      names.push_back({{}, Input::checked(place + "/name", role.begin()->value(), kName)});
    else
      throw Error(ErrorKind::invalid, "Invalid input for field '" + place +
                                          "': Additional properties are not allowed ('" +
                                          key.substr(0, 64) + "' was unexpected)");
  }
  return names;
}

std::vector<std::string> resolve_roles(store::ReadTx& tx, const std::vector<RoleName>& names) {
  std::vector<std::string> ids;
  for (const auto& [id, name] : names) {
    std::string found = id;
    if (found.empty()) {
      const auto role = store::roles::find_named(tx, name);
      if (!role) throw Error(ErrorKind::not_found, "Role " + name + " is not defined");
      found = role->id;
    }
    if (std::find(ids.begin(), ids.end(), found) == ids.end()) ids.push_back(std::move(found));
  }
  return ids;
}

}  // namespace virga::identity
