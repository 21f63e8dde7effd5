// SPDX-License-Identifier: Apache-2.0
#include "api/virgad/route_list.h"

#include <algorithm>
#include <filesystem>

#include "api/virgad/control_plane.h"
#include "common/random.h"

namespace virga::virgad {
namespace {

/// A state directory for a control plane that serves nobody.
class Scratch {
 public:
  Scratch() : path_(std::filesystem::temp_directory_path() / ("virgad-routes-" + new_hex_id())) {
    std::filesystem::create_directory(path_);
    std::filesystem::permissions(path_, std::filesystem::perms::owner_all);
  }
  ~Scratch() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

}  // namespace

std::string text_of_versions(const http::VersionRange& range) {
  const http::VersionRange all;
  std::string text = range.least == all.least ? "" : range.least.text();
  text += "-";
  return range.most == all.most ? text : text + range.most.text();
}

std::vector<RouteLine> list_routes(const http::Router& router) {
  std::vector<RouteLine> all;
  router.each_route([&](const http::Route& route, const http::Service*) {
    all.push_back({route.pattern, route.method, text_of_versions(route.versions), route.policy});
  });
  std::sort(all.begin(), all.end());
  return all;
}

std::string route_table(Config config) {
  const Scratch scratch;
  config.state_directory = scratch.path();
  config.more_stores.clear();
  const SystemClock clock;
  ControlPlane plane(config, clock);
  std::string text;
  for (const http::Router* router : {&plane.api(), &plane.agents()})
    for (const RouteLine& line : list_routes(*router))
      text += line.method + "\t" + line.pattern + "\t" + line.policy + "\t" + line.versions + "\n";
  plane.stop();
  return text;
}

}  // namespace virga::virgad
