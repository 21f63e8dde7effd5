// SPDX-License-Identifier: Apache-2.0
// Small clouds for the tests of the scheduler.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "scheduler/scheduler.h"

namespace virga::scheduler {

inline Host host(const std::string& name) {
  Host h;
  h.id = "id-of-" + name;
  h.name = name;
  h.vcpus = {.total = 8};
  h.memory_mib = {.total = 8192};
  h.disk_gib = {.total = 100};
  return h;
}

inline Host host(const std::string& name, const std::function<void(Host&)>& change) {
  Host h = host(name);
  change(h);
  return h;
}

inline Request small() {
  Request r;
  r.instance_id = "new";
  r.demand.resources = {1, 512, 10, {}};
  return r;
}

inline Request small(const std::function<void(Request&)>& change) {
  Request r = small();
  change(r);
  return r;
}

inline Allocation allocation(const std::string& consumer, const std::string& host_name,
                             Resources resources = {1, 512, 10, {}},
                             const std::string& group = "") {
  return {consumer, "id-of-" + host_name, group, std::move(resources), {}, {}};
}

inline Scheduler cloud_of(const std::vector<Host>& hosts, const Options& options = {}) {
  Scheduler cloud(options);
  for (const auto& h : hosts) cloud.upsert_host(h);
  return cloud;
}

inline Options with_all_filters() {
  Options options;
  options.filters = all_filters();
  return options;
}

/// The name of the chosen host, "" for none.
inline std::string picked(Scheduler& cloud, const Request& request) {
  const auto choice = cloud.pick(request);
  return choice ? choice->host_name : "";
}

inline std::int64_t refused_by(const Explanation& why, Filter filter) {
  for (const auto& r : why.refusals)
    if (r.filter == filter) return r.hosts;
  ADD_FAILURE() << "no filter " << name_of(filter);
  return -1;
}

/// One host that a filter lets pass or refuses: the choice and the explanation must agree.
inline void expect_verdict(Scheduler& cloud, const Request& request, Filter filter, bool passes,
                           const std::string& what) {
  const auto choice = cloud.pick(request);
  const auto why = cloud.explain(request);
  EXPECT_EQ(choice.has_value(), passes) << what << ": " << why.sentence();
  EXPECT_EQ(why.passed, passes ? 1 : 0) << what;
  EXPECT_EQ(refused_by(why, filter), passes ? 0 : 1) << what << ": " << why.sentence();
  if (!passes) {
    ASSERT_EQ(why.nearest.size(), 1U) << what;
    EXPECT_EQ(why.nearest[0].lacks.front().filter, filter) << what;
    EXPECT_FALSE(why.nearest[0].lacks.front().what.empty()) << what;
  }
}

}  // namespace virga::scheduler
