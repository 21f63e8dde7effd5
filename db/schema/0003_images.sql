-- Sharing, stores, imports and tasks of images. All times are microseconds since 1970; empty text
-- means "none".

ALTER TABLE images ADD COLUMN hash_algorithm TEXT NOT NULL DEFAULT '';
ALTER TABLE images ADD COLUMN hash_value TEXT NOT NULL DEFAULT '';
ALTER TABLE images ADD COLUMN unbootable TEXT NOT NULL DEFAULT '';
ALTER TABLE images ADD COLUMN staged_digest TEXT NOT NULL DEFAULT '';
ALTER TABLE images ADD COLUMN staged_size BIGINT NOT NULL DEFAULT 0;
ALTER TABLE images ADD COLUMN import_task TEXT NOT NULL DEFAULT '';
UPDATE images SET hash_algorithm = 'sha256', hash_value = digest WHERE digest <> '';

CREATE INDEX images_by_owner ON images (owner, created_us, id);
CREATE INDEX images_by_visibility ON images (visibility, created_us, id);
CREATE INDEX images_by_name ON images (name);
CREATE INDEX images_by_staged ON images (staged_digest);

CREATE TABLE image_locations (
  image_id TEXT NOT NULL REFERENCES images (id) ON DELETE CASCADE,
  store_id TEXT NOT NULL,
  PRIMARY KEY (image_id, store_id)
);
INSERT INTO image_locations (image_id, store_id) SELECT id, 'local' FROM images WHERE digest <> '';

CREATE TABLE image_members (
  image_id TEXT NOT NULL REFERENCES images (id) ON DELETE CASCADE,
  member_id TEXT NOT NULL,
  status TEXT NOT NULL,
  created_us BIGINT NOT NULL,
  updated_us BIGINT NOT NULL,
  PRIMARY KEY (image_id, member_id)
);
CREATE INDEX image_members_by_member ON image_members (member_id, status);

CREATE TABLE image_tasks (
  id TEXT PRIMARY KEY,
  type TEXT NOT NULL,
  status TEXT NOT NULL,
  phase TEXT NOT NULL,
  owner TEXT NOT NULL,
  image_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  request_id TEXT NOT NULL,
  input TEXT NOT NULL,
  result TEXT NOT NULL,
  message TEXT NOT NULL,
  attempt BIGINT NOT NULL,
  wake_us BIGINT NOT NULL,
  deadline_us BIGINT NOT NULL,
  expires_us BIGINT NOT NULL,
  created_us BIGINT NOT NULL,
  updated_us BIGINT NOT NULL
);
CREATE INDEX image_tasks_by_status ON image_tasks (status, wake_us);
CREATE INDEX image_tasks_by_image ON image_tasks (image_id);
CREATE INDEX image_tasks_by_owner ON image_tasks (owner, created_us, id);
