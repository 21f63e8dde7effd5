-- SPDX-License-Identifier: Apache-2.0
-- Metadata definitions: what the keys of images, flavors, volumes ... mean. Schemas of properties
-- are kept as JSON texts.

CREATE TABLE metadef_namespaces (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  display_name TEXT NOT NULL,
  description TEXT NOT NULL,
  is_public BIGINT NOT NULL,
  is_protected BIGINT NOT NULL,
  owner TEXT NOT NULL,
  created_us BIGINT NOT NULL,
  updated_us BIGINT NOT NULL
);

CREATE TABLE metadef_objects (
  namespace_id TEXT NOT NULL REFERENCES metadef_namespaces (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  description TEXT NOT NULL,
  required TEXT NOT NULL,
  properties TEXT NOT NULL,
  created_us BIGINT NOT NULL,
  updated_us BIGINT NOT NULL,
  PRIMARY KEY (namespace_id, name)
);

CREATE TABLE metadef_properties (
  namespace_id TEXT NOT NULL REFERENCES metadef_namespaces (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  definition TEXT NOT NULL,
  PRIMARY KEY (namespace_id, name)
);

-- The number tells tags apart that were made by one request: lists are ordered by it.
CREATE TABLE metadef_tags (
  namespace_id TEXT NOT NULL REFERENCES metadef_namespaces (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  number BIGINT NOT NULL,
  created_us BIGINT NOT NULL,
  updated_us BIGINT NOT NULL,
  PRIMARY KEY (namespace_id, name)
);

CREATE TABLE metadef_resource_types (
  name TEXT PRIMARY KEY,
  created_us BIGINT NOT NULL,
  updated_us BIGINT NOT NULL
);

CREATE TABLE metadef_associations (
  namespace_id TEXT NOT NULL REFERENCES metadef_namespaces (id) ON DELETE CASCADE,
  resource_type TEXT NOT NULL REFERENCES metadef_resource_types (name),
  prefix TEXT NOT NULL,
  properties_target TEXT NOT NULL,
  created_us BIGINT NOT NULL,
  updated_us BIGINT NOT NULL,
  PRIMARY KEY (namespace_id, resource_type)
);

-- The types that every cloud knows, so that clients have something to associate with. Their time
-- is that of this migration: 2026-11-21.
INSERT INTO metadef_resource_types (name, created_us, updated_us) VALUES
  ('OS::Cinder::Volume', 1795219200000000, 1795219200000000),
  ('OS::Glance::Image', 1795219200000000, 1795219200000000),
  ('OS::Nova::Aggregate', 1795219200000000, 1795219200000000),
  ('OS::Nova::Flavor', 1795219200000000, 1795219200000000),
  ('OS::Nova::Server', 1795219200000000, 1795219200000000);
