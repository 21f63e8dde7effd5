// SPDX-License-Identifier: Apache-2.0
// From what a person types to an id: names and ids are taken everywhere.
#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <vector>

#include "tools/cli/session.h"

namespace virga::cli {

/// Something with an id and a name.
struct Named {
  std::string id;
  std::string name;
};

/// The one thing that is meant: an id wins over a name. Pure.
/// @param kind for messages: "server"
/// @throws Failure{not_found}, or Failure{usage} with the ids when several have the name
const Named& choose(const std::string& kind, const std::vector<Named>& all,
                    const std::string& wanted);

/// Looks one up at the cloud.  @throws Failure as choose() does
Named find_server(Session& session, const std::string& wanted);
Named find_image(Session& session, const std::string& wanted);
Named find_flavor(Session& session, const std::string& wanted);
Named find_network(Session& session, const std::string& wanted);

/// All of a kind ("servers", "images", "flavors", "networks", "keypairs", "hosts"), for completion
/// and for views; a list may be cut at a thousand.
std::vector<Named> list_named(Session& session, const std::string& kind);

}  // namespace virga::cli
