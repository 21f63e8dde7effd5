// SPDX-License-Identifier: Apache-2.0
#include "api/identity/src/project_list.h"

#include <algorithm>

#include "api/identity/src/list_filter.h"
#include "api/identity/src/project_tree.h"
#include "api/identity/src/views.h"
#include "db/store/domains.h"
#include "db/store/projects.h"

namespace virga::identity {
namespace {

using http::Request;
using http::Response;
using store::ReadTx;

/// "tags=a,b" (all of them), "tags-any", "not-tags" and "not-tags-any".
class TagFilter {
 public:
  explicit TagFilter(const Request& request)
      : all_(list_of(request, "tags")),
        any_(list_of(request, "tags-any")),
        not_all_(list_of(request, "not-tags")),
        not_any_(list_of(request, "not-tags-any")) {}

  bool accepts(const Tags& tags) const {
    const auto there = [&](const std::string& tag) {
      return std::find(tags.begin(), tags.end(), tag) != tags.end();
    };
    const auto all = [&](const Tags& of) { return std::all_of(of.begin(), of.end(), there); };
    const auto any = [&](const Tags& of) { return std::any_of(of.begin(), of.end(), there); };
    return all(all_) && (any_.empty() || any(any_)) && (not_all_.empty() || !all(not_all_)) &&
           !any(not_any_);
  }

 private:
  static Tags list_of(const Request& request, std::string_view parameter) {
    Tags tags;
    const auto text = request.parameter(parameter);
    if (!text) return tags;
    for (std::size_t at = 0; at <= text->size();) {
      const std::size_t end = std::min(text->find(',', at), text->size());
      tags.push_back(text->substr(at, end - at));
      at = end + 1;
    }
    return tags;
  }
  Tags all_;
  Tags any_;
  Tags not_all_;
  Tags not_any_;
};

/// What a request wants to see.
class Selection {
 public:
  explicit Selection(const Request& request)
      : scope_(domain_scope(request)),
        filter_(request, {"domain_id", "enabled", "name", "parent_id"}),
        tags_(request) {}

  store::projects::Query query(const std::string& after) const {
    return {scope_.empty() ? filter_.exact("domain_id") : scope_, filter_.exact("name"),
            filter_.exact("parent_id"), after};
  }
  bool accepts(const model::Project& p) const {
    return (scope_.empty() || p.domain_id == scope_) &&
           filter_.accepts_text("domain_id", p.domain_id) &&
           filter_.accepts_text("parent_id", p.parent_id) && filter_.accepts_text("name", p.name) &&
           filter_.accepts_flag("enabled", p.enabled);
  }
  bool accepts(const Tags& tags) const { return tags_.accepts(tags); }

 private:
  std::string scope_;  // the only domain that a domain-scoped caller sees
  ListFilter filter_;
  TagFilter tags_;
};

}  // namespace

Response list_projects(IdentityDeps& deps, const Request& request) {
  request.require({{"target.domain_id", domain_scope(request)}});
  const Selection wanted(request);
  Listing list(request, "projects");
  deps.db.read([&](ReadTx& tx) {
    const auto take = [&](const model::Project& project) {
      if (!wanted.accepts(project)) return true;
      const Tags tags = tags_of(tx, project);
      if (!wanted.accepts(tags)) return true;
      if (!list.admit(project.id)) return false;
      list.out().begin_object();
      write_members(list.out(), request, project, tags);
      list.out().end_object();
      return true;
    };
    if (means_true(request.parameter("is_domain").value_or("0")))
      store::domains::each(tx, list.marker(),
                           [&](const model::Domain& domain) { return take(as_project(domain)); });
    else
      store::projects::each(tx, wanted.query(list.marker()), take);
  });
  return list.finish();
}

}  // namespace virga::identity
