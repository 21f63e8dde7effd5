// SPDX-License-Identifier: Apache-2.0
#include "db/store/hosts.h"

#include "common/error.h"
#include "db/store/inventories.h"
#include "db/store/resource_providers.h"

// Of hosts h and of the providers p that they are: these have the generation.
#define SELECT_HOSTS                                                                   \
  "SELECT h.id, h.name, h.number, h.enabled, h.disabled_reason, h.certificate_sha256," \
  " p.generation, h.vcpus, h.memory_mib, h.disk_gib, h.address, h.virt_type,"          \
  " h.hypervisor_version, h.cpu_info, h.last_seen_us, h.created_us, h.updated_us,"     \
  " h.forced_down, h.booted_us, h.load_average, h.users"                               \
  " FROM hosts h JOIN resource_providers p ON p.id = h.id"

namespace virga::store::hosts {
namespace {

model::Host read(const Rows& r) {
  model::Host h;
  h.id = r.text(0);
  h.name = r.text(1);
  h.number = r.integer(2);
  h.enabled = r.flag(3);
  h.disabled_reason = r.text(4);
  h.certificate_sha256 = r.text(5);
  h.generation = r.integer(6);
  h.vcpus = r.integer(7);
  h.memory_mib = r.integer(8);
  h.disk_gib = r.integer(9);
  h.address = r.text(10);
  h.virt_type = r.text(11);
  h.hypervisor_version = r.text(12);
  h.cpu_info = r.text(13);
  h.last_seen_us = r.integer(14);
  h.created_us = r.integer(15);
  h.updated_us = r.integer(16);
  h.forced_down = r.flag(17);
  h.booted_us = r.integer(18);
  h.load_average = r.text(19);
  h.users = r.integer(20);
  return h;
}

// The trait by which Placement tells that a host gets no instances.
constexpr const char* kDisabledTrait = "COMPUTE_STATUS_DISABLED";

void require_one(std::int64_t changed, const std::string& id) {
  if (changed == 0) throw Error(ErrorKind::not_found, "Host " + id + " could not be found.");
}

}  // namespace

void insert(WriteTx& tx, const model::Host& h) {
  if (find_named(tx, h.name))
    throw Error(ErrorKind::conflict, "Host '" + h.name + "' already exists.");
  resource_providers::insert(tx,
                             {h.id, h.name, h.generation, h.id, "", h.created_us, h.updated_us});
  tx.exec(
      "INSERT INTO hosts (id, name, number, enabled, disabled_reason, certificate_sha256, vcpus,"
      " memory_mib, disk_gib, address, virt_type, hypervisor_version, cpu_info, last_seen_us,"
      " created_us, updated_us, forced_down, booted_us, load_average, users)"
      " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18,"
      " $19, $20)",
      h.id, h.name, h.number, h.enabled, h.disabled_reason, h.certificate_sha256, h.vcpus,
      h.memory_mib, h.disk_gib, h.address, h.virt_type, h.hypervisor_version, h.cpu_info,
      h.last_seen_us, h.created_us, h.updated_us, h.forced_down, h.booted_us, h.load_average,
      h.users);
  inventories::keep(tx, h.id, {h.vcpus, h.memory_mib, h.disk_gib}, h.updated_us);
  if (!h.enabled) resource_providers::add_trait(tx, h.id, kDisabledTrait);
}

std::optional<model::Host> find(ReadTx& tx, const std::string& id) {
  Rows rows = tx.query(SELECT_HOSTS " WHERE h.id = $1", id);
  if (!rows.next()) return std::nullopt;
  return read(rows);
}

std::string find_name(ReadTx& tx, const std::string& id) {
  Rows rows = tx.query("SELECT name FROM hosts WHERE id = $1", id);
  return rows.next() ? rows.text(0) : "";
}

std::optional<model::Host> find_named(ReadTx& tx, const std::string& name) {
  Rows rows = tx.query(SELECT_HOSTS " WHERE h.name = $1", name);
  if (!rows.next()) return std::nullopt;
  return read(rows);
}

std::optional<model::Host> find_certificate(ReadTx& tx, const std::string& sha256) {
  if (sha256.empty()) return std::nullopt;
  Rows rows = tx.query(SELECT_HOSTS " WHERE h.certificate_sha256 = $1", sha256);
  if (!rows.next()) return std::nullopt;
  return read(rows);
}

std::vector<model::Host> list(ReadTx& tx) {
  Rows rows = tx.query(SELECT_HOSTS " ORDER BY h.number");
  std::vector<model::Host> hosts;
  while (rows.next()) hosts.push_back(read(rows));
  return hosts;
}

void set_observed(WriteTx& tx, const std::string& id, const model::ObservedHost& seen,
                  TimeUs now_us) {
  require_one(
      tx.exec("UPDATE hosts SET vcpus = $1, memory_mib = $2, disk_gib = $3, address = $4,"
              " virt_type = $5, hypervisor_version = $6, cpu_info = $7, last_seen_us = $8,"
              " updated_us = $9, booted_us = $10, load_average = $11, users = $12 WHERE id = $13",
              seen.vcpus, seen.memory_mib, seen.disk_gib, seen.address, seen.virt_type,
              seen.hypervisor_version, seen.cpu_info, now_us, now_us, seen.booted_us,
              seen.load_average, seen.users, id),
      id);
  if (inventories::keep(tx, id, {seen.vcpus, seen.memory_mib, seen.disk_gib}, now_us))
    resource_providers::touch(tx, id);
}

void touch(WriteTx& tx, const std::string& id, TimeUs now_us) {
  require_one(tx.exec("UPDATE hosts SET last_seen_us = $1 WHERE id = $2", now_us, id), id);
}

void set_certificate(WriteTx& tx, const std::string& id, const std::string& sha256) {
  require_one(tx.exec("UPDATE hosts SET certificate_sha256 = $1 WHERE id = $2", sha256, id), id);
  tx.notify("host-access", id);
}

void set_enabled(WriteTx& tx, const std::string& id, bool enabled, const std::string& reason) {
  require_one(tx.exec("UPDATE hosts SET enabled = $1, disabled_reason = $2 WHERE id = $3", enabled,
                      reason, id),
              id);
  if (enabled)
    resource_providers::remove_trait(tx, id, kDisabledTrait);
  else
    resource_providers::add_trait(tx, id, kDisabledTrait);
  tx.notify("host", id);  // only an enabled host fetches images ahead
}

void set_forced_down(WriteTx& tx, const std::string& id, bool forced_down) {
  require_one(tx.exec("UPDATE hosts SET forced_down = $1 WHERE id = $2", forced_down, id), id);
}

bool has_instances(ReadTx& tx, const std::string& id) {
  Rows rows = tx.query("SELECT 1 FROM instances WHERE host_id = $1 AND deleted_us = 0 LIMIT 1", id);
  return rows.next();
}

void erase(WriteTx& tx, const std::string& id) {
  require_one(tx.exec("DELETE FROM hosts WHERE id = $1", id), id);
  resource_providers::erase(tx, id);
  tx.notify("host-access", id);
}

void guard(WriteTx& tx, const std::string& id, std::int64_t generation) {
  if (!resource_providers::guard(tx, id, generation))
    throw Error(ErrorKind::conflict, "Host " + id + " was changed by another request.");
}

void insert(WriteTx& tx, const model::Enrolment& e) {
  tx.exec("INSERT INTO enrolments (token_hash, host_name, expires_us) VALUES ($1, $2, $3)",
          e.token_hash, e.host_name, e.expires_us);
}

std::optional<model::Enrolment> take_enrolment(WriteTx& tx, const std::string& token_hash) {
  std::optional<model::Enrolment> taken;
  {
    Rows rows =
        tx.query("SELECT token_hash, host_name, expires_us FROM enrolments WHERE token_hash = $1",
                 token_hash);
    if (!rows.next()) return std::nullopt;
    taken = model::Enrolment{rows.text(0), rows.text(1), rows.integer(2)};
  }
  tx.exec("DELETE FROM enrolments WHERE token_hash = $1", token_hash);
  return taken;
}

void erase_expired_enrolments(WriteTx& tx, TimeUs now_us) {
  tx.exec("DELETE FROM enrolments WHERE expires_us < $1", now_us);
}

}  // namespace virga::store::hosts
