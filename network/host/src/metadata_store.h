// SPDX-License-Identifier: Apache-2.0
// The documents that virga-metadata serves: <state>/<network id>/metadata/<address>.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>

#include "network/host/src/users.h"

namespace virga::network {

/// Not thread-safe.
class MetadataStore {
 public:
  /// @param reader the user that the service runs as
  MetadataStore(std::string state_directory, User reader);

  std::string folder(const std::string& network_id) const;
  /// The folder, readable by the service.  @throws Error{unavailable}
  void ensure_folder_of(const std::string& network_id);

  /// @throws Error{unavailable}
  void write(const std::string& network_id, const std::string& address, const std::string& packed);

  /// Removes documents of addresses that the plan does not have, but not those that were written
  /// after the plan was made: they wait for the plan that has them.
  /// @throws Error{unavailable}
  void keep_only(const std::string& network_id, const std::set<std::string>& addresses);

  /// Says that the folder of a network is gone.
  void forget(const std::string& network_id);

  /// True when documents wait for a plan with this network.
  bool awaits(const std::string& network_id) const;

 private:
  std::string state_directory_;
  User reader_;
  std::set<std::pair<std::string, std::string>>
      fresh_;                                          // network, address: written, not planned yet
  std::map<std::string, std::set<std::string>> kept_;  // what keep_only() last was told
};

}  // namespace virga::network
