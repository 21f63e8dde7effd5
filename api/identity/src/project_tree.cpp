// SPDX-License-Identifier: Apache-2.0
#include "api/identity/src/project_tree.h"

#include <algorithm>

#include "common/error.h"
#include "db/store/domains.h"
#include "db/store/projects.h"

namespace virga::identity {
namespace {

using store::ReadTx;
using store::WriteTx;

constexpr std::size_t kMostAbove = 5;  // projects and the domain above a project: Keystone's limit
constexpr std::size_t kMostTags = 80;
constexpr TextRule kTag{1, 255};
const std::initializer_list<std::string_view> kKnown{
    "name",      "description", "enabled", "domain_id",         "parent_id",
    "is_domain", "tags",        "options", "explicit_domain_id"};

const char* kind_of(const model::Project& project) {
  return acts_as_domain(project) ? "domain" : "project";
}

model::Domain as_domain(const model::Project& p) {
  return {p.id, p.name, p.description, p.enabled, p.options, p.extra};
}

void save(WriteTx& tx, const model::Project& project) {
  if (acts_as_domain(project))
    store::domains::update(tx, as_domain(project));
  else
    store::projects::update(tx, project);
}

/// "Federated" in any case is kept for users of identity providers.
bool is_reserved(const std::string& domain_name) {
  constexpr std::string_view kReserved = "federated";
  return std::equal(domain_name.begin(), domain_name.end(), kReserved.begin(), kReserved.end(),
                    [](char a, char b) { return a == b || (a >= 'A' && a <= 'Z' && a + 32 == b); });
}

/// Names are unique among domains, and among the projects of one domain.
void require_free_name(ReadTx& tx, const model::Project& p) {
  if (acts_as_domain(p)) {
    const auto other = store::domains::find_named(tx, p.name);
    if (other && other->id != p.id)
      throw Error(ErrorKind::conflict,
                  "Conflict occurred attempting to store project - it is not permitted to have two"
                  " projects acting as domains with the same name: " +
                      p.name + ".");
    if (is_reserved(p.name)) throw Error(ErrorKind::invalid, "Domain cannot be named " + p.name);
    return;
  }
  const auto other = store::projects::find_named(tx, p.domain_id, p.name);
  if (other && other->id != p.id)
    throw Error(ErrorKind::conflict,
                "Conflict occurred attempting to store project - it is not permitted to have two"
                " projects with either the same name or same id in the same domain: name is " +
                    p.name + ", project id " + p.id + ".");
}

/// A new project fits under its parent.
void require_place(ReadTx& tx, const model::Project& p) {
  if (!find_domain(tx, p.domain_id))
    throw Error(ErrorKind::invalid, "Could not find domain: " + p.domain_id + ".");
  const auto parent = find_project(tx, p.parent_id);
  if (!parent) throw Error(ErrorKind::invalid, "Could not find project: " + p.parent_id + ".");
  if (acts_as_domain(*parent) && parent->id != p.domain_id)
    throw Error(ErrorKind::invalid, "Cannot create project, the parent (" + parent->id +
                                        ") is acting as a domain, but this project's domain id (" +
                                        p.domain_id + ") does not match the parent's id.");
  if (!acts_as_domain(*parent) && parent->domain_id != p.domain_id)
    throw Error(ErrorKind::invalid,
                "Cannot create project, since it specifies its domain_id " + p.domain_id +
                    ", but specifies a parent in a different domain (" + parent->domain_id + ").");
  const auto above = parents_of(tx, p);
  for (const model::Project& one : above)
    if (!one.enabled)
      throw Error(ErrorKind::invalid,
                  "cannot create a project in a branch containing a disabled project: " + one.id);
  if (above.size() > kMostAbove)
    throw Error(ErrorKind::forbidden,
                "Max hierarchy depth reached for " + p.parent_id + " branch.");
}

void require_enabled_above(ReadTx& tx, const model::Project& p) {
  const auto above = parents_of(tx, p);
  if (std::any_of(above.begin(), above.end(), [](const auto& one) { return !one.enabled; }))
    throw Error(ErrorKind::forbidden,
                "Cannot enable project " + p.id + " since it has disabled parents");
}

void require_disabled_below(ReadTx& tx, const model::Project& p) {
  if (acts_as_domain(p)) return;  // a domain may be disabled at once, with all that is in it
  const auto below = store::projects::list_below(tx, p.id);
  if (std::any_of(below.begin(), below.end(), [](const auto& one) { return one.enabled; }))
    throw Error(ErrorKind::forbidden,
                "Cannot disable project " + p.id + " since its subtree contains enabled projects.");
}

/// What may not be changed may be repeated.
void require_same_place(const Input& in, const model::Project& p) {
  const auto domain = in.optional_text("domain_id", kNullableId);
  if (domain && *domain != p.domain_id) throw Error(ErrorKind::invalid, "Cannot change Domain ID");
  const auto parent = in.optional_text("parent_id", kNullableId);
  if (parent && *parent != p.parent_id)
    throw Error(ErrorKind::forbidden, "Update of `parent_id` is not allowed.");
  const auto is_domain = in.flag("is_domain");
  if (is_domain && *is_domain != acts_as_domain(p))
    throw Error(ErrorKind::invalid, "Update of `is_domain` is not allowed.");
}

/// The attributes that are read alike from new and changed ones.
void read_common(const Input& in, model::Project& p) {
  if (const auto text = in.optional_text("description", kNullableText)) p.description = *text;
  if (const auto enabled = in.flag("enabled")) p.enabled = *enabled;
  p.options = merged_options(p.options, in.options({"immutable"}));
  p.extra = merged_extra(p.extra, in.members(), kKnown);
}

}  // namespace

model::Project as_project(const model::Domain& d) {
  return {d.id, "", d.name, d.description, d.enabled, "", d.options, d.extra};
}

std::optional<model::Project> find_domain(ReadTx& tx, const std::string& id) {
  const auto domain = store::domains::find(tx, id);
  if (!domain) return std::nullopt;
  return as_project(*domain);
}

std::optional<model::Project> find_project(ReadTx& tx, const std::string& id) {
  if (auto project = store::projects::find(tx, id)) return project;
  return find_domain(tx, id);
}

Tags tags_of(ReadTx& tx, const model::Project& project) {
  return acts_as_domain(project) ? store::domains::list_tags(tx, project.id)
                                 : store::projects::list_tags(tx, project.id);
}

void set_tags(WriteTx& tx, const model::Project& project, const Tags& tags) {
  if (acts_as_domain(project))
    store::domains::set_tags(tx, project.id, tags);
  else
    store::projects::set_tags(tx, project.id, tags);
}

std::vector<model::Project> parents_of(ReadTx& tx, const model::Project& project) {
  std::vector<model::Project> parents;
  for (std::string id = project.parent_id; !id.empty(); id = parents.back().parent_id) {
    auto parent = find_project(tx, id);
    if (!parent) break;
    parents.push_back(std::move(*parent));
  }
  return parents;
}

std::string checked_tag(std::string_view field, const json::value& tag) {
  const std::string text = Input::checked(field, tag, kTag);
  if (text.find_first_of(",/") != std::string::npos)
    Input::refuse(field, tag, "does not match '^[^,/]*$'");
  return text;
}

Tags checked_tags(const json::value& tags) {
  if (!tags.is_array()) Input::refuse("tags", tags, "is not of type 'array'");
  if (tags.get_array().size() > kMostTags) Input::refuse("tags", tags, "is too long");
  Tags list;
  for (const json::value& tag : tags.get_array()) {
    std::string text = checked_tag("tags/" + std::to_string(list.size()), tag);
    if (std::find(list.begin(), list.end(), text) != list.end())
      Input::refuse("tags", tags, "has non-unique elements");
    list.push_back(std::move(text));
  }
  for (std::string& tag : list) tag = stripped(tag);
  return list;
}

void create_project(WriteTx& tx, const Input& in, model::Project& p) {
  p.name = in.name("name", kShortName);
  read_common(in, p);
  const json::value* const tags = in.members().if_contains("tags");
  const Tags list = tags != nullptr ? checked_tags(*tags) : Tags();
  if (acts_as_domain(p)) {
    if (!p.parent_id.empty())
      throw Error(ErrorKind::invalid, "only root projects are allowed to act as domains.");
    require_free_name(tx, p);
    if (find_project(tx, p.id))
      throw Error(ErrorKind::conflict,
                  "Conflict occurred attempting to store project - Duplicate entry found with ID " +
                      p.id + ".");
    store::domains::insert(tx, as_domain(p));
  } else {
    require_place(tx, p);
    require_free_name(tx, p);
    store::projects::insert(tx, p);
  }
  set_tags(tx, p, list);
}

void change_project(WriteTx& tx, const Input& in, model::Project& p) {
  require_same_place(in, p);
  refuse_immutable_update(kind_of(p), p.id, p.options, in.members());
  const bool was_enabled = p.enabled;
  if (const auto name = in.optional_name("name", kShortName)) p.name = *name;
  read_common(in, p);
  if (p.enabled && !was_enabled) require_enabled_above(tx, p);
  if (!p.enabled && was_enabled) require_disabled_below(tx, p);
  require_free_name(tx, p);
  save(tx, p);
  if (const json::value* const tags = in.members().if_contains("tags"))
    set_tags(tx, p, checked_tags(*tags));
}

void erase_project(WriteTx& tx, const model::Project& p) {
  refuse_immutable_delete(kind_of(p), p.id, p.options);
  if (acts_as_domain(p)) {
    if (p.enabled)
      throw Error(ErrorKind::forbidden,
                  "Cannot delete a domain that is enabled, please disable it first.");
    for (const model::Project& one : store::projects::list_below(tx, p.id))
      refuse_immutable_delete("project", one.id, one.options);
    return store::domains::erase(tx, p.id);
  }
  if (store::projects::has_children(tx, p.id))
    throw Error(ErrorKind::forbidden,
                "Cannot delete the project " + p.id +
                    " since it is not a leaf in the hierarchy. Use the cascade option if you want"
                    " to delete a whole subtree.");
  store::projects::erase(tx, p.id);
}

}  // namespace virga::identity
