-- SPDX-License-Identifier: Apache-2.0
-- What a user hands on: trusts to other users, application credentials to programs, with the kinds of requests
-- that these may send; and receipts for logins that are not complete.

-- A trust of no project, and one that is not handed on from another, have NULL there: the references end a
-- trust with its source.
CREATE TABLE trusts (
  id TEXT PRIMARY KEY,
  trustor_user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  trustee_user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  project_id TEXT REFERENCES projects (id) ON DELETE CASCADE,
  impersonation BIGINT NOT NULL,
  -- 0: never.
  expires_us BIGINT NOT NULL,
  -- -1: without limit.
  remaining_uses BIGINT NOT NULL,
  redelegated_trust_id TEXT REFERENCES trusts (id) ON DELETE CASCADE,
  redelegation_count BIGINT NOT NULL,
  extra TEXT NOT NULL
);
CREATE INDEX trusts_by_trustor ON trusts (trustor_user_id);
CREATE INDEX trusts_by_trustee ON trusts (trustee_user_id);
CREATE INDEX trusts_by_project ON trusts (project_id);
CREATE INDEX trusts_by_source ON trusts (redelegated_trust_id);

CREATE TABLE trust_roles (
  trust_id TEXT NOT NULL REFERENCES trusts (id) ON DELETE CASCADE,
  role_id TEXT NOT NULL REFERENCES roles (id) ON DELETE CASCADE,
  PRIMARY KEY (trust_id, role_id)
);
CREATE INDEX trust_roles_by_role ON trust_roles (role_id);

-- `secret_hash`: "sha256:..." of a secret that was generated, Argon2id of one that was chosen.
CREATE TABLE application_credentials (
  id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  project_id TEXT NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  description TEXT NOT NULL,
  secret_hash TEXT NOT NULL,
  unrestricted BIGINT NOT NULL,
  -- 0: never.
  expires_us BIGINT NOT NULL,
  UNIQUE (user_id, name)
);
CREATE INDEX application_credentials_by_project ON application_credentials (project_id);

CREATE TABLE application_credential_roles (
  credential_id TEXT NOT NULL REFERENCES application_credentials (id) ON DELETE CASCADE,
  role_id TEXT NOT NULL REFERENCES roles (id) ON DELETE CASCADE,
  PRIMARY KEY (credential_id, role_id)
);
CREATE INDEX application_credential_roles_by_role ON application_credential_roles (role_id);

CREATE TABLE access_rules (
  id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  service TEXT NOT NULL,
  method TEXT NOT NULL,
  path TEXT NOT NULL,
  UNIQUE (user_id, service, method, path)
);

CREATE TABLE application_credential_rules (
  credential_id TEXT NOT NULL REFERENCES application_credentials (id) ON DELETE CASCADE,
  rule_id TEXT NOT NULL REFERENCES access_rules (id),
  PRIMARY KEY (credential_id, rule_id)
);
CREATE INDEX application_credential_rules_by_rule ON application_credential_rules (rule_id);

CREATE TABLE auth_receipts (
  hash TEXT PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  methods TEXT NOT NULL,
  expires_us BIGINT NOT NULL
);
CREATE INDEX auth_receipts_by_expiry ON auth_receipts (expires_us);
CREATE INDEX auth_receipts_by_user ON auth_receipts (user_id);
