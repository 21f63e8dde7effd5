-- SPDX-License-Identifier: Apache-2.0
-- Secrets of users: credentials, and delegation by OAuth 1.0a. Each secret is sealed with the key file of the state
-- directory and bound to the id of its row.

CREATE TABLE credentials (
  id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  project_id TEXT REFERENCES projects (id) ON DELETE CASCADE,
  type TEXT NOT NULL,
  sealed_blob TEXT NOT NULL,
  extra TEXT NOT NULL
);
CREATE INDEX credentials_by_user ON credentials (user_id, type);
CREATE INDEX credentials_by_project ON credentials (project_id);

CREATE TABLE oauth_consumers (
  id TEXT PRIMARY KEY,
  description TEXT NOT NULL,
  sealed_secret TEXT NOT NULL,
  extra TEXT NOT NULL
);

-- Not authorized yet: no user, no verifier. `role_ids` is a JSON array.
CREATE TABLE oauth_request_tokens (
  id TEXT PRIMARY KEY,
  consumer_id TEXT NOT NULL REFERENCES oauth_consumers (id) ON DELETE CASCADE,
  project_id TEXT NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
  sealed_secret TEXT NOT NULL,
  user_id TEXT REFERENCES users (id) ON DELETE CASCADE,
  verifier TEXT NOT NULL,
  role_ids TEXT NOT NULL,
  expires_us BIGINT NOT NULL
);
CREATE INDEX oauth_request_tokens_by_consumer ON oauth_request_tokens (consumer_id);
CREATE INDEX oauth_request_tokens_by_project ON oauth_request_tokens (project_id);
CREATE INDEX oauth_request_tokens_by_user ON oauth_request_tokens (user_id);
CREATE INDEX oauth_request_tokens_by_expiry ON oauth_request_tokens (expires_us);

CREATE TABLE oauth_access_tokens (
  id TEXT PRIMARY KEY,
  consumer_id TEXT NOT NULL REFERENCES oauth_consumers (id) ON DELETE CASCADE,
  project_id TEXT NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
  sealed_secret TEXT NOT NULL,
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  role_ids TEXT NOT NULL,
  expires_us BIGINT NOT NULL
);
CREATE INDEX oauth_access_tokens_by_consumer ON oauth_access_tokens (consumer_id);
CREATE INDEX oauth_access_tokens_by_project ON oauth_access_tokens (project_id);
CREATE INDEX oauth_access_tokens_by_user ON oauth_access_tokens (user_id);
