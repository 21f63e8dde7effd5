-- SPDX-License-Identifier: Apache-2.0
-- What actions other than start and stop want of an instance.

-- Root disks have numbers: a new one is made beside the old one, which a revert may need again.
ALTER TABLE instances ADD COLUMN disk_number BIGINT NOT NULL DEFAULT 1;
ALTER TABLE instances ADD COLUMN disk_copy_of BIGINT NOT NULL DEFAULT 0;
ALTER TABLE instances ADD COLUMN disk_kept BIGINT NOT NULL DEFAULT 0;
ALTER TABLE instances ADD COLUMN disks_made BIGINT NOT NULL DEFAULT 1;
ALTER TABLE instances ADD COLUMN observed_disk BIGINT NOT NULL DEFAULT 0;

-- The image that a rescued instance boots from, as it was then.
ALTER TABLE instances ADD COLUMN rescue_image_id TEXT NOT NULL DEFAULT '';
ALTER TABLE instances ADD COLUMN rescue_digest TEXT NOT NULL DEFAULT '';
ALTER TABLE instances ADD COLUMN rescue_format TEXT NOT NULL DEFAULT '';
ALTER TABLE instances ADD COLUMN rescue_size BIGINT NOT NULL DEFAULT 0;
ALTER TABLE instances ADD COLUMN rescue_virtual_size BIGINT NOT NULL DEFAULT 0;

-- 'none', 'resize' (until it is confirmed or reverted), 'revert'.
ALTER TABLE instances ADD COLUMN resizing TEXT NOT NULL DEFAULT 'none';
-- The flavor before a resize; empty: none.
ALTER TABLE instances ADD COLUMN old_flavor_id TEXT NOT NULL DEFAULT '';
ALTER TABLE instances ADD COLUMN old_flavor_name TEXT NOT NULL DEFAULT '';
ALTER TABLE instances ADD COLUMN old_vcpus BIGINT NOT NULL DEFAULT 0;
ALTER TABLE instances ADD COLUMN old_memory_mib BIGINT NOT NULL DEFAULT 0;
ALTER TABLE instances ADD COLUMN old_disk_gib BIGINT NOT NULL DEFAULT 0;
ALTER TABLE instances ADD COLUMN old_ephemeral_gib BIGINT NOT NULL DEFAULT 0;
ALTER TABLE instances ADD COLUMN old_swap_mib BIGINT NOT NULL DEFAULT 0;
