// SPDX-License-Identifier: Apache-2.0
// Which providers could give what is asked for: pure functions on the providers as they were read.
// Source: Placement API, "Allocation candidates"; "Modeling with provider trees".
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "api/placement/src/queries.h"
#include "db/model/placement.h"

namespace virga::placement {

/// A part of a request. The one without a suffix may be met by several providers of a tree, each
/// other one by a single provider.
struct RequestGroup {
  std::string suffix;
  model::Resources resources;
  TraitWish traits;
  AggregateWish member_of;
  std::optional<std::string> in_tree;

  bool single() const { return !suffix.empty(); }
};

struct CandidateRequest {
  std::map<std::string, RequestGroup> groups;  ///< by suffix
  std::size_t limit = 0;                       ///< 0: all
  bool isolate = false;  ///< groups with a suffix are met by different providers
  TraitWish root;        ///< of the root of the tree
  std::vector<std::set<std::string>> same_subtrees;  ///< suffixes
  bool trees = true;                                 ///< one tree may give with several providers
};

/// A way to meet the request.
struct Candidate {
  model::Allocations allocations;                         ///< by provider id
  std::map<std::string, std::set<std::string>> mappings;  ///< suffix -> provider ids
  bool operator==(const Candidate&) const = default;
  auto operator<=>(const Candidate&) const = default;
};

struct Candidates {
  std::vector<Candidate> candidates;
  std::vector<const model::WholeProvider*> providers;  ///< of the trees that take part
};

/// All providers, with what a search asks of them again and again.
class Landscape {
 public:
  explicit Landscape(const std::vector<model::WholeProvider>& all);

  const std::vector<model::WholeProvider>& all() const { return all_; }
  const model::WholeProvider* find(const std::string& id) const;
  bool has_trees() const { return has_trees_; }
  /// Those that share what they have with all that are in an aggregate with them.
  const std::vector<const model::WholeProvider*>& sharing() const { return sharing_; }
  /// Roots of the trees that a sharing provider may give to, its own included.
  std::set<std::string> anchors_of(const model::WholeProvider& sharing) const;
  /// The provider and all above it.
  std::set<std::string> lineage_of(const std::string& id) const;

 private:
  const std::vector<model::WholeProvider>& all_;
  std::map<std::string, const model::WholeProvider*> by_id_;
  std::vector<const model::WholeProvider*> sharing_;
  bool has_trees_ = false;
};

/// How one group may be met, for the tree of one root.
struct GroupOption {
  std::string anchor;  ///< the root
  model::Allocations allocations;
  std::set<std::string> providers;
  auto operator<=>(const GroupOption&) const = default;
};

/// All ways to meet one group.
std::set<GroupOption> options_of(const Landscape& landscape, const CandidateRequest& request,
                                 const RequestGroup& group);

/// All ways to meet the request.
Candidates find_candidates(const Landscape& landscape, const CandidateRequest& request);

}  // namespace virga::placement
