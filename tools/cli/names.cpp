// SPDX-License-Identifier: Apache-2.0
#include "tools/cli/names.h"

#include "tools/cli/failure.h"
#include "tools/cli/json_view.h"

namespace virga::cli {
namespace {

/// Where the things of a kind are listed.
struct Place {
  const char* kind;
  const char* service;
  const char* path;
  const char* member;
  const char* name;
};

constexpr Place kPlaces[] = {
    {"servers", "compute", "/servers", "servers", "name"},
    {"images", "image", "/images?limit=1000", "images", "name"},
    {"flavors", "compute", "/flavors", "flavors", "name"},
    {"networks", "network", "/networks", "networks", "name"},
    {"keypairs", "compute", "/os-keypairs", "keypairs", "name"},
    {"hosts", "compute", "/os-hypervisors", "hypervisors", "hypervisor_hostname"},
};

const Place& place_of(const std::string& kind) {
  for (const auto& place : kPlaces)
    if (kind == place.kind) return place;
  throw Failure(Exit::failed, "There is no list of " + kind + ".");
}

Named named(const json::object& object, const char* name_key) {
  // {"keypair": {...}}: lists of key pairs wrap each one.
  if (object.size() == 1 && object.begin()->value().is_object())
    return named(object.begin()->value().get_object(), name_key);
  const json::value* id = object.if_contains("id");
  std::string text =
      id != nullptr && id->is_int64() ? std::to_string(id->get_int64()) : text_at(object, "id");
  const std::string name = text_at(object, name_key);
  return {text.empty() ? name : text, name};
}

std::vector<Named> listed(Session& session, const Place& place, const std::string& path) {
  const json::value answer = session.call({place.service, "GET", path});
  std::vector<Named> all;
  for (const auto& item : array_at(answer, place.member))
    if (item.is_object()) all.push_back(named(item.get_object(), place.name));
  return all;
}

bool is_uuid(const std::string& text) {
  return text.size() == 36 &&
         text.find_first_not_of("0123456789abcdefABCDEF-") == std::string::npos;
}

/// A name as Nova's filter takes it: a regular expression that nothing else matches.
std::string exactly(const std::string& name) {
  std::string out = "^";
  for (const char c : name) {
    if (std::string_view("\\^$.|?*+()[]{}").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out + "$";
}

/// By id when it looks like one and is one; among those of a filtered list otherwise.
Named find_one(Session& session, const std::string& kind, const std::string& wanted,
               const std::string& filter) {
  const Place& place = place_of(kind + "s");
  const std::string base = std::string(place.path).substr(0, std::string(place.path).find('?'));
  if (is_uuid(wanted)) {
    const auto found = session.find({place.service, "GET", base + "/" + wanted});
    if (found && found->is_object()) {
      const json::object& body = found->get_object();
      return named(body.size() == 1 ? body : json::object{{kind, body}}, place.name);
    }
  }
  return choose(kind, listed(session, place, base + "?" + filter), wanted);
}

}  // namespace

const Named& choose(const std::string& kind, const std::vector<Named>& all,
                    const std::string& wanted) {
  std::vector<const Named*> found;
  for (const auto& one : all) {
    if (one.id == wanted) return one;
    if (one.name == wanted) found.push_back(&one);
  }
  if (found.empty()) throw Failure(Exit::not_found, "There is no " + kind + " '" + wanted + "'.");
  if (found.size() == 1) return *found.front();
  std::string ids;
  for (const auto* one : found) ids += "\n  " + one->id;
  throw Failure(Exit::usage, std::to_string(found.size()) + " " + kind + "s have the name '" +
                                 wanted + "'; name one by its id:" + ids);
}

Named find_server(Session& session, const std::string& wanted) {
  // Clouds differ in whether the filter is a pattern: what is quoted may not be found as text.
  const bool is_simple = exactly(wanted) == "^" + wanted + "$";
  return find_one(session, "server", wanted,
                  is_simple ? "name=" + percent_encoded(exactly(wanted)) : "limit=1000");
}

Named find_image(Session& session, const std::string& wanted) {
  return find_one(session, "image", wanted, "limit=1000&name=" + percent_encoded(wanted));
}

Named find_flavor(Session& session, const std::string& wanted) {
  const Place& place = place_of("flavors");
  return choose("flavor", listed(session, place, "/flavors?is_public=None"), wanted);
}

Named find_network(Session& session, const std::string& wanted) {
  return find_one(session, "network", wanted, "name=" + percent_encoded(wanted));
}

std::vector<Named> list_named(Session& session, const std::string& kind) {
  const Place& place = place_of(kind);
  return listed(session, place, place.path);
}

}  // namespace virga::cli
