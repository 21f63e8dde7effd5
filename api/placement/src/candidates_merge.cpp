// SPDX-License-Identifier: Apache-2.0
// From the ways to meet each group to the ways to meet the request.
#include <algorithm>

#include "api/placement/src/candidates.h"

namespace virga::placement {
namespace {

/// One option for each group, by suffix.
using Combination = std::map<std::string, const GroupOption*>;
/// Options of one tree, by suffix.
using TreeOptions = std::map<std::string, std::vector<const GroupOption*>>;

bool are_isolated(const Combination& combination) {
  std::set<std::string> providers;
  std::size_t groups = 0;
  for (const auto& [suffix, option] : combination) {
    if (suffix.empty()) continue;
    ++groups;
    providers.insert(option->providers.begin(), option->providers.end());
  }
  return providers.size() == groups;
}

/// True when one of the providers of these groups is above or is each of them.
bool is_one_subtree(const Landscape& landscape, const Combination& combination,
                    const std::set<std::string>& suffixes) {
  std::set<std::string> providers;
  for (const auto& suffix : suffixes)
    if (const auto it = combination.find(suffix); it != combination.end())
      providers.insert(it->second->providers.begin(), it->second->providers.end());
  if (providers.size() <= 1) return true;
  std::set<std::string> common = providers;
  for (const auto& id : providers) {
    const auto lineage = landscape.lineage_of(id);
    std::erase_if(common, [&](const std::string& top) { return !lineage.contains(top); });
  }
  return !common.empty();
}

Candidate merged(const Combination& combination) {
  Candidate candidate;
  for (const auto& [suffix, option] : combination) {
    candidate.mappings[suffix] = option->providers;
    for (const auto& [provider, resources] : option->allocations)
      for (const auto& [name, amount] : resources) candidate.allocations[provider][name] += amount;
  }
  return candidate;
}

/// What several groups ask of one inventory must fit together.
bool fits(const Landscape& landscape, const Candidate& candidate) {
  for (const auto& [id, resources] : candidate.allocations) {
    const auto& inventories = landscape.find(id)->inventories;
    for (const auto& [name, amount] : resources) {
      const auto& inventory = inventories.at(name);
      if (!inventory.has_room(amount) || amount > inventory.max_unit) return false;
    }
  }
  return true;
}

/// For versions that know no trees: no two providers of one.
bool is_flat(const Landscape& landscape, const Candidate& candidate) {
  std::set<std::string> roots;
  for (const auto& [id, resources] : candidate.allocations)
    if (!roots.insert(landscape.find(id)->provider.root_id).second) return false;
  return true;
}

/// Goes through the combinations of one tree, and keeps those that are candidates.
class Combiner {
 public:
  Combiner(const Landscape& landscape, const CandidateRequest& request, const TreeOptions& options,
           std::set<Candidate>& found)
      : landscape_(landscape), request_(request), options_(options), found_(found) {}

  void run() { choose(options_.begin()); }

 private:
  bool is_full() const { return request_.limit != 0 && found_.size() >= request_.limit; }

  void choose(TreeOptions::const_iterator at) {
    if (at == options_.end()) return take();
    for (const auto* option : at->second) {
      if (is_full()) return;
      combination_[at->first] = option;
      choose(std::next(at));
    }
  }

  void take() {
    if (request_.isolate && !are_isolated(combination_)) return;
    for (const auto& suffixes : request_.same_subtrees)
      if (!is_one_subtree(landscape_, combination_, suffixes)) return;
    Candidate candidate = merged(combination_);
    if (!fits(landscape_, candidate)) return;
    if (!request_.trees && !is_flat(landscape_, candidate)) return;
    found_.insert(std::move(candidate));
  }

  const Landscape& landscape_;
  const CandidateRequest& request_;
  const TreeOptions& options_;
  std::set<Candidate>& found_;
  Combination combination_;
};

/// The providers of all trees that take part; for versions that know no trees, those that give.
std::vector<const model::WholeProvider*> summary_of(const Landscape& landscape,
                                                    const CandidateRequest& request,
                                                    const std::set<Candidate>& found) {
  std::set<std::string> roots;
  std::set<std::string> givers;
  for (const auto& candidate : found)
    for (const auto& [id, resources] : candidate.allocations) {
      givers.insert(id);
      roots.insert(landscape.find(id)->provider.root_id);
    }
  const bool whole_trees = request.trees || !landscape.has_trees();
  std::vector<const model::WholeProvider*> providers;
  for (const auto& p : landscape.all())
    if (whole_trees ? roots.contains(p.provider.root_id) : givers.contains(p.provider.id))
      providers.push_back(&p);
  return providers;
}

}  // namespace

Candidates find_candidates(const Landscape& landscape, const CandidateRequest& request) {
  std::map<std::string, std::set<GroupOption>> by_suffix;
  for (const auto& [suffix, group] : request.groups) {
    auto options = options_of(landscape, request, group);
    if (options.empty()) return {};
    by_suffix.emplace(suffix, std::move(options));
  }
  std::map<std::string, TreeOptions> trees;
  for (const auto& [suffix, options] : by_suffix)
    for (const auto& option : options) trees[option.anchor][suffix].push_back(&option);
  std::set<Candidate> found;
  for (const auto& [anchor, options] : trees)
    if (options.size() == by_suffix.size()) Combiner(landscape, request, options, found).run();
  Candidates result{{found.begin(), found.end()}, summary_of(landscape, request, found)};
  return result;
}

}  // namespace virga::placement
