-- SPDX-License-Identifier: Apache-2.0
-- Flavors: all attributes, extra specs, access of projects to private ones. Numbers of key pairs. Quotas. A
-- description without `described` is null in the API.

ALTER TABLE flavors ADD COLUMN number BIGINT NOT NULL DEFAULT 0;
ALTER TABLE flavors ADD COLUMN rxtx_factor TEXT NOT NULL DEFAULT '1.0';
ALTER TABLE flavors ADD COLUMN disabled BIGINT NOT NULL DEFAULT 0;
ALTER TABLE flavors ADD COLUMN described BIGINT NOT NULL DEFAULT 0;
ALTER TABLE flavors ADD COLUMN updated_us BIGINT NOT NULL DEFAULT 0;
UPDATE flavors SET number = (SELECT count(*) FROM flavors AS older
  WHERE (older.created_us, older.id) <= (flavors.created_us, flavors.id));

CREATE TABLE flavor_extra_specs (
  flavor_id TEXT NOT NULL REFERENCES flavors (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (flavor_id, name)
);

CREATE TABLE flavor_access (
  flavor_id TEXT NOT NULL REFERENCES flavors (id) ON DELETE CASCADE,
  project_id TEXT NOT NULL,
  PRIMARY KEY (flavor_id, project_id)
);

ALTER TABLE keypairs ADD COLUMN number BIGINT NOT NULL DEFAULT 0;
UPDATE keypairs SET number = (SELECT count(*) FROM keypairs AS older
  WHERE (older.created_us, older.user_id, older.name)
     <= (keypairs.created_us, keypairs.user_id, keypairs.name));
CREATE INDEX keypairs_by_number ON keypairs (number);

-- What differs from the defaults. `user_id` is empty for the limit of the whole project; -1 is no limit.
CREATE TABLE compute_quotas (
  project_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  resource TEXT NOT NULL,
  hard_limit BIGINT NOT NULL,
  PRIMARY KEY (project_id, user_id, resource)
);

-- The class "default" holds for all projects.
CREATE TABLE compute_quota_classes (
  class TEXT NOT NULL,
  resource TEXT NOT NULL,
  hard_limit BIGINT NOT NULL,
  PRIMARY KEY (class, resource)
);

CREATE INDEX instances_by_owner ON instances (project_id, user_id, deleted_us);
CREATE INDEX instances_by_end ON instances (project_id, id, terminated_us);
