// SPDX-License-Identifier: Apache-2.0
// Which cloud, and who asks: from clouds.yaml and secure.yaml as OpenStack's clients read them, or
// from OS_* variables.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace virga::cli {

/// A cloud and a way to log in.
struct CloudConfig {
  std::string name;       ///< in clouds.yaml; "envvars" when it comes from variables
  std::string auth_type;  ///< "password", "token" or "v3applicationcredential"
  std::map<std::string, std::string> auth;  ///< under the names of clouds.yaml: "auth_url" ...
  std::string region;                       ///< empty: the first that has the service
  std::string interface = "public";
  bool verify = true;
  std::string cacert;  ///< empty: the system's authorities

  /// A value of `auth`; "" when it is not there.
  const std::string& of(const std::string& key) const;
};

/// What the configuration is read from.
struct Surroundings {
  std::function<std::string(const std::string&)> variable;  ///< "" when it is not set
  std::string directory = ".";
  std::string home;  ///< empty: none
  std::string etc = "/etc/openstack";
};

/// The real ones of this process.
Surroundings process_surroundings();

/// Reads the configuration of a cloud.
/// @param cloud its name; empty: OS_CLOUD, else the OS_* variables when OS_AUTH_URL is set, else
/// the
///        only cloud of the file
/// @throws Error{invalid} when there is none, more than one, or it says what we cannot do
CloudConfig read_cloud(const Surroundings& around, const std::string& cloud);

/// The names in clouds.yaml, for completion.
std::vector<std::string> list_clouds(const Surroundings& around);

}  // namespace virga::cli
