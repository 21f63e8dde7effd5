-- SPDX-License-Identifier: Apache-2.0
-- What operators of the Compute API see and set: aggregates of hosts, services, server groups,
-- migrations.

ALTER TABLE hosts ADD COLUMN forced_down BIGINT NOT NULL DEFAULT 0;
-- Reported by the agent, for the "uptime" of hypervisors. 0 and '': not reported yet.
ALTER TABLE hosts ADD COLUMN booted_us BIGINT NOT NULL DEFAULT 0;
ALTER TABLE hosts ADD COLUMN load_average TEXT NOT NULL DEFAULT '';
ALTER TABLE hosts ADD COLUMN users BIGINT NOT NULL DEFAULT 0;

-- The control plane's own services. Their numbers come from the counter of hosts, so that no two
-- services have one number.
CREATE TABLE control_services (
  id TEXT PRIMARY KEY,
  number BIGINT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  host TEXT NOT NULL,
  started_us BIGINT NOT NULL,
  UNIQUE (host, name)
);

CREATE TABLE aggregates (
  number BIGINT PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL UNIQUE,
  created_us BIGINT NOT NULL,
  updated_us BIGINT NOT NULL
);

CREATE TABLE aggregate_hosts (
  aggregate_number BIGINT NOT NULL REFERENCES aggregates (number) ON DELETE CASCADE,
  host_id TEXT NOT NULL REFERENCES hosts (id) ON DELETE CASCADE,
  PRIMARY KEY (aggregate_number, host_id)
);
CREATE INDEX aggregate_hosts_by_host ON aggregate_hosts (host_id);

-- The name 'availability_zone' says in which zone the hosts are.
CREATE TABLE aggregate_metadata (
  aggregate_number BIGINT NOT NULL REFERENCES aggregates (number) ON DELETE CASCADE,
  name TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (aggregate_number, name)
);

-- Images that single hosts are to fetch ahead, beside those of image_cache_queue that all are to.
CREATE TABLE image_cache_host_queue (
  host_id TEXT NOT NULL REFERENCES hosts (id) ON DELETE CASCADE,
  image_id TEXT NOT NULL REFERENCES images (id) ON DELETE CASCADE,
  queued_us BIGINT NOT NULL,
  PRIMARY KEY (host_id, image_id)
);

CREATE TABLE server_groups (
  id TEXT PRIMARY KEY,
  number BIGINT NOT NULL UNIQUE,
  project_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  name TEXT NOT NULL,
  policy TEXT NOT NULL,
  max_per_host BIGINT NOT NULL,
  created_us BIGINT NOT NULL
);
CREATE INDEX server_groups_by_project ON server_groups (project_id, number);

-- An instance is in one group at most, from its creation on.
CREATE TABLE server_group_members (
  instance_id TEXT PRIMARY KEY REFERENCES instances (id) ON DELETE CASCADE,
  group_id TEXT NOT NULL REFERENCES server_groups (id) ON DELETE CASCADE
);
CREATE INDEX server_group_members_by_group ON server_group_members (group_id);

-- One row for each move of an instance between hosts or flavors.
CREATE TABLE migrations (
  id TEXT PRIMARY KEY,
  number BIGINT NOT NULL UNIQUE,
  instance_id TEXT NOT NULL,
  type TEXT NOT NULL,
  status TEXT NOT NULL,
  source_host TEXT NOT NULL,
  dest_host TEXT NOT NULL,
  dest_address TEXT NOT NULL,
  old_flavor_number BIGINT NOT NULL,
  new_flavor_number BIGINT NOT NULL,
  user_id TEXT NOT NULL,
  project_id TEXT NOT NULL,
  hidden BIGINT NOT NULL,
  memory_total BIGINT NOT NULL,
  memory_processed BIGINT NOT NULL,
  memory_remaining BIGINT NOT NULL,
  disk_total BIGINT NOT NULL,
  disk_processed BIGINT NOT NULL,
  disk_remaining BIGINT NOT NULL,
  created_us BIGINT NOT NULL,
  updated_us BIGINT NOT NULL
);
CREATE INDEX migrations_by_age ON migrations (created_us, number);
CREATE INDEX migrations_by_instance ON migrations (instance_id, created_us);
