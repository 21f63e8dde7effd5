-- SPDX-License-Identifier: Apache-2.0
-- Why an instance is on its host, or on none: what was decided when it was made. `filters` is a JSON list of
-- {"name", "refused"} in the order in which they ran; `near_misses` one of {"host", "filter", "reason"}: the
-- hosts that a single filter refused; `advice` a list of sentences. A host is kept by name, so that the record
-- outlives it.

CREATE TABLE placement_decisions (
  instance_id TEXT PRIMARY KEY REFERENCES instances (id) ON DELETE CASCADE,
  decided_us BIGINT NOT NULL,
  host_name TEXT NOT NULL,
  considered BIGINT NOT NULL,
  filters TEXT NOT NULL,
  near_misses TEXT NOT NULL,
  advice TEXT NOT NULL
);

-- Domains and disks of instances that a host has although nobody wants them there, as it reported.

CREATE TABLE host_strays (
  host_id TEXT NOT NULL REFERENCES hosts (id) ON DELETE CASCADE,
  instance_id TEXT NOT NULL,
  since_us BIGINT NOT NULL,
  PRIMARY KEY (host_id, instance_id)
);
