// SPDX-License-Identifier: Apache-2.0
#include "api/placement/src/candidate_query.h"

#include <algorithm>
#include <charconv>

#include "api/placement/src/answers.h"
#include "api/placement/src/bodies.h"
#include "common/random.h"

namespace virga::placement {
namespace {

using http::ApiVersion;
using http::Request;

constexpr ApiVersion kLimit{1, 16};
constexpr ApiVersion kTraits{1, 17};
constexpr ApiVersion kMemberOf{1, 21};
constexpr ApiVersion kForbidden{1, 22};
constexpr ApiVersion kGroups{1, 25};
constexpr ApiVersion kTrees{1, 29};
constexpr ApiVersion kInTree{1, 31};
constexpr ApiVersion kWordSuffixes{1, 33};
constexpr ApiVersion kRootRequired{1, 35};
constexpr ApiVersion kSameSubtree{1, 36};

struct Kind {
  const char* name;
  ApiVersion since;
};
constexpr Kind kKinds[] = {
    {"resources", {1, 10}}, {"required", kTraits}, {"member_of", kMemberOf}, {"in_tree", kInTree}};

bool is_suffix(const Request& request, std::string_view text) {
  if (text.empty()) return true;
  if (request.version < kGroups) return false;
  if (request.version < kWordSuffixes)
    return text.front() != '0' && text.find_first_not_of("0123456789") == std::string_view::npos;
  return text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
           return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '-';
         });
}

bool is_request_wide(const Request& request, std::string_view name) {
  return (name == "limit" && request.version >= kLimit) ||
         (name == "group_policy" && request.version >= kGroups) ||
         (name == "root_required" && request.version >= kRootRequired) ||
         (name == "same_subtree" && request.version >= kSameSubtree);
}

/// The kind and the suffix of "resources_GPU".
std::optional<std::pair<std::string, std::string>> group_parameter(const Request& request,
                                                                   const std::string& name) {
  for (const auto& kind : kKinds) {
    if (!name.starts_with(kind.name) || request.version < kind.since) continue;
    std::string suffix = name.substr(std::string_view(kind.name).size());
    if (is_suffix(request, suffix)) return std::pair{std::string(kind.name), std::move(suffix)};
  }
  return std::nullopt;
}

void read_groups(const Request& request, CandidateRequest& wanted) {
  for (const auto& [name, value] : request.query) {
    if (is_request_wide(request, name)) continue;
    const auto parameter = group_parameter(request, name);
    if (!parameter)
      refuse_query("Additional properties are not allowed ('" + name.substr(0, 64) +
                   "' was unexpected)");
    RequestGroup& group = wanted.groups[parameter->second];
    group.suffix = parameter->second;
    if (parameter->first == "resources") {
      group.resources = parse_resources(*last_parameter(request, name));
    } else if (parameter->first == "required") {
      group.traits = parse_traits(request, name);
    } else if (parameter->first == "member_of") {
      group.member_of = parse_member_of(request, name);
    } else {
      const std::string id = *last_parameter(request, name);
      if (!is_uuid_like(id))
        refuse_query("Expected 'in_tree' parameter to be a format of uuid. Got: " +
                     id.substr(0, 255));
      group.in_tree = normal_uuid(id);
    }
  }
}

void read_limit(const Request& request, CandidateRequest& wanted) {
  const auto text = last_parameter(request, "limit");
  if (!text) return;
  const bool digits = !text->empty() && text->front() != '0' &&
                      text->find_first_not_of("0123456789") == std::string::npos;
  if (!digits) refuse_query("'" + text->substr(0, 80) + "' does not match '^[1-9][0-9]*$'");
  const auto [end, failure] =
      std::from_chars(text->data(), text->data() + text->size(), wanted.limit);
  if (failure != std::errc{}) wanted.limit = 0;  // more than there can be
}

void read_root(const Request& request, CandidateRequest& wanted) {
  const auto values = all_parameters(request, "root_required");
  if (values.size() > 1)
    throw Refusal(ErrorKind::invalid, "Query parameter 'root_required' may be specified only once.",
                  kDuplicateQueryKey);
  if (values.empty()) return;
  add_traits(wanted.root, values.front(), false, true);
  for (const auto& any : wanted.root.required)
    if (wanted.root.forbids_any(any))
      throw Refusal(
          ErrorKind::invalid,
          "Conflicting required and forbidden traits found in root_required: " + *any.begin(),
          kBadQueryValue);
}

void read_subtrees(const Request& request, CandidateRequest& wanted) {
  for (const auto& value : all_parameters(request, "same_subtree")) {
    std::set<std::string> suffixes;
    std::string rest = value + ",";
    for (std::size_t at = 0; (at = rest.find(',')) != std::string::npos; rest.erase(0, at + 1)) {
      std::string suffix = rest.substr(0, at);
      std::erase(suffix, ' ');
      if (suffix.empty())
        throw Refusal(ErrorKind::invalid,
                      "Empty string (unsuffixed group) can not be specified in `same_subtree` ",
                      kBadQueryValue);
      suffixes.insert(suffix);
    }
    wanted.same_subtrees.push_back(std::move(suffixes));
  }
}

/// From 1.36 on a group without resources may be in a subtree.
void check_subtrees(const CandidateRequest& wanted) {
  std::set<std::string> in_subtrees;
  for (const auto& suffixes : wanted.same_subtrees)
    in_subtrees.insert(suffixes.begin(), suffixes.end());
  const auto lacks = [](const auto& entry) { return entry.second.resources.empty(); };
  if (std::all_of(wanted.groups.begin(), wanted.groups.end(), lacks))
    throw Refusal(ErrorKind::invalid,
                  "There must be at least one resources or resources[$S] parameter.",
                  kMissingQueryValue);
  for (const auto& [suffix, group] : wanted.groups)
    if (group.resources.empty() && !in_subtrees.contains(suffix))
      throw Refusal(ErrorKind::invalid,
                    "Resourceless suffixed group request should be specified in `same_subtree` "
                    "query param: bad group(s) - ['" +
                        suffix + "'].",
                    kBadQueryValue);
  for (const auto& suffix : in_subtrees)
    if (!wanted.groups.contains(suffix))
      throw Refusal(
          ErrorKind::invalid,
          "Real suffixes should be specified in `same_subtree`: ['" + suffix + "'] not found.",
          kBadQueryValue);
}

/// Up to 1.35 each group must ask for resources.
void check_orphans(const CandidateRequest& wanted) {
  for (const auto& [suffix, group] : wanted.groups) {
    if (!group.resources.empty()) continue;
    if (!group.traits.required.empty())
      throw Error(ErrorKind::invalid,
                  "All traits parameters must be associated with resources.  Found the following "
                  "orphaned traits keys: required" +
                      suffix);
    if (!group.member_of.empty())
      throw Error(ErrorKind::invalid,
                  "All member_of parameters must be associated with resources. Found the following "
                  "orphaned member_of keys: member_of" +
                      suffix);
    throw Error(ErrorKind::invalid, "All request groups must specify resources.");
  }
  if (wanted.groups.empty())
    throw Error(ErrorKind::invalid,
                "At least one request group (`resources` or `resources{$S}`) is required.");
}

void check_conflicts(const CandidateRequest& wanted) {
  for (const auto& [suffix, group] : wanted.groups)
    for (const auto& any : group.traits.required)
      if (std::all_of(any.begin(), any.end(), [&, &g = group](const std::string& name) {
            return g.traits.forbidden.contains(name);
          }))
        throw Error(ErrorKind::invalid,
                    "Conflicting required and forbidden traits found in the following traits keys: "
                    "required" +
                        suffix + ": (" + *any.begin() + ")");
}

void read_policy(const Request& request, CandidateRequest& wanted) {
  const auto policy = last_parameter(request, "group_policy");
  if (policy && *policy != "none" && *policy != "isolate")
    refuse_query("'" + policy->substr(0, 80) + "' is not one of ['none', 'isolate']");
  wanted.isolate = policy == "isolate";
  const auto single = std::count_if(wanted.groups.begin(), wanted.groups.end(),
                                    [](const auto& entry) { return entry.second.single(); });
  if (!policy && single > 1)
    throw Error(ErrorKind::invalid,
                "The \"group_policy\" parameter is required when specifying more than one "
                "\"resources{N}\" parameter.");
}

}  // namespace

CandidateRequest read_candidate_request(const Request& request) {
  CandidateRequest wanted;
  read_groups(request, wanted);
  if (request.version < kGroups && !wanted.groups.contains(""))
    refuse_query("'resources' is a required property");
  read_limit(request, wanted);
  read_root(request, wanted);
  read_subtrees(request, wanted);
  if (request.version >= kSameSubtree)
    check_subtrees(wanted);
  else
    check_orphans(wanted);
  if (request.version >= kForbidden) check_conflicts(wanted);
  read_policy(request, wanted);
  wanted.trees = request.version >= kTrees;
  return wanted;
}

void require_known_names(store::ReadTx& tx, const CandidateRequest& request) {
  const auto require_traits = [&](const TraitWish& wish) {
    if (const auto name = unknown_trait(tx, wish); !name.empty())
      throw Error(ErrorKind::invalid, "No such trait(s): " + name + ".");
  };
  require_traits(request.root);
  for (const auto& [suffix, group] : request.groups) {
    if (const auto name = unknown_class(tx, group.resources); !name.empty())
      throw Error(
          ErrorKind::invalid,
          "Invalid resource class in resources parameter: No such resource class " + name + ".");
    require_traits(group.traits);
  }
}

}  // namespace virga::placement
