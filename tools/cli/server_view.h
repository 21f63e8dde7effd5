// SPDX-License-Identifier: Apache-2.0
// A server as it is shown. Pure, but for the names of its image and flavor.
#pragma once

#include <boost/json/object.hpp>
#include <map>
#include <string>

#include "tools/cli/output.h"
#include "tools/cli/session.h"

namespace virga::cli {

/// Names by id, for what answers tell by id only.
struct Lookup {
  std::map<std::string, std::string> images;
  std::map<std::string, std::string> flavors;
};

/// Asks for the names that these servers need.
Lookup look_up(Session& session, const boost::json::array& servers);

/// {"lan": ["10.0.0.5"]}
boost::json::object addresses_of(const boost::json::object& server);
/// The name behind an id, the id when it is not known, null for none.
boost::json::value image_of(const boost::json::object& server, const Lookup& lookup);
boost::json::value flavor_of(const boost::json::object& server, const Lookup& lookup);

Record server_record(const boost::json::object& server, const Lookup& lookup);

/// The record of a server as it is now.
Record fetch_server_record(Session& session, const std::string& id);

}  // namespace virga::cli
