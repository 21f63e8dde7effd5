-- SPDX-License-Identifier: Apache-2.0
-- The image cache: which bases the hosts hold, which they are to fetch ahead, and which they are to drop. A base is
-- the bytes of an image in a format; images with the same bytes share it. All times are microseconds since 1970.

-- What each host last reported. `disks` is how many root disks there stand on the base.
CREATE TABLE host_bases (
  host_id TEXT NOT NULL REFERENCES hosts (id) ON DELETE CASCADE,
  digest TEXT NOT NULL,
  format TEXT NOT NULL,
  size BIGINT NOT NULL,
  used_us BIGINT NOT NULL,
  made_us BIGINT NOT NULL,
  disks BIGINT NOT NULL,
  PRIMARY KEY (host_id, digest, format)
);
CREATE INDEX host_bases_by_digest ON host_bases (digest, format);

-- Images that every enabled host is to hold. A row goes when all that are up do.
CREATE TABLE image_cache_queue (
  image_id TEXT PRIMARY KEY REFERENCES images (id) ON DELETE CASCADE,
  queued_us BIGINT NOT NULL
);

-- Bases that a host is to drop. A row goes when the host has reported that it does not hold the base, or that disks
-- stand on it.
CREATE TABLE image_cache_drops (
  host_id TEXT NOT NULL REFERENCES hosts (id) ON DELETE CASCADE,
  digest TEXT NOT NULL,
  format TEXT NOT NULL,
  PRIMARY KEY (host_id, digest, format)
);
