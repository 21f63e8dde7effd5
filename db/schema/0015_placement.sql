-- SPDX-License-Identifier: Apache-2.0
-- Placement: what there is of resources, and who has it. Each host is a resource provider of the
-- same id; its report keeps the totals of VCPU, MEMORY_MB and DISK_GB. What hosts have given to
-- instances are allocations, and the provider's generation guards them.

CREATE TABLE resource_providers (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  generation BIGINT NOT NULL,
  root_id TEXT NOT NULL,
  parent_id TEXT NOT NULL,
  created_us BIGINT NOT NULL,
  updated_us BIGINT NOT NULL
);
CREATE INDEX resource_providers_by_root ON resource_providers (root_id);
CREATE INDEX resource_providers_by_parent ON resource_providers (parent_id);

-- 'ratio' is in millionths. 'used' is the sum of the allocations, changed with them. 'administered':
-- somebody has set ratio and reserve, so that the configuration does not any more.
CREATE TABLE inventories (
  provider_id TEXT NOT NULL REFERENCES resource_providers (id) ON DELETE CASCADE,
  resource_class TEXT NOT NULL,
  total BIGINT NOT NULL,
  reserved BIGINT NOT NULL,
  min_unit BIGINT NOT NULL,
  max_unit BIGINT NOT NULL,
  step_size BIGINT NOT NULL,
  ratio BIGINT NOT NULL,
  used BIGINT NOT NULL,
  administered BIGINT NOT NULL,
  updated_us BIGINT NOT NULL,
  PRIMARY KEY (provider_id, resource_class)
);

CREATE TABLE consumers (
  id TEXT PRIMARY KEY,
  generation BIGINT NOT NULL,
  project_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  type TEXT NOT NULL,
  created_us BIGINT NOT NULL
);
CREATE INDEX consumers_by_project ON consumers (project_id, user_id);

CREATE TABLE old_allocations AS SELECT * FROM allocations;
DROP TABLE allocations;
CREATE TABLE allocations (
  consumer_id TEXT NOT NULL REFERENCES consumers (id),
  provider_id TEXT NOT NULL,
  resource_class TEXT NOT NULL,
  used BIGINT NOT NULL,
  PRIMARY KEY (consumer_id, provider_id, resource_class),
  FOREIGN KEY (provider_id, resource_class) REFERENCES inventories (provider_id, resource_class)
);
CREATE INDEX allocations_by_inventory ON allocations (provider_id, resource_class);

-- Names of one's own; the standard ones are known to the program.
CREATE TABLE resource_classes (
  name TEXT PRIMARY KEY,
  created_us BIGINT NOT NULL
);
CREATE TABLE traits (
  name TEXT PRIMARY KEY,
  created_us BIGINT NOT NULL
);

CREATE TABLE provider_traits (
  provider_id TEXT NOT NULL REFERENCES resource_providers (id) ON DELETE CASCADE,
  trait TEXT NOT NULL,
  PRIMARY KEY (provider_id, trait)
);
CREATE INDEX provider_traits_by_trait ON provider_traits (trait);

CREATE TABLE provider_aggregates (
  provider_id TEXT NOT NULL REFERENCES resource_providers (id) ON DELETE CASCADE,
  aggregate_id TEXT NOT NULL,
  PRIMARY KEY (provider_id, aggregate_id)
);

INSERT INTO resource_providers (id, name, generation, root_id, parent_id, created_us, updated_us)
  SELECT id, name, generation, id, '', created_us, updated_us FROM hosts;

-- Ratio and reserve are the usual ones; virgad takes those of its configuration when it starts.
INSERT INTO inventories (provider_id, resource_class, total, reserved, min_unit, max_unit,
    step_size, ratio, used, administered, updated_us)
  SELECT h.id, 'VCPU', h.vcpus, 0, 1, h.vcpus, 1, 4000000,
    (SELECT COALESCE(SUM(a.vcpus), 0) FROM old_allocations a WHERE a.host_id = h.id), 0, h.updated_us
  FROM hosts h WHERE h.vcpus > 0
    OR EXISTS (SELECT 1 FROM old_allocations a WHERE a.host_id = h.id AND a.vcpus > 0);
INSERT INTO inventories (provider_id, resource_class, total, reserved, min_unit, max_unit,
    step_size, ratio, used, administered, updated_us)
  SELECT h.id, 'MEMORY_MB', h.memory_mib, 512, 1, h.memory_mib, 1, 1000000,
    (SELECT COALESCE(SUM(a.memory_mib), 0) FROM old_allocations a WHERE a.host_id = h.id), 0,
    h.updated_us
  FROM hosts h WHERE h.memory_mib > 0
    OR EXISTS (SELECT 1 FROM old_allocations a WHERE a.host_id = h.id AND a.memory_mib > 0);
INSERT INTO inventories (provider_id, resource_class, total, reserved, min_unit, max_unit,
    step_size, ratio, used, administered, updated_us)
  SELECT h.id, 'DISK_GB', h.disk_gib, 0, 1, h.disk_gib, 1, 1000000,
    (SELECT COALESCE(SUM(a.disk_gib), 0) FROM old_allocations a WHERE a.host_id = h.id), 0,
    h.updated_us
  FROM hosts h WHERE h.disk_gib > 0
    OR EXISTS (SELECT 1 FROM old_allocations a WHERE a.host_id = h.id AND a.disk_gib > 0);

INSERT INTO consumers (id, generation, project_id, user_id, type, created_us)
  SELECT i.id, 1, i.project_id, i.user_id, 'INSTANCE', i.created_us
  FROM instances i WHERE EXISTS (SELECT 1 FROM old_allocations a WHERE a.instance_id = i.id);
INSERT INTO allocations (consumer_id, provider_id, resource_class, used)
  SELECT instance_id, host_id, 'VCPU', vcpus FROM old_allocations WHERE vcpus > 0;
INSERT INTO allocations (consumer_id, provider_id, resource_class, used)
  SELECT instance_id, host_id, 'MEMORY_MB', memory_mib FROM old_allocations WHERE memory_mib > 0;
INSERT INTO allocations (consumer_id, provider_id, resource_class, used)
  SELECT instance_id, host_id, 'DISK_GB', disk_gib FROM old_allocations WHERE disk_gib > 0;

-- As the Compute API tells Placement of its aggregates and of hosts that get no instances.
INSERT INTO provider_aggregates (provider_id, aggregate_id)
  SELECT ah.host_id, a.id FROM aggregate_hosts ah
  JOIN aggregates a ON a.number = ah.aggregate_number;
INSERT INTO provider_traits (provider_id, trait)
  SELECT id, 'COMPUTE_STATUS_DISABLED' FROM hosts WHERE enabled = 0;

DROP TABLE old_allocations;
ALTER TABLE hosts DROP COLUMN generation;
