// SPDX-License-Identifier: Apache-2.0
// Regions, services, endpoints, and policies kept for other services.  Source: Identity API v3.
#pragma once

#include <string>

namespace virga::model {

struct Region {
  std::string id;  ///< chosen by the client, or 32 hexadecimal digits
  std::string description = {};
  std::string parent_id = {};  ///< empty: at the top
  std::string extra = "{}";    ///< JSON object: attributes that the API does not know
};

struct Service {
  std::string id;    ///< 32 hexadecimal digits
  std::string type;  ///< "compute"
  std::string name = {};
  bool enabled = true;
  std::string extra = "{}";
};

struct Endpoint {
  std::string id;  ///< 32 hexadecimal digits
  std::string service_id;
  std::string interface;       ///< "public", "internal", "admin"
  std::string region_id = {};  ///< may be empty
  std::string url = {};        ///< with $(project_id)s; unused when own_path is set
  std::string own_path = {};   ///< of an API of this cloud: "/compute/v2.1"
  bool enabled = true;
  std::string extra = "{}";
};

/// All endpoints that have the given attributes.
struct EndpointGroup {
  std::string id;
  std::string name;
  std::string description = {};
  std::string filters = "{}";  ///< JSON object: service_id, region_id, interface
};

/// A policy file that a service of the cloud may fetch. Not interpreted here.
struct StoredPolicy {
  std::string id;
  std::string type;  ///< a media type
  std::string blob;
  std::string extra = "{}";
};

/// What a stored policy is for: an endpoint, a service in a region, or a service.
struct PolicyAssociation {
  std::string policy_id;
  std::string endpoint_id = {};
  std::string service_id = {};
  std::string region_id = {};
};

}  // namespace virga::model
