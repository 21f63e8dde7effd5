// SPDX-License-Identifier: Apache-2.0
// Metadata definitions: what the keys that clients set on images, flavors and volumes mean.
// Source: Image API v2, "Metadata definitions".
#pragma once

#include <string>

#include "common/clock.h"

namespace virga::model {

/// A set of definitions under one name.
struct MetadefNamespace {
  std::string id;    ///< ours; the API shows the name only
  std::string name;  ///< unique in the cloud, 1..80 characters
  std::string display_name;
  std::string description;
  bool is_public = false;     ///< otherwise only its owner and administrators see it
  bool is_protected = false;  ///< neither it nor what it holds can be deleted
  std::string owner;          ///< project id
  TimeUs created_us = 0;
  TimeUs updated_us = 0;
};

/// A group of properties that belong together.
struct MetadefObject {
  std::string namespace_id;
  std::string name;  ///< unique in its namespace, 1..80 characters
  std::string description;
  std::string required = "[]";    ///< a JSON array: names of properties
  std::string properties = "{}";  ///< a JSON object: name -> definition
  TimeUs created_us = 0;
  TimeUs updated_us = 0;
};

/// The definition of one key.
struct MetadefProperty {
  std::string namespace_id;
  std::string name;               ///< unique in its namespace, 1..80 characters
  std::string definition = "{}";  ///< a JSON object: type, title, enum ...
};

/// A word that may be put on resources.
struct MetadefTag {
  std::string namespace_id;
  std::string name;  ///< unique in its namespace, 1..80 characters
  TimeUs created_us = 0;
  TimeUs updated_us = 0;
};

/// A kind of resource that definitions can be meant for.
struct MetadefResourceType {
  std::string name;  ///< "OS::Nova::Flavor"
  TimeUs created_us = 0;
  TimeUs updated_us = 0;
};

/// Says that a namespace is meant for a resource type.
struct MetadefAssociation {
  std::string namespace_id;
  std::string resource_type;
  std::string prefix;             ///< "hw:", put before the namespace's keys on such resources
  std::string properties_target;  ///< "image": which of the resource's key sets is meant
  TimeUs created_us = 0;
  TimeUs updated_us = 0;
};

}  // namespace virga::model
