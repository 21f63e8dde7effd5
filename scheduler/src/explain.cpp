// SPDX-License-Identifier: Apache-2.0
#include "scheduler/src/explain.h"

#include <algorithm>
#include <array>
#include <bit>
#include <map>
#include <tuple>

namespace virga::scheduler {
namespace {

using FilterBits = std::uint32_t;

constexpr FilterBits bit(Filter filter) {
  return 1U << static_cast<unsigned>(filter);
}

FilterBits refused_by_class(const Cloud& cloud, const HostClass& c, const Query& q) {
  FilterBits refused = 0;
  for (std::size_t f = 0; f < kFilters; ++f) {
    const auto filter = static_cast<Filter>(f);
    if (q.on.has(filter) && is_class_filter(filter) &&
        !class_passes(filter, c, q.request.demand, cloud.options, q.forced))
      refused |= bit(filter);
  }
  return refused;
}

FilterBits refused_by_host(const Cloud& cloud, Slot s, const Query& q) {
  FilterBits refused = 0;
  for (std::size_t f = 0; f < kFilters; ++f) {
    const auto filter = static_cast<Filter>(f);
    const HostFilter passes = host_filter(filter);
    if (q.on.has(filter) && passes != nullptr && !passes(cloud, s, q)) refused |= bit(filter);
  }
  return refused;
}

std::vector<Lack> lacks_of(const Cloud& cloud, Slot s, const Query& q, FilterBits refused) {
  std::vector<Lack> lacks;
  for (; refused != 0; refused &= refused - 1)
    lacks.push_back(lack_of(cloud, s, q, static_cast<Filter>(std::countr_zero(refused))));
  return lacks;
}

/// Amounts that are missing count as their share, everything else as a whole.
double distance(const std::vector<Lack>& lacks) {
  double sum = 0;
  for (const auto& lack : lacks)
    sum += lack.wanted > 0 ? static_cast<double>(lack.wanted - lack.available) /
                                 static_cast<double>(lack.wanted)
                           : 1.0;
  return sum;
}

struct Miss {
  Slot slot = 0;
  FilterBits refused = 0;
  double distance = 0;
};

/// Keeps the nearest misses, and what a change of one thing would bring.
class Misses {
 public:
  Misses(const Cloud& cloud, const Query& query) : cloud_(cloud), query_(query) {}

  void add(Slot s, FilterBits refused) {
    const int count = std::popcount(refused);
    if (count == 1) alone_.push_back({s, refused, 0});
    if (nearest_.size() == kNearest && count > std::popcount(nearest_.back().refused)) return;
    const Miss miss{s, refused, distance(lacks_of(cloud_, s, query_, refused))};
    const auto nearer = [&](const Miss& a, const Miss& b) {
      return std::tuple(std::popcount(a.refused), a.distance, name(a)) <
             std::tuple(std::popcount(b.refused), b.distance, name(b));
    };
    nearest_.insert(std::upper_bound(nearest_.begin(), nearest_.end(), miss, nearer), miss);
    if (nearest_.size() > kNearest) nearest_.pop_back();
  }

  std::vector<NearMiss> nearest() const {
    std::vector<NearMiss> result;
    for (const auto& miss : nearest_)
      result.push_back({cloud_.columns.details[miss.slot].id, name(miss),
                        lacks_of(cloud_, miss.slot, query_, miss.refused)});
    return result;
  }

  std::vector<Remedy> remedies() const {
    std::map<std::tuple<Filter, std::string>, std::vector<Lack>> by_kind;
    for (const auto& miss : alone_) {
      Lack lack = lacks_of(cloud_, miss.slot, query_, miss.refused).front();
      if (lack.wanted > 0 && lack.available == 0) continue;  // asking for less does not help
      by_kind[{lack.filter, lack.what}].push_back(std::move(lack));
    }
    std::vector<Remedy> result;
    for (const auto& [kind, lacks] : by_kind) result.push_back(remedy(lacks));
    return result;
  }

 private:
  const std::string& name(const Miss& miss) const { return cloud_.columns.name[miss.slot]; }

  /// The least that helps, in round numbers, and how many hosts it helps with.
  static Remedy remedy(const std::vector<Lack>& lacks) {
    const Lack& first = lacks.front();
    Remedy r{first.filter, first.what, first.unit, 0, static_cast<std::int64_t>(lacks.size())};
    if (first.wanted == 0) return r;
    const auto missing = [](const Lack& lack) { return lack.wanted - lack.available; };
    const auto nearest =
        std::min_element(lacks.begin(), lacks.end(),
                         [&](const Lack& a, const Lack& b) { return missing(a) < missing(b); });
    r.less = missing(*nearest);
    const std::int64_t round = first.unit != "MiB" ? 1 : r.less > 1024 ? 1024 : 256;
    const std::int64_t rounded = (r.less + round - 1) / round * round;
    if (rounded < first.wanted) r.less = rounded;
    r.hosts = std::count_if(lacks.begin(), lacks.end(),
                            [&](const Lack& lack) { return missing(lack) <= r.less; });
    return r;
  }

  const Cloud& cloud_;
  const Query& query_;
  std::vector<Miss> nearest_;
  std::vector<Miss> alone_;  ///< with one thing lacking
};

std::string count_of(std::int64_t hosts) {
  return std::to_string(hosts) + (hosts == 1 ? " host" : " hosts");
}

std::string quantity(std::int64_t amount, const std::string& unit) {
  if (unit == "MiB" && amount % 1024 == 0) return std::to_string(amount / 1024) + " GiB";
  return std::to_string(amount) + (unit.empty() ? "" : " " + unit);
}

}  // namespace

Explanation explain_query(const Cloud& cloud, const Query& q) {
  Explanation result;
  std::array<std::int64_t, kFilters> refusals{};
  std::vector<FilterBits> by_class;
  for (const auto& c : cloud.classes) by_class.push_back(refused_by_class(cloud, c, q));
  Misses misses(cloud, q);
  for (Slot s = 0; s < cloud.columns.size(); ++s) {
    if (cloud.columns.name[s].empty()) continue;
    ++result.considered;
    const FilterBits refused = by_class[cloud.columns.class_id[s]] | refused_by_host(cloud, s, q);
    if (refused == 0) {
      ++result.passed;
      continue;
    }
    ++refusals.at(static_cast<std::size_t>(std::countr_zero(refused)));
    misses.add(s, refused);
  }
  for (std::size_t f = 0; f < kFilters; ++f)
    if (q.on.has(static_cast<Filter>(f)))
      result.refusals.push_back({static_cast<Filter>(f), refusals.at(f)});
  result.nearest = misses.nearest();
  result.remedies = misses.remedies();
  return result;
}

std::string NearMiss::sentence() const {
  std::string text = host_name;
  const char* separator = ": ";
  for (const auto& lack : lacks) {
    text += separator;
    text += lack.what;
    if (lack.wanted > 0)
      text += ": " + quantity(lack.wanted, lack.unit) + " wanted, " +
              quantity(lack.available, lack.unit) + " available";
    separator = "; ";
  }
  return text;
}

std::string Remedy::sentence() const {
  if (less == 0)
    return count_of(hosts) + " would fit if not for " + name_of(filter) + " (" + what + ")";
  const std::string amount = unit.empty() ? std::to_string(less) + " " + what + " less"
                                          : quantity(less, unit) + " less " + what;
  return amount + " fits " + count_of(hosts);
}

std::string Explanation::sentence() const {
  std::string text = count_of(considered);
  const char* separator = ": ";
  for (const auto& r : refusals) {
    if (r.hosts == 0) continue;
    text += separator;
    text += std::string(name_of(r.filter)) + " refused " + std::to_string(r.hosts);
    separator = ", ";
  }
  for (const auto& remedy : remedies) text += "; " + remedy.sentence();
  return text;
}

}  // namespace virga::scheduler
