-- SPDX-License-Identifier: Apache-2.0
-- Permissions to open a console once. All times are microseconds since 1970.

CREATE TABLE console_tokens (
  hash TEXT PRIMARY KEY,        -- SHA-256 of the secret
  instance_id TEXT NOT NULL REFERENCES instances (id) ON DELETE CASCADE,
  kind TEXT NOT NULL,           -- 'vnc', 'serial'
  run_epoch BIGINT NOT NULL,    -- of the run that may be reached
  user_id TEXT NOT NULL,        -- who asked for it
  project_id TEXT NOT NULL,     -- on which he must hold a role; '': on none
  expires_us BIGINT NOT NULL
);
CREATE INDEX console_tokens_by_instance ON console_tokens (instance_id, expires_us);
CREATE INDEX console_tokens_by_expiry ON console_tokens (expires_us);
