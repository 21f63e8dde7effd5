// SPDX-License-Identifier: Apache-2.0
#include "api/placement/src/candidates.h"

#include <algorithm>

namespace virga::placement {
namespace {

using model::WholeProvider;

constexpr const char* kShares = "MISC_SHARES_VIA_AGGREGATE";

bool has(const WholeProvider& p, const std::string& name, std::int64_t amount) {
  const auto it = p.inventories.find(name);
  return it != p.inventories.end() && it->second.fits(amount);
}

bool has_all(const WholeProvider& p, const model::Resources& resources) {
  return std::all_of(resources.begin(), resources.end(),
                     [&](const auto& r) { return has(p, r.first, r.second); });
}

bool root_is_wanted(const Landscape& landscape, const CandidateRequest& request,
                    const std::string& root) {
  if (request.root.empty()) return true;
  const WholeProvider* p = landscape.find(root);
  return p != nullptr && request.root.met_by(p->traits);
}

/// A provider that could give one class to one tree.
struct Source {
  const WholeProvider* provider;
  std::string root;  ///< of the tree, which is not its own when it shares
};

/// Membership of a group: of the provider or of the root of the tree.
bool is_member(const Landscape& landscape, const RequestGroup& group, const Source& source) {
  const auto& wish = group.member_of;
  if (wish.empty()) return true;
  const WholeProvider* root = landscape.find(source.root);
  const auto& own = source.provider->aggregates;
  const bool required =
      wish.requires_met_by(own) || (root != nullptr && wish.requires_met_by(root->aggregates));
  const bool forbidden =
      wish.forbids_any(own) || (root != nullptr && wish.forbids_any(root->aggregates));
  return required && !forbidden;
}

/// Who could give an amount of a class: providers of trees, and those that share with them.
std::vector<Source> sources_of(const Landscape& landscape, const CandidateRequest& request,
                               const RequestGroup& group, const std::string& tree,
                               const std::string& name, std::int64_t amount) {
  std::vector<Source> sources;
  for (const auto& p : landscape.all())
    if (has(p, name, amount) && (tree.empty() || p.provider.root_id == tree))
      sources.push_back({&p, p.provider.root_id});
  if (tree.empty())
    for (const auto* p : landscape.sharing()) {
      if (!has(*p, name, amount) || !group.member_of.requires_met_by(p->aggregates)) continue;
      for (const auto& anchor : landscape.anchors_of(*p))
        if (anchor != p->provider.root_id) sources.push_back({p, anchor});
    }
  std::erase_if(sources, [&](const Source& s) {
    return !root_is_wanted(landscape, request, s.root) || !is_member(landscape, group, s);
  });
  return sources;
}

/// One source for each class: the way of a tree to meet a group.
using Choice = std::map<std::string, const WholeProvider*>;

/// The traits are looked at over all that give.
bool traits_are_met(const RequestGroup& group, const Choice& choice) {
  std::set<std::string> together;
  for (const auto& [name, provider] : choice) {
    if (group.traits.forbids_any(provider->traits)) return false;
    together.insert(provider->traits.begin(), provider->traits.end());
  }
  return group.traits.requires_met_by(together);
}

GroupOption option_of(const RequestGroup& group, const std::string& root, const Choice& choice) {
  GroupOption option{root, {}, {}};
  for (const auto& [name, provider] : choice) {
    option.allocations[provider->provider.id][name] = group.resources.at(name);
    option.providers.insert(provider->provider.id);
  }
  return option;
}

/// By class, who could give it to one tree.
using TreeSources = std::map<std::string, std::vector<const WholeProvider*>>;

/// Adds all combinations of sources of one tree.
void add_choices(std::set<GroupOption>& options, const RequestGroup& group, const std::string& root,
                 const TreeSources& sources) {
  std::vector<Choice> choices{{}};
  for (const auto& [name, providers] : sources) {
    std::vector<Choice> longer;
    for (const auto& choice : choices)
      for (const auto* provider : providers) {
        longer.push_back(choice);
        longer.back()[name] = provider;
      }
    choices = std::move(longer);
  }
  for (const auto& choice : choices)
    if (traits_are_met(group, choice)) options.insert(option_of(group, root, choice));
}

std::set<GroupOption> by_trees(const Landscape& landscape, const CandidateRequest& request,
                               const RequestGroup& group, const std::string& tree) {
  std::map<std::string, TreeSources> trees;
  for (const auto& [name, amount] : group.resources)
    for (const auto& s : sources_of(landscape, request, group, tree, name, amount)) {
      auto& providers = trees[s.root][name];
      if (std::find(providers.begin(), providers.end(), s.provider) == providers.end())
        providers.push_back(s.provider);
    }
  std::set<GroupOption> options;
  for (const auto& [root, sources] : trees)
    if (sources.size() == group.resources.size()) add_choices(options, group, root, sources);
  return options;
}

std::set<GroupOption> by_single_providers(const Landscape& landscape,
                                          const CandidateRequest& request,
                                          const RequestGroup& group, const std::string& tree) {
  std::set<GroupOption> options;
  for (const auto& p : landscape.all()) {
    if (!has_all(p, group.resources) || !group.traits.met_by(p.traits) ||
        !group.member_of.met_by(p.aggregates) || (!tree.empty() && p.provider.root_id != tree))
      continue;
    GroupOption option{p.provider.root_id, {}, {p.provider.id}};
    if (!group.resources.empty()) option.allocations[p.provider.id] = group.resources;
    std::set<std::string> anchors{p.provider.root_id};
    if (p.traits.contains(kShares)) anchors.merge(landscape.anchors_of(p));
    for (const auto& anchor : anchors) {
      option.anchor = anchor;
      if (root_is_wanted(landscape, request, anchor)) options.insert(option);
    }
  }
  return options;
}

}  // namespace

Landscape::Landscape(const std::vector<WholeProvider>& all) : all_(all) {
  for (const auto& p : all_) {
    by_id_.emplace(p.provider.id, &p);
    if (p.traits.contains(kShares)) sharing_.push_back(&p);
    has_trees_ = has_trees_ || !p.provider.parent_id.empty();
  }
}

const WholeProvider* Landscape::find(const std::string& id) const {
  const auto it = by_id_.find(id);
  return it == by_id_.end() ? nullptr : it->second;
}

std::set<std::string> Landscape::anchors_of(const WholeProvider& sharing) const {
  std::set<std::string> roots;
  for (const auto& p : all_)
    for (const auto& aggregate : sharing.aggregates)
      if (p.aggregates.contains(aggregate)) roots.insert(p.provider.root_id);
  return roots;
}

std::set<std::string> Landscape::lineage_of(const std::string& id) const {
  std::set<std::string> lineage;
  for (const WholeProvider* p = find(id); p != nullptr && lineage.insert(p->provider.id).second;)
    p = p->provider.parent_id.empty() ? nullptr : find(p->provider.parent_id);
  return lineage;
}

std::set<GroupOption> options_of(const Landscape& landscape, const CandidateRequest& request,
                                 const RequestGroup& group) {
  std::string tree;
  if (group.in_tree) {
    const WholeProvider* p = landscape.find(*group.in_tree);
    if (p == nullptr) return {};
    tree = p->provider.root_id;
  }
  if (!group.single() && (!landscape.sharing().empty() || landscape.has_trees()))
    return by_trees(landscape, request, group, tree);
  return by_single_providers(landscape, request, group, tree);
}

}  // namespace virga::placement
