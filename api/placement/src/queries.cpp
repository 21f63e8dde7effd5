// SPDX-License-Identifier: Apache-2.0
#include "api/placement/src/queries.h"

#include <algorithm>
#include <charconv>

#include "api/placement/src/bodies.h"
#include "api/placement/src/standard_names.h"
#include "common/error.h"
#include "common/random.h"
#include "db/store/resource_classes.h"
#include "db/store/traits.h"

namespace virga::placement {
namespace {

using http::Request;

constexpr http::ApiVersion kForbiddenTraits{1, 22};
constexpr http::ApiVersion kSeveralMemberOf{1, 24};
constexpr http::ApiVersion kForbiddenAggregates{1, 32};
constexpr http::ApiVersion kAnyTraits{1, 39};

std::vector<std::string> split(std::string_view text, char at) {
  std::vector<std::string> parts;
  for (;;) {
    const std::size_t end = std::min(text.find(at), text.size());
    parts.emplace_back(text.substr(0, end));
    if (end == text.size()) return parts;
    text.remove_prefix(end + 1);
  }
}

std::string trimmed(const std::string& text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool meets(const std::set<std::string>& any, const std::set<std::string>& names) {
  return std::any_of(any.begin(), any.end(),
                     [&](const std::string& name) { return names.contains(name); });
}

std::int64_t amount_of(const std::string& name, const std::string& text) {
  std::int64_t amount = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), amount);
  if (failure != std::errc{} || end != text.data() + text.size())
    throw Error(ErrorKind::invalid, "Requested resource " + name +
                                        " expected positive integer amount. Got: " + text + ".");
  if (amount < 1)
    throw Error(ErrorKind::invalid,
                "Requested resource " + name + " requires amount >= 1. Got: " + text + ".");
  return amount;
}

}  // namespace

void refuse_query(const std::string& why) {
  throw Error(ErrorKind::invalid, "Invalid query string parameters: " + why);
}

void only_parameters(const Request& request, std::initializer_list<std::string_view> names) {
  for (const auto& [name, value] : request.query)
    if (std::find(names.begin(), names.end(), name) == names.end())
      refuse_query("Additional properties are not allowed ('" + name.substr(0, 64) +
                   "' was unexpected)");
}

std::optional<std::string> last_parameter(const Request& request, std::string_view name) {
  std::optional<std::string> last;
  for (const auto& [key, value] : request.query)
    if (key == name) last = value;
  return last;
}

std::vector<std::string> all_parameters(const Request& request, std::string_view name) {
  std::vector<std::string> values;
  for (const auto& [key, value] : request.query)
    if (key == name) values.push_back(value);
  return values;
}

std::optional<std::string> uuid_parameter(const Request& request, std::string_view name) {
  const auto value = last_parameter(request, name);
  if (!value) return std::nullopt;
  if (!is_uuid_like(*value)) refuse_query("'" + value->substr(0, 80) + "' is not a 'uuid'");
  return normal_uuid(*value);
}

model::Resources parse_resources(const std::string& text) {
  const std::string form =
      "Badly formed resources parameter. Expected resources query string parameter in form: "
      "?resources=VCPU:2,MEMORY_MB:1024. Got: ";
  if (trimmed(text).empty()) throw Error(ErrorKind::invalid, form + "empty string.");
  model::Resources resources;
  for (const auto& part : split(text, ',')) {
    const auto sides = split(part, ':');
    if (sides.size() != 2) throw Error(ErrorKind::invalid, form + part.substr(0, 255) + ".");
    resources[sides[0]] = amount_of(sides[0], sides[1]);
  }
  return resources;
}

bool TraitWish::forbids_any(const std::set<std::string>& traits) const {
  return meets(forbidden, traits);
}

bool TraitWish::requires_met_by(const std::set<std::string>& traits) const {
  return std::all_of(required.begin(), required.end(),
                     [&](const std::set<std::string>& any) { return meets(any, traits); });
}

bool TraitWish::met_by(const std::set<std::string>& traits) const {
  return !forbids_any(traits) && requires_met_by(traits);
}

void add_traits(TraitWish& wish, const std::string& value, bool any, bool forbidden) {
  const std::string shown = value.substr(0, 255);
  if (value.starts_with("in:")) {
    if (!any)
      refuse_query(
          "The format 'in:HW_CPU_X86_VMX,CUSTOM_MAGIC' only supported since microversion "
          "1.39. Got: " +
          shown);
    std::set<std::string> names;
    for (const auto& part : split(value.substr(3), ',')) {
      const std::string name = trimmed(part);
      if (name.empty())
        refuse_query(
            "Expected 'required' parameter value of the form: "
            "in:HW_CPU_X86_VMX,CUSTOM_MAGIC. Got an empty trait in: " +
            shown);
      if (name.front() == '!')
        refuse_query(
            "The format 'in:HW_CPU_X86_VMX,CUSTOM_MAGIC' does not support forbidden "
            "traits. Got: " +
            shown);
      names.insert(name);
    }
    wish.required.push_back(std::move(names));
    return;
  }
  const std::string form =
      forbidden ? "HW_CPU_X86_VMX,!CUSTOM_MAGIC" : "HW_CPU_X86_VMX,CUSTOM_MAGIC";
  for (const auto& part : split(value, ',')) {
    std::string name = trimmed(part);
    const bool is_forbidden = name.starts_with('!');
    name.erase(0, std::min(name.find_first_not_of('!'), name.size()));
    if (name.empty())
      refuse_query("Expected 'required' parameter value of the form: " + form +
                   ". Got an empty trait in: " + shown);
    if (is_forbidden && !forbidden)
      refuse_query("Expected 'required' parameter value of the form: " + form + ". Got: " + shown);
    if (is_forbidden)
      wish.forbidden.insert(name);
    else
      wish.required.push_back({name});
  }
}

TraitWish parse_traits(const Request& request, const std::string& parameter) {
  auto values = all_parameters(request, parameter);
  const bool any = request.version >= kAnyTraits;
  if (!any && values.size() > 1) values.erase(values.begin(), values.end() - 1);
  TraitWish wish;
  for (const auto& value : values)
    add_traits(wish, value, any, request.version >= kForbiddenTraits);
  return wish;
}

AggregateWish parse_member_of(const Request& request, const std::string& parameter) {
  const auto values = all_parameters(request, parameter);
  if (values.size() > 1 && request.version < kSeveralMemberOf)
    throw Error(ErrorKind::invalid, "Multiple " + parameter + " parameters are not supported");
  AggregateWish wish;
  for (const auto& value : values) {
    const bool forbidden = value.starts_with('!');
    std::string rest = value.substr(forbidden ? 1 : 0);
    const bool any = rest.starts_with("in:");
    if (any) rest.erase(0, 3);
    if (!any && rest.find(',') != std::string::npos)
      throw Error(ErrorKind::invalid,
                  "Multiple values for 'member_of' must be prefixed with the 'in:' or '!in:' "
                  "keyword using the valid microversion. Got: " +
                      value.substr(0, 255));
    std::set<std::string> ids;
    for (const auto& id : split(rest, ',')) {
      if (!is_uuid_like(id))
        refuse_query("Expected 'member_of' parameter to contain valid UUID(s). Got: " +
                     id.substr(0, 255));
      ids.insert(normal_uuid(id));
    }
    if (forbidden && request.version < kForbiddenAggregates)
      throw Error(ErrorKind::invalid, "Forbidden " + parameter +
                                          " parameters are not supported in the specified "
                                          "microversion");
    if (forbidden)
      wish.forbidden.merge(ids);
    else
      wish.required.push_back(std::move(ids));
  }
  return wish;
}

bool knows_trait(store::ReadTx& tx, const std::string& name) {
  return is_standard_trait(name) || store::traits::find(tx, name).has_value();
}

bool knows_class(store::ReadTx& tx, const std::string& name) {
  return is_standard_class(name) || store::resource_classes::find(tx, name).has_value();
}

std::string unknown_trait(store::ReadTx& tx, const TraitWish& wish) {
  for (const auto& any : wish.required)
    for (const auto& name : any)
      if (!knows_trait(tx, name)) return name;
  for (const auto& name : wish.forbidden)
    if (!knows_trait(tx, name)) return name;
  return {};
}

std::string unknown_class(store::ReadTx& tx, const model::Resources& resources) {
  for (const auto& [name, amount] : resources)
    if (!knows_class(tx, name)) return name;
  return {};
}

}  // namespace virga::placement
