-- SPDX-License-Identifier: Apache-2.0
-- Identity v3: trees of projects, groups, roles of domains, implied roles, grants of all kinds, tokens of all
-- scopes. `extra` and `options` are JSON objects as text: what a client set beside the known attributes.

ALTER TABLE domains ADD COLUMN options TEXT NOT NULL DEFAULT '{}';
ALTER TABLE domains ADD COLUMN extra TEXT NOT NULL DEFAULT '{}';

-- The parent of a project at the top is its domain.
ALTER TABLE projects ADD COLUMN parent_id TEXT NOT NULL DEFAULT '';
ALTER TABLE projects ADD COLUMN options TEXT NOT NULL DEFAULT '{}';
ALTER TABLE projects ADD COLUMN extra TEXT NOT NULL DEFAULT '{}';
UPDATE projects SET parent_id = domain_id;
CREATE INDEX projects_by_parent ON projects (parent_id);

CREATE TABLE project_tags (
  project_id TEXT NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
  tag TEXT NOT NULL,
  PRIMARY KEY (project_id, tag)
);
CREATE INDEX project_tags_by_tag ON project_tags (tag);

ALTER TABLE users ADD COLUMN default_project_id TEXT NOT NULL DEFAULT '';
ALTER TABLE users ADD COLUMN options TEXT NOT NULL DEFAULT '{}';
ALTER TABLE users ADD COLUMN extra TEXT NOT NULL DEFAULT '{}';
ALTER TABLE users ADD COLUMN password_created_us BIGINT NOT NULL DEFAULT 0;
-- 0: the password does not expire.
ALTER TABLE users ADD COLUMN password_expires_us BIGINT NOT NULL DEFAULT 0;
ALTER TABLE users ADD COLUMN created_us BIGINT NOT NULL DEFAULT 0;

CREATE TABLE groups (
  id TEXT PRIMARY KEY,
  domain_id TEXT NOT NULL REFERENCES domains (id),
  name TEXT NOT NULL,
  description TEXT NOT NULL,
  extra TEXT NOT NULL,
  UNIQUE (domain_id, name)
);

CREATE TABLE group_members (
  group_id TEXT NOT NULL REFERENCES groups (id) ON DELETE CASCADE,
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  PRIMARY KEY (group_id, user_id)
);
CREATE INDEX group_members_by_user ON group_members (user_id);

-- Roles of a domain have its id; those of the whole cloud have ''.
CREATE TABLE roles_of_domains (
  id TEXT PRIMARY KEY,
  domain_id TEXT NOT NULL,
  name TEXT NOT NULL,
  description TEXT NOT NULL,
  options TEXT NOT NULL,
  extra TEXT NOT NULL,
  UNIQUE (domain_id, name)
);
INSERT INTO roles_of_domains (id, domain_id, name, description, options, extra)
SELECT id, '', name, '', '{}', '{}' FROM roles;

-- Who (user or group) holds a role on what (project, domain or system); inherited: on the projects below it
-- and not on itself. The target of a system grant is 'all'.
CREATE TABLE grants (
  role_id TEXT NOT NULL REFERENCES roles_of_domains (id) ON DELETE CASCADE,
  actor_kind TEXT NOT NULL,
  actor_id TEXT NOT NULL,
  target_kind TEXT NOT NULL,
  target_id TEXT NOT NULL,
  inherited BIGINT NOT NULL,
  PRIMARY KEY (actor_kind, actor_id, target_kind, target_id, inherited, role_id)
);
CREATE INDEX grants_by_target ON grants (target_kind, target_id);
CREATE INDEX grants_by_role ON grants (role_id);
INSERT INTO grants (role_id, actor_kind, actor_id, target_kind, target_id, inherited)
SELECT role_id, 'user', user_id, 'project', project_id, 0 FROM role_assignments;

DROP TABLE role_assignments;
DROP TABLE roles;
ALTER TABLE roles_of_domains RENAME TO roles;

CREATE TABLE implied_roles (
  prior_id TEXT NOT NULL REFERENCES roles (id) ON DELETE CASCADE,
  implied_id TEXT NOT NULL REFERENCES roles (id) ON DELETE CASCADE,
  PRIMARY KEY (prior_id, implied_id)
);
CREATE INDEX implied_roles_by_implied ON implied_roles (implied_id);

-- A token is of a project, of a domain, of the system, or of nothing. What it uses (trust, application
-- credential, OAuth1 access token) is looked up whenever it is checked. `methods`: "password,token".
ALTER TABLE tokens ADD COLUMN domain_id TEXT NOT NULL DEFAULT '';
ALTER TABLE tokens ADD COLUMN is_system BIGINT NOT NULL DEFAULT 0;
ALTER TABLE tokens ADD COLUMN methods TEXT NOT NULL DEFAULT 'password';
ALTER TABLE tokens ADD COLUMN parent_audit_id TEXT NOT NULL DEFAULT '';
ALTER TABLE tokens ADD COLUMN trust_id TEXT NOT NULL DEFAULT '';
ALTER TABLE tokens ADD COLUMN application_credential_id TEXT NOT NULL DEFAULT '';
ALTER TABLE tokens ADD COLUMN oauth_token_id TEXT NOT NULL DEFAULT '';
CREATE INDEX tokens_by_user ON tokens (user_id);
