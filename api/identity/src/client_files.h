// SPDX-License-Identifier: Apache-2.0
// Files that make a client find the cloud: clouds.yaml and openrc. Pure. They hold no secret.
#pragma once

#include <string>

namespace virga::identity {

/// Whom a file is for. Names may hold any character.
struct ClientIdentity {
  std::string auth_url;
  std::string region;
  std::string user_name;
  std::string user_domain_name;
  std::string project_id;  ///< empty: not of a project
  std::string project_name;
  std::string project_domain_name;
  std::string application_credential_id;  ///< not empty: in place of user and project
};

/// A clouds.yaml with one cloud, "virga". The client asks for the password, or takes it from a
/// secure.yaml beside it.
std::string clouds_yaml(const ClientIdentity& who);
/// A file to be sourced by a POSIX shell; it asks for the password.
std::string openrc(const ClientIdentity& who);

}  // namespace virga::identity
