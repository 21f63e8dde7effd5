-- SPDX-License-Identifier: Apache-2.0
-- The schema as it is now: the sum of the migrations, written by tools/current-schema. Why a table is as it
-- is stands in the migration that made it.

CREATE TABLE settings (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
);

CREATE TABLE counters (
  name TEXT PRIMARY KEY,
  value BIGINT NOT NULL
);

CREATE TABLE domains (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  description TEXT NOT NULL,
  enabled BIGINT NOT NULL
, options TEXT NOT NULL DEFAULT '{}', extra TEXT NOT NULL DEFAULT '{}');

CREATE TABLE projects (
  id TEXT PRIMARY KEY,
  domain_id TEXT NOT NULL REFERENCES domains (id),
  name TEXT NOT NULL,
  description TEXT NOT NULL,
  enabled BIGINT NOT NULL, parent_id TEXT NOT NULL DEFAULT '', options TEXT NOT NULL DEFAULT '{}', extra TEXT NOT NULL DEFAULT '{}',
  UNIQUE (domain_id, name)
);

CREATE TABLE users (
  id TEXT PRIMARY KEY,
  domain_id TEXT NOT NULL REFERENCES domains (id),
  name TEXT NOT NULL,
  password_hash TEXT NOT NULL,
  enabled BIGINT NOT NULL, default_project_id TEXT NOT NULL DEFAULT '', options TEXT NOT NULL DEFAULT '{}', extra TEXT NOT NULL DEFAULT '{}', password_created_us BIGINT NOT NULL DEFAULT 0, password_expires_us BIGINT NOT NULL DEFAULT 0, created_us BIGINT NOT NULL DEFAULT 0,
  UNIQUE (domain_id, name)
);

CREATE TABLE tokens (
  hash TEXT PRIMARY KEY,
  audit_id TEXT NOT NULL,
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  project_id TEXT NOT NULL,
  issued_us BIGINT NOT NULL,
  expires_us BIGINT NOT NULL
, domain_id TEXT NOT NULL DEFAULT '', is_system BIGINT NOT NULL DEFAULT 0, methods TEXT NOT NULL DEFAULT 'password', parent_audit_id TEXT NOT NULL DEFAULT '', trust_id TEXT NOT NULL DEFAULT '', application_credential_id TEXT NOT NULL DEFAULT '', oauth_token_id TEXT NOT NULL DEFAULT '');

CREATE INDEX tokens_by_expiry ON tokens (expires_us);

CREATE TABLE hosts (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  number BIGINT NOT NULL,
  enabled BIGINT NOT NULL,
  disabled_reason TEXT NOT NULL,
  certificate_sha256 TEXT NOT NULL,
  vcpus BIGINT NOT NULL,
  memory_mib BIGINT NOT NULL,
  disk_gib BIGINT NOT NULL,
  address TEXT NOT NULL,
  virt_type TEXT NOT NULL,
  hypervisor_version TEXT NOT NULL,
  cpu_info TEXT NOT NULL,
  last_seen_us BIGINT NOT NULL,
  created_us BIGINT NOT NULL,
  updated_us BIGINT NOT NULL
, forced_down BIGINT NOT NULL DEFAULT 0, booted_us BIGINT NOT NULL DEFAULT 0, load_average TEXT NOT NULL DEFAULT '', users BIGINT NOT NULL DEFAULT 0);

CREATE TABLE enrolments (
  token_hash TEXT PRIMARY KEY,
  host_name TEXT NOT NULL,
  expires_us BIGINT NOT NULL
);

CREATE TABLE flavors (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  vcpus BIGINT NOT NULL,
  memory_mib BIGINT NOT NULL,
  disk_gib BIGINT NOT NULL,
  ephemeral_gib BIGINT NOT NULL,
  swap_mib BIGINT NOT NULL,
  is_public BIGINT NOT NULL,
  description TEXT NOT NULL,
  created_us BIGINT NOT NULL
, number BIGINT NOT NULL DEFAULT 0, rxtx_factor TEXT NOT NULL DEFAULT '1.0', disabled BIGINT NOT NULL DEFAULT 0, described BIGINT NOT NULL DEFAULT 0, updated_us BIGINT NOT NULL DEFAULT 0);

CREATE TABLE keypairs (
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  type TEXT NOT NULL,
  public_key TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  created_us BIGINT NOT NULL, number BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (user_id, name)
);

CREATE TABLE images (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  owner TEXT NOT NULL,
  status TEXT NOT NULL,
  visibility TEXT NOT NULL,
  disk_format TEXT NOT NULL,
  container_format TEXT NOT NULL,
  size BIGINT NOT NULL,
  virtual_size BIGINT NOT NULL,
  digest TEXT NOT NULL,
  checksum TEXT NOT NULL,
  refusal TEXT NOT NULL,
  min_disk_gib BIGINT NOT NULL,
  min_memory_mib BIGINT NOT NULL,
  is_protected BIGINT NOT NULL,
  is_hidden BIGINT NOT NULL,
  created_us BIGINT NOT NULL,
  updated_us BIGINT NOT NULL
, hash_algorithm TEXT NOT NULL DEFAULT '', hash_value TEXT NOT NULL DEFAULT '', unbootable TEXT NOT NULL DEFAULT '', staged_digest TEXT NOT NULL DEFAULT '', staged_size BIGINT NOT NULL DEFAULT 0, import_task TEXT NOT NULL DEFAULT '');

CREATE INDEX images_by_age ON images (created_us, id);

CREATE INDEX images_by_digest ON images (digest);

CREATE TABLE image_properties (
  image_id TEXT NOT NULL REFERENCES images (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (image_id, name)
);

CREATE TABLE image_tags (
  image_id TEXT NOT NULL REFERENCES images (id) ON DELETE CASCADE,
  tag TEXT NOT NULL,
  PRIMARY KEY (image_id, tag)
);

CREATE TABLE networks (
  id TEXT PRIMARY KEY,
  project_id TEXT NOT NULL,
  name TEXT NOT NULL,
  description TEXT NOT NULL,
  network_type TEXT NOT NULL,
  physical_network TEXT NOT NULL,
  mtu BIGINT NOT NULL,
  admin_state_up BIGINT NOT NULL,
  shared BIGINT NOT NULL,
  external BIGINT NOT NULL,
  created_us BIGINT NOT NULL,
  updated_us BIGINT NOT NULL
);

CREATE TABLE subnets (
  id TEXT PRIMARY KEY,
  network_id TEXT NOT NULL REFERENCES networks (id),
  project_id TEXT NOT NULL,
  name TEXT NOT NULL,
  description TEXT NOT NULL,
  cidr TEXT NOT NULL,
  gateway_ip TEXT NOT NULL,
  enable_dhcp BIGINT NOT NULL,
  created_us BIGINT NOT NULL,
  updated_us BIGINT NOT NULL
);

CREATE INDEX subnets_by_network ON subnets (network_id);

CREATE TABLE subnet_dns_nameservers (
  subnet_id TEXT NOT NULL REFERENCES subnets (id) ON DELETE CASCADE,
  position BIGINT NOT NULL,
  address TEXT NOT NULL,
  PRIMARY KEY (subnet_id, position)
);

CREATE TABLE allocation_pools (
  subnet_id TEXT NOT NULL REFERENCES subnets (id) ON DELETE CASCADE,
  position BIGINT NOT NULL,
  start_address TEXT NOT NULL,
  end_address TEXT NOT NULL,
  PRIMARY KEY (subnet_id, position)
);

CREATE TABLE ports (
  id TEXT PRIMARY KEY,
  network_id TEXT NOT NULL REFERENCES networks (id),
  project_id TEXT NOT NULL,
  name TEXT NOT NULL,
  mac TEXT NOT NULL,
  device_id TEXT NOT NULL,
  device_owner TEXT NOT NULL,
  host_id TEXT NOT NULL,
  admin_state_up BIGINT NOT NULL,
  position BIGINT NOT NULL,
  created_us BIGINT NOT NULL,
  updated_us BIGINT NOT NULL,
  UNIQUE (network_id, mac)
);

CREATE INDEX ports_by_device ON ports (device_id, position);

CREATE INDEX ports_by_host ON ports (host_id);

CREATE TABLE ip_allocations (
  subnet_id TEXT NOT NULL REFERENCES subnets (id),
  address TEXT NOT NULL,
  port_id TEXT NOT NULL REFERENCES ports (id) ON DELETE CASCADE,
  PRIMARY KEY (subnet_id, address)
);

CREATE INDEX ip_allocations_by_port ON ip_allocations (port_id);

CREATE TABLE instances (
  id TEXT PRIMARY KEY,
  number BIGINT NOT NULL,
  project_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  name TEXT NOT NULL,
  hostname TEXT NOT NULL,
  image_id TEXT NOT NULL,
  image_digest TEXT NOT NULL,
  image_format TEXT NOT NULL,
  image_size BIGINT NOT NULL,
  image_virtual_size BIGINT NOT NULL,
  key_name TEXT NOT NULL,
  public_key TEXT NOT NULL,
  user_data TEXT NOT NULL,
  config_drive BIGINT NOT NULL,
  flavor_id TEXT NOT NULL,
  flavor_name TEXT NOT NULL,
  vcpus BIGINT NOT NULL,
  memory_mib BIGINT NOT NULL,
  disk_gib BIGINT NOT NULL,
  ephemeral_gib BIGINT NOT NULL,
  swap_mib BIGINT NOT NULL,
  created_us BIGINT NOT NULL,
  updated_us BIGINT NOT NULL,
  deleted_us BIGINT NOT NULL,
  host_id TEXT NOT NULL,
  generation BIGINT NOT NULL,
  wish TEXT NOT NULL,
  verb TEXT NOT NULL,
  run_epoch BIGINT NOT NULL,
  observed_generation BIGINT NOT NULL,
  observed_run_epoch BIGINT NOT NULL,
  power TEXT NOT NULL,
  step TEXT NOT NULL,
  last_error TEXT NOT NULL,
  attempts BIGINT NOT NULL,
  next_try_us BIGINT NOT NULL,
  launched_us BIGINT NOT NULL,
  terminated_us BIGINT NOT NULL,
  fault_code BIGINT NOT NULL,
  fault_message TEXT NOT NULL,
  fault_us BIGINT NOT NULL
, disk_number BIGINT NOT NULL DEFAULT 1, disk_copy_of BIGINT NOT NULL DEFAULT 0, disk_kept BIGINT NOT NULL DEFAULT 0, disks_made BIGINT NOT NULL DEFAULT 1, observed_disk BIGINT NOT NULL DEFAULT 0, rescue_image_id TEXT NOT NULL DEFAULT '', rescue_digest TEXT NOT NULL DEFAULT '', rescue_format TEXT NOT NULL DEFAULT '', rescue_size BIGINT NOT NULL DEFAULT 0, rescue_virtual_size BIGINT NOT NULL DEFAULT 0, resizing TEXT NOT NULL DEFAULT 'none', old_flavor_id TEXT NOT NULL DEFAULT '', old_flavor_name TEXT NOT NULL DEFAULT '', old_vcpus BIGINT NOT NULL DEFAULT 0, old_memory_mib BIGINT NOT NULL DEFAULT 0, old_disk_gib BIGINT NOT NULL DEFAULT 0, old_ephemeral_gib BIGINT NOT NULL DEFAULT 0, old_swap_mib BIGINT NOT NULL DEFAULT 0, shelving TEXT NOT NULL DEFAULT 'none', shelve_image_id TEXT NOT NULL DEFAULT '', shelved_us BIGINT NOT NULL DEFAULT 0);

CREATE INDEX instances_by_project ON instances (project_id, deleted_us, created_us, id);

CREATE INDEX instances_by_age ON instances (deleted_us, created_us, id);

CREATE INDEX instances_by_host ON instances (host_id, deleted_us);

CREATE INDEX instances_by_digest ON instances (image_digest, deleted_us);

CREATE TABLE instance_metadata (
  instance_id TEXT NOT NULL REFERENCES instances (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (instance_id, name)
);

CREATE TABLE instance_actions (
  request_id TEXT NOT NULL,
  instance_id TEXT NOT NULL REFERENCES instances (id) ON DELETE CASCADE,
  action TEXT NOT NULL,
  user_id TEXT NOT NULL,
  project_id TEXT NOT NULL,
  message TEXT NOT NULL,
  start_us BIGINT NOT NULL,
  PRIMARY KEY (instance_id, request_id)
);

CREATE INDEX projects_by_parent ON projects (parent_id);

CREATE TABLE project_tags (
  project_id TEXT NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
  tag TEXT NOT NULL,
  PRIMARY KEY (project_id, tag)
);

CREATE INDEX project_tags_by_tag ON project_tags (tag);

CREATE TABLE groups (
  id TEXT PRIMARY KEY,
  domain_id TEXT NOT NULL REFERENCES domains (id),
  name TEXT NOT NULL,
  description TEXT NOT NULL,
  extra TEXT NOT NULL,
  UNIQUE (domain_id, name)
);

CREATE TABLE group_members (
  group_id TEXT NOT NULL REFERENCES groups (id) ON DELETE CASCADE,
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  PRIMARY KEY (group_id, user_id)
);

CREATE INDEX group_members_by_user ON group_members (user_id);

CREATE TABLE "roles" (
  id TEXT PRIMARY KEY,
  domain_id TEXT NOT NULL,
  name TEXT NOT NULL,
  description TEXT NOT NULL,
  options TEXT NOT NULL,
  extra TEXT NOT NULL,
  UNIQUE (domain_id, name)
);

CREATE TABLE grants (
  role_id TEXT NOT NULL REFERENCES "roles" (id) ON DELETE CASCADE,
  actor_kind TEXT NOT NULL,
  actor_id TEXT NOT NULL,
  target_kind TEXT NOT NULL,
  target_id TEXT NOT NULL,
  inherited BIGINT NOT NULL,
  PRIMARY KEY (actor_kind, actor_id, target_kind, target_id, inherited, role_id)
);

CREATE INDEX grants_by_target ON grants (target_kind, target_id);

CREATE INDEX grants_by_role ON grants (role_id);

CREATE TABLE implied_roles (
  prior_id TEXT NOT NULL REFERENCES roles (id) ON DELETE CASCADE,
  implied_id TEXT NOT NULL REFERENCES roles (id) ON DELETE CASCADE,
  PRIMARY KEY (prior_id, implied_id)
);

CREATE INDEX implied_roles_by_implied ON implied_roles (implied_id);

CREATE INDEX tokens_by_user ON tokens (user_id);

CREATE INDEX images_by_owner ON images (owner, created_us, id);

CREATE INDEX images_by_visibility ON images (visibility, created_us, id);

CREATE INDEX images_by_name ON images (name);

CREATE INDEX images_by_staged ON images (staged_digest);

CREATE TABLE image_locations (
  image_id TEXT NOT NULL REFERENCES images (id) ON DELETE CASCADE,
  store_id TEXT NOT NULL,
  PRIMARY KEY (image_id, store_id)
);

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

CREATE TABLE metadef_namespaces (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  display_name TEXT NOT NULL,
  description TEXT NOT NULL,
  is_public BIGINT NOT NULL,
  is_protected BIGINT NOT NULL,
  owner TEXT NOT NULL,
  created_us BIGINT NOT NULL,
  updated_us BIGINT NOT NULL
);

CREATE TABLE metadef_objects (
  namespace_id TEXT NOT NULL REFERENCES metadef_namespaces (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  description TEXT NOT NULL,
  required TEXT NOT NULL,
  properties TEXT NOT NULL,
  created_us BIGINT NOT NULL,
  updated_us BIGINT NOT NULL,
  PRIMARY KEY (namespace_id, name)
);

CREATE TABLE metadef_properties (
  namespace_id TEXT NOT NULL REFERENCES metadef_namespaces (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  definition TEXT NOT NULL,
  PRIMARY KEY (namespace_id, name)
);

CREATE TABLE metadef_tags (
  namespace_id TEXT NOT NULL REFERENCES metadef_namespaces (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  number BIGINT NOT NULL,
  created_us BIGINT NOT NULL,
  updated_us BIGINT NOT NULL,
  PRIMARY KEY (namespace_id, name)
);

CREATE TABLE metadef_resource_types (
  name TEXT PRIMARY KEY,
  created_us BIGINT NOT NULL,
  updated_us BIGINT NOT NULL
);

CREATE TABLE metadef_associations (
  namespace_id TEXT NOT NULL REFERENCES metadef_namespaces (id) ON DELETE CASCADE,
  resource_type TEXT NOT NULL REFERENCES metadef_resource_types (name),
  prefix TEXT NOT NULL,
  properties_target TEXT NOT NULL,
  created_us BIGINT NOT NULL,
  updated_us BIGINT NOT NULL,
  PRIMARY KEY (namespace_id, resource_type)
);

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

CREATE TABLE regions (
  id TEXT PRIMARY KEY,
  description TEXT NOT NULL,
  parent_id TEXT REFERENCES regions (id) ON DELETE CASCADE,
  extra TEXT NOT NULL
);

CREATE INDEX regions_by_parent ON regions (parent_id);

CREATE TABLE services (
  id TEXT PRIMARY KEY,
  type TEXT NOT NULL,
  name TEXT NOT NULL,
  enabled BIGINT NOT NULL,
  extra TEXT NOT NULL
);

CREATE TABLE endpoints (
  id TEXT PRIMARY KEY,
  service_id TEXT NOT NULL REFERENCES services (id) ON DELETE CASCADE,
  interface TEXT NOT NULL,
  region_id TEXT REFERENCES regions (id),
  url TEXT NOT NULL,
  own_path TEXT NOT NULL,
  enabled BIGINT NOT NULL,
  extra TEXT NOT NULL
);

CREATE INDEX endpoints_by_service ON endpoints (service_id);

CREATE INDEX endpoints_by_region ON endpoints (region_id);

CREATE TABLE endpoint_groups (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  description TEXT NOT NULL,
  filters TEXT NOT NULL
);

CREATE TABLE project_endpoints (
  project_id TEXT NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
  endpoint_id TEXT NOT NULL REFERENCES endpoints (id) ON DELETE CASCADE,
  PRIMARY KEY (project_id, endpoint_id)
);

CREATE INDEX project_endpoints_by_endpoint ON project_endpoints (endpoint_id);

CREATE TABLE project_endpoint_groups (
  project_id TEXT NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
  endpoint_group_id TEXT NOT NULL REFERENCES endpoint_groups (id) ON DELETE CASCADE,
  PRIMARY KEY (project_id, endpoint_group_id)
);

CREATE INDEX project_endpoint_groups_by_group ON project_endpoint_groups (endpoint_group_id);

CREATE TABLE policies (
  id TEXT PRIMARY KEY,
  type TEXT NOT NULL,
  blob TEXT NOT NULL,
  extra TEXT NOT NULL
);

CREATE TABLE policy_associations (
  policy_id TEXT NOT NULL REFERENCES policies (id) ON DELETE CASCADE,
  endpoint_id TEXT REFERENCES endpoints (id) ON DELETE CASCADE,
  service_id TEXT REFERENCES services (id) ON DELETE CASCADE,
  region_id TEXT REFERENCES regions (id) ON DELETE CASCADE
);

CREATE INDEX policy_associations_by_policy ON policy_associations (policy_id);

CREATE INDEX policy_associations_by_endpoint ON policy_associations (endpoint_id);

CREATE INDEX policy_associations_by_service ON policy_associations (service_id, region_id);

CREATE TABLE registered_limits (
  id TEXT PRIMARY KEY,
  service_id TEXT NOT NULL REFERENCES services (id),
  region_id TEXT REFERENCES regions (id),
  resource_name TEXT NOT NULL,
  default_limit BIGINT NOT NULL,
  description TEXT NOT NULL
);

CREATE UNIQUE INDEX registered_limits_by_resource
  ON registered_limits (service_id, resource_name, COALESCE(region_id, ''));

CREATE TABLE limits (
  id TEXT PRIMARY KEY,
  registered_limit_id TEXT NOT NULL REFERENCES registered_limits (id),
  project_id TEXT REFERENCES projects (id) ON DELETE CASCADE,
  domain_id TEXT REFERENCES domains (id) ON DELETE CASCADE,
  resource_limit BIGINT NOT NULL,
  description TEXT NOT NULL
);

CREATE UNIQUE INDEX limits_by_owner
  ON limits (registered_limit_id, COALESCE(project_id, ''), COALESCE(domain_id, ''));

CREATE INDEX limits_by_project ON limits (project_id);

CREATE INDEX limits_by_domain ON limits (domain_id);

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

CREATE TABLE domain_tags (
  domain_id TEXT NOT NULL REFERENCES domains (id) ON DELETE CASCADE,
  tag TEXT NOT NULL,
  PRIMARY KEY (domain_id, tag)
);

CREATE TABLE domain_config (
  domain_id TEXT NOT NULL REFERENCES domains (id) ON DELETE CASCADE,
  group_name TEXT NOT NULL,
  option_name TEXT NOT NULL,
  value TEXT NOT NULL,
  sensitive BIGINT NOT NULL,
  PRIMARY KEY (domain_id, group_name, option_name)
);

CREATE INDEX users_by_name ON users (name);

CREATE INDEX users_by_default_project ON users (default_project_id);

CREATE INDEX projects_by_name ON projects (name);

CREATE INDEX groups_by_name ON groups (name);

CREATE INDEX tokens_by_project ON tokens (project_id);

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

CREATE TABLE image_cache_queue (
  image_id TEXT PRIMARY KEY REFERENCES images (id) ON DELETE CASCADE,
  queued_us BIGINT NOT NULL
);

CREATE TABLE image_cache_drops (
  host_id TEXT NOT NULL REFERENCES hosts (id) ON DELETE CASCADE,
  digest TEXT NOT NULL,
  format TEXT NOT NULL,
  PRIMARY KEY (host_id, digest, format)
);

CREATE TABLE control_services (
  id TEXT PRIMARY KEY,
  number BIGINT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  host TEXT NOT NULL,
  started_us BIGINT NOT NULL,
  UNIQUE (host, name)
);

CREATE TABLE aggregates (
  number BIGINT PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL UNIQUE,
  created_us BIGINT NOT NULL,
  updated_us BIGINT NOT NULL
);

CREATE TABLE aggregate_hosts (
  aggregate_number BIGINT NOT NULL REFERENCES aggregates (number) ON DELETE CASCADE,
  host_id TEXT NOT NULL REFERENCES hosts (id) ON DELETE CASCADE,
  PRIMARY KEY (aggregate_number, host_id)
);

CREATE INDEX aggregate_hosts_by_host ON aggregate_hosts (host_id);

CREATE TABLE aggregate_metadata (
  aggregate_number BIGINT NOT NULL REFERENCES aggregates (number) ON DELETE CASCADE,
  name TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (aggregate_number, name)
);

CREATE TABLE image_cache_host_queue (
  host_id TEXT NOT NULL REFERENCES hosts (id) ON DELETE CASCADE,
  image_id TEXT NOT NULL REFERENCES images (id) ON DELETE CASCADE,
  queued_us BIGINT NOT NULL,
  PRIMARY KEY (host_id, image_id)
);

CREATE TABLE server_groups (
  id TEXT PRIMARY KEY,
  number BIGINT NOT NULL UNIQUE,
  project_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  name TEXT NOT NULL,
  policy TEXT NOT NULL,
  max_per_host BIGINT NOT NULL,
  created_us BIGINT NOT NULL
);

CREATE INDEX server_groups_by_project ON server_groups (project_id, number);

CREATE TABLE server_group_members (
  instance_id TEXT PRIMARY KEY REFERENCES instances (id) ON DELETE CASCADE,
  group_id TEXT NOT NULL REFERENCES server_groups (id) ON DELETE CASCADE
);

CREATE INDEX server_group_members_by_group ON server_group_members (group_id);

CREATE TABLE migrations (
  id TEXT PRIMARY KEY,
  number BIGINT NOT NULL UNIQUE,
  instance_id TEXT NOT NULL,
  type TEXT NOT NULL,
  status TEXT NOT NULL,
  source_host TEXT NOT NULL,
  dest_host TEXT NOT NULL,
  dest_address TEXT NOT NULL,
  old_flavor_number BIGINT NOT NULL,
  new_flavor_number BIGINT NOT NULL,
  user_id TEXT NOT NULL,
  project_id TEXT NOT NULL,
  hidden BIGINT NOT NULL,
  memory_total BIGINT NOT NULL,
  memory_processed BIGINT NOT NULL,
  memory_remaining BIGINT NOT NULL,
  disk_total BIGINT NOT NULL,
  disk_processed BIGINT NOT NULL,
  disk_remaining BIGINT NOT NULL,
  created_us BIGINT NOT NULL,
  updated_us BIGINT NOT NULL
);

CREATE INDEX migrations_by_age ON migrations (created_us, number);

CREATE INDEX migrations_by_instance ON migrations (instance_id, created_us);

CREATE TABLE placement_decisions (
  instance_id TEXT PRIMARY KEY REFERENCES instances (id) ON DELETE CASCADE,
  decided_us BIGINT NOT NULL,
  host_name TEXT NOT NULL,
  considered BIGINT NOT NULL,
  filters TEXT NOT NULL,
  near_misses TEXT NOT NULL,
  advice TEXT NOT NULL
);

CREATE TABLE host_strays (
  host_id TEXT NOT NULL REFERENCES hosts (id) ON DELETE CASCADE,
  instance_id TEXT NOT NULL,
  since_us BIGINT NOT NULL,
  PRIMARY KEY (host_id, instance_id)
);

CREATE TABLE flavor_extra_specs (
  flavor_id TEXT NOT NULL REFERENCES flavors (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (flavor_id, name)
);

CREATE TABLE flavor_access (
  flavor_id TEXT NOT NULL REFERENCES flavors (id) ON DELETE CASCADE,
  project_id TEXT NOT NULL,
  PRIMARY KEY (flavor_id, project_id)
);

CREATE INDEX keypairs_by_number ON keypairs (number);

CREATE TABLE compute_quotas (
  project_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  resource TEXT NOT NULL,
  hard_limit BIGINT NOT NULL,
  PRIMARY KEY (project_id, user_id, resource)
);

CREATE TABLE compute_quota_classes (
  class TEXT NOT NULL,
  resource TEXT NOT NULL,
  hard_limit BIGINT NOT NULL,
  PRIMARY KEY (class, resource)
);

CREATE INDEX instances_by_owner ON instances (project_id, user_id, deleted_us);

CREATE INDEX instances_by_end ON instances (project_id, id, terminated_us);

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

CREATE TABLE allocations (
  consumer_id TEXT NOT NULL REFERENCES consumers (id),
  provider_id TEXT NOT NULL,
  resource_class TEXT NOT NULL,
  used BIGINT NOT NULL,
  PRIMARY KEY (consumer_id, provider_id, resource_class),
  FOREIGN KEY (provider_id, resource_class) REFERENCES inventories (provider_id, resource_class)
);

CREATE INDEX allocations_by_inventory ON allocations (provider_id, resource_class);

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

CREATE INDEX users_listed ON users
  (id, domain_id, name, enabled, default_project_id, options, extra, password_expires_us);

CREATE INDEX instance_snapshots_by_instance ON instance_snapshots (instance_id);
