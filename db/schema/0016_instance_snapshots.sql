-- SPDX-License-Identifier: Apache-2.0
-- Images that hosts make of their instances, and instances that lie on the shelf.

-- A row is there from the request until the image is active or given up.
CREATE TABLE instance_snapshots (
  image_id TEXT PRIMARY KEY,
  instance_id TEXT NOT NULL UNIQUE,  -- one at a time
  host_id TEXT NOT NULL,
  request_id TEXT NOT NULL,          -- of the action whose record tells how it ended
  kind TEXT NOT NULL,                -- 'image', 'backup', 'shelve'
  backup_type TEXT NOT NULL,         -- of a backup: images of the same type are rotated
  rotation BIGINT NOT NULL,
  phase TEXT NOT NULL,               -- 'pending', 'copying', 'copied', 'uploading'
  attempts BIGINT NOT NULL,
  last_error TEXT NOT NULL,
  created_us BIGINT NOT NULL,
  deadline_us BIGINT NOT NULL
);
CREATE INDEX instance_snapshots_by_host ON instance_snapshots (host_id);

-- 'none', 'shelve', 'shelved', 'offload', 'offloaded', 'unshelve'.
ALTER TABLE instances ADD COLUMN shelving TEXT NOT NULL DEFAULT 'none';
ALTER TABLE instances ADD COLUMN shelve_image_id TEXT NOT NULL DEFAULT '';
ALTER TABLE instances ADD COLUMN shelved_us BIGINT NOT NULL DEFAULT 0;
