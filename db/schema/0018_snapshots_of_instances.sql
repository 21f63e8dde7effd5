-- SPDX-License-Identifier: Apache-2.0
-- Each look at an instance asks whether an image of it is being made.
CREATE INDEX instance_snapshots_by_instance ON instance_snapshots (instance_id);
