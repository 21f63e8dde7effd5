-- SPDX-License-Identifier: Apache-2.0
-- The catalog (regions, services, endpoints, what of it a project sees), policies kept for others, unified limits.
-- `extra` is a JSON object as text: what a client set beside the known attributes.

CREATE TABLE regions (
  id TEXT PRIMARY KEY,
  description TEXT NOT NULL,
  parent_id TEXT REFERENCES regions (id) ON DELETE CASCADE,
  extra TEXT NOT NULL
);
CREATE INDEX regions_by_parent ON regions (parent_id);

CREATE TABLE services (
  id TEXT PRIMARY KEY,
  type TEXT NOT NULL,
  name TEXT NOT NULL,
  enabled BIGINT NOT NULL,
  extra TEXT NOT NULL
);

-- An endpoint of this cloud has its path; its URL is made of the address under which a client reached us.
CREATE TABLE endpoints (
  id TEXT PRIMARY KEY,
  service_id TEXT NOT NULL REFERENCES services (id) ON DELETE CASCADE,
  interface TEXT NOT NULL,
  region_id TEXT REFERENCES regions (id),
  url TEXT NOT NULL,
  own_path TEXT NOT NULL,
  enabled BIGINT NOT NULL,
  extra TEXT NOT NULL
);
CREATE INDEX endpoints_by_service ON endpoints (service_id);
CREATE INDEX endpoints_by_region ON endpoints (region_id);

CREATE TABLE endpoint_groups (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  description TEXT NOT NULL,
  filters TEXT NOT NULL
);

CREATE TABLE project_endpoints (
  project_id TEXT NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
  endpoint_id TEXT NOT NULL REFERENCES endpoints (id) ON DELETE CASCADE,
  PRIMARY KEY (project_id, endpoint_id)
);
CREATE INDEX project_endpoints_by_endpoint ON project_endpoints (endpoint_id);

CREATE TABLE project_endpoint_groups (
  project_id TEXT NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
  endpoint_group_id TEXT NOT NULL REFERENCES endpoint_groups (id) ON DELETE CASCADE,
  PRIMARY KEY (project_id, endpoint_group_id)
);
CREATE INDEX project_endpoint_groups_by_group ON project_endpoint_groups (endpoint_group_id);

CREATE TABLE policies (
  id TEXT PRIMARY KEY,
  type TEXT NOT NULL,
  blob TEXT NOT NULL,
  extra TEXT NOT NULL
);

-- The policy of an endpoint, of a service in a region, or of a service: the columns that do not count are NULL.
CREATE TABLE policy_associations (
  policy_id TEXT NOT NULL REFERENCES policies (id) ON DELETE CASCADE,
  endpoint_id TEXT REFERENCES endpoints (id) ON DELETE CASCADE,
  service_id TEXT REFERENCES services (id) ON DELETE CASCADE,
  region_id TEXT REFERENCES regions (id) ON DELETE CASCADE
);
CREATE INDEX policy_associations_by_policy ON policy_associations (policy_id);
CREATE INDEX policy_associations_by_endpoint ON policy_associations (endpoint_id);
CREATE INDEX policy_associations_by_service ON policy_associations (service_id, region_id);

CREATE TABLE registered_limits (
  id TEXT PRIMARY KEY,
  service_id TEXT NOT NULL REFERENCES services (id),
  region_id TEXT REFERENCES regions (id),
  resource_name TEXT NOT NULL,
  default_limit BIGINT NOT NULL,
  description TEXT NOT NULL
);
CREATE UNIQUE INDEX registered_limits_by_resource
  ON registered_limits (service_id, resource_name, COALESCE(region_id, ''));

CREATE TABLE limits (
  id TEXT PRIMARY KEY,
  registered_limit_id TEXT NOT NULL REFERENCES registered_limits (id),
  project_id TEXT REFERENCES projects (id) ON DELETE CASCADE,
  domain_id TEXT REFERENCES domains (id) ON DELETE CASCADE,
  resource_limit BIGINT NOT NULL,
  description TEXT NOT NULL
);
CREATE UNIQUE INDEX limits_by_owner
  ON limits (registered_limit_id, COALESCE(project_id, ''), COALESCE(domain_id, ''));
CREATE INDEX limits_by_project ON limits (project_id);
CREATE INDEX limits_by_domain ON limits (domain_id);
