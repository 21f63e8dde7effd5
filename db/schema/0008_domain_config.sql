-- SPDX-License-Identifier: Apache-2.0
-- What belongs to domains: tags, and configuration that differs from the cloud's. And the indexes that lists by
-- name and the removal of a project need.

CREATE TABLE domain_tags (
  domain_id TEXT NOT NULL REFERENCES domains (id) ON DELETE CASCADE,
  tag TEXT NOT NULL,
  PRIMARY KEY (domain_id, tag)
);

-- `value` is JSON. A sensitive option is stored but never shown.
CREATE TABLE domain_config (
  domain_id TEXT NOT NULL REFERENCES domains (id) ON DELETE CASCADE,
  group_name TEXT NOT NULL,
  option_name TEXT NOT NULL,
  value TEXT NOT NULL,
  sensitive BIGINT NOT NULL,
  PRIMARY KEY (domain_id, group_name, option_name)
);

CREATE INDEX users_by_name ON users (name);
CREATE INDEX users_by_default_project ON users (default_project_id);
CREATE INDEX projects_by_name ON projects (name);
CREATE INDEX groups_by_name ON groups (name);
CREATE INDEX tokens_by_project ON tokens (project_id);
