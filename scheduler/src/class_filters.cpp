// SPDX-License-Identifier: Apache-2.0
// Filters over what hosts of a class have in common. Meanings: nova/scheduler/filters, Placement.
#include <algorithm>
#include <bit>
#include <charconv>

#include "scheduler/src/extra_specs.h"
#include "scheduler/src/host_class.h"
#include "scheduler/src/image_properties.h"

namespace virga::scheduler {
namespace {

constexpr std::string_view kAggregateScope = "aggregate_instance_extra_specs:";
constexpr std::string_view kTenantKey = "filter_tenant_id";

bool availability_zone(const HostClass& c, const Demand& d, const Options& o, bool forced) {
  if (d.availability_zone.empty()) return true;
  // The zone of hosts that are in none is known to the host manager only, which is not asked here.
  if (forced && d.availability_zone == o.default_availability_zone) return true;
  const auto zones = c.metadata.find("availability_zone");
  if (zones == c.metadata.end()) return d.availability_zone == o.default_availability_zone;
  return zones->second.count(d.availability_zone) != 0;
}

/// An aggregate that keeps out who does not require its traits.
bool is_isolated_from(const HostClass& c, const Demand& d) {
  return std::any_of(c.raw.begin(), c.raw.end(), [&](const auto& entry) {
    return entry.first.starts_with("trait:") && entry.second.count("required") != 0 &&
           d.required_traits.count(entry.first.substr(6)) == 0;
  });
}

bool aggregates(const HostClass& c, const Demand& d, const Options& o, bool) {
  const auto is_in = [&](const std::string& id) { return c.facts.aggregates.count(id) != 0; };
  for (const auto& one_of : d.required_aggregates)
    if (std::none_of(one_of.begin(), one_of.end(), is_in)) return false;
  if (std::any_of(d.forbidden_aggregates.begin(), d.forbidden_aggregates.end(), is_in))
    return false;
  return !o.isolate_aggregates || !is_isolated_from(c, d);
}

bool traits(const HostClass& c, const Demand& d, const Options&, bool) {
  const auto has = [&](const std::string& trait) { return c.facts.traits.count(trait) != 0; };
  return std::all_of(d.required_traits.begin(), d.required_traits.end(), has) &&
         std::none_of(d.forbidden_traits.begin(), d.forbidden_traits.end(), has);
}

bool tenancy(const HostClass& c, const Demand& d, const Options&, bool) {
  bool restricted = false;
  for (auto it = c.metadata.lower_bound(std::string(kTenantKey));
       it != c.metadata.end() && it->first.starts_with(kTenantKey); ++it) {
    if (it->second.count(d.project_id) != 0) return true;
    restricted = restricted || !it->second.empty();
  }
  return !restricted;
}

bool type_affinity(const HostClass& c, const Demand& d, const Options&, bool) {
  const auto types = c.metadata.find("instance_type");
  return types == c.metadata.end() || types->second.count(d.flavor_name) != 0;
}

bool aggregate_extra_specs(const HostClass& c, const Demand& d, const Options&, bool) {
  for (const auto& [key, wanted] : d.extra_specs) {
    const auto name = key.starts_with(kAggregateScope) ? key.substr(kAggregateScope.size()) : key;
    if (name == key && key.find(':') != std::string::npos) continue;  // of another scope
    const auto values = c.metadata.find(name);
    if (values == c.metadata.end()) return false;
    const auto matches = [&w = wanted](const std::string& value) { return spec_matches(value, w); };
    if (std::none_of(values->second.begin(), values->second.end(), matches)) return false;
  }
  return true;
}

bool image_isolation(const HostClass& c, const Demand& d, const Options& o, bool) {
  const std::string prefix = o.image_isolation_namespace.empty()
                                 ? ""
                                 : o.image_isolation_namespace + o.image_isolation_separator;
  return std::all_of(c.metadata.begin(), c.metadata.end(), [&](const auto& entry) {
    if (!entry.first.starts_with(prefix)) return true;
    const auto property = d.image_properties.find(entry.first);
    return property == d.image_properties.end() || property->second.empty() ||
           entry.second.count(property->second) != 0;
  });
}

bool capabilities(const HostClass& c, const Demand& d, const Options&, bool) {
  for (const auto& spec : capability_specs(d)) {
    if (is_host_attribute(spec.name)) continue;  // asked of each host
    const auto found = c.facts.capabilities.find(spec.name);
    if (found == c.facts.capabilities.end()) {
      if (spec.scoped) return false;
      continue;
    }
    if (!spec_matches(found->second, spec.wanted)) return false;
  }
  return true;
}

bool image(const HostClass& c, const Demand& d, const Options& o, bool) {
  return image_fits(c.facts, d.image_properties, o.image_default_architecture);
}

using ClassFilter = bool (*)(const HostClass&, const Demand&, const Options&, bool);

ClassFilter filter_of(Filter filter) {
  switch (filter) {
    case Filter::availability_zone:
      return availability_zone;
    case Filter::aggregates:
      return aggregates;
    case Filter::traits:
      return traits;
    case Filter::aggregate_multi_tenancy_isolation:
      return tenancy;
    case Filter::aggregate_type_affinity:
      return type_affinity;
    case Filter::aggregate_instance_extra_specs:
      return aggregate_extra_specs;
    case Filter::aggregate_image_properties_isolation:
      return image_isolation;
    case Filter::compute_capabilities:
      return capabilities;
    case Filter::image_properties:
      return image;
    default:
      return nullptr;
  }
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\n") - first + 1);
}

template <class Number>
Number least_number(const Values& values, const std::string& key, Number otherwise) {
  const auto found = values.find(key);
  if (found == values.end()) return otherwise;
  bool first = true;
  Number least{};
  for (const auto& value : found->second) {
    const auto text = trimmed(value);
    Number number{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size()) return otherwise;
    least = first ? number : std::min(least, number);
    first = false;
  }
  return first ? otherwise : least;
}

}  // namespace

bool is_class_filter(Filter filter) {
  return filter_of(filter) != nullptr;
}

bool class_passes(Filter filter, const HostClass& c, const Demand& demand, const Options& options,
                  bool forced) {
  return filter_of(filter)(c, demand, options, forced);
}

std::int64_t rounded_size(std::int64_t size) {
  if (size < 32) return std::max<std::int64_t>(size, 0);
  const auto shift = std::bit_width(static_cast<std::uint64_t>(size)) - 5;
  return size >> shift << shift;
}

std::int64_t least(const Values& values, const std::string& key, std::int64_t otherwise) {
  return least_number(values, key, otherwise);
}

double least(const Values& values, const std::string& key, double otherwise) {
  return least_number(values, key, otherwise);
}

void read_metadata(HostClass& c, const Aggregates& aggregates, const Options& options) {
  c.metadata.clear();
  c.raw.clear();
  for (const auto& id : c.facts.aggregates) {
    const auto aggregate = aggregates.find(id);
    if (aggregate == aggregates.end()) continue;
    for (const auto& [key, value] : aggregate->second.metadata) {
      c.raw[key].insert(value);
      std::string_view rest = value;
      for (;;) {
        const auto comma = rest.find(',');
        c.metadata[key].emplace(trimmed(rest.substr(0, comma)));
        if (comma == std::string_view::npos) break;
        rest.remove_prefix(comma + 1);
      }
    }
  }
  c.max_instances = least(c.raw, "max_instances_per_host", options.max_instances_per_host);
  c.max_io_ops = least(c.raw, "max_io_ops_per_host", options.max_io_ops_per_host);
}

}  // namespace virga::scheduler
