// SPDX-License-Identifier: Apache-2.0
#include "api/virgad/bootstrap.h"

#include "api/identity/catalog.h"
#include "api/identity/passwords.h"
#include "common/error.h"
#include "common/file.h"
#include "common/random.h"
#include "db/store/credentials.h"
#include "db/store/domains.h"
#include "db/store/grants.h"
#include "db/store/projects.h"
#include "db/store/roles.h"
#include "db/store/settings.h"
#include "db/store/users.h"

namespace virga::virgad {
namespace {

using store::WriteTx;

constexpr const char* kKeyInUse = "sealing-key";  // a setting: its fingerprint

model::Role ensure_role(WriteTx& tx, const std::string& name) {
  if (auto role = store::roles::find_named(tx, name)) return std::move(*role);
  const model::Role role{new_hex_id(), name};
  store::roles::insert(tx, role);
  return role;
}

model::Project ensure_project(WriteTx& tx, const std::string& domain_id) {
  if (auto found = store::projects::find_named(tx, domain_id, "admin")) return std::move(*found);
  const model::Project project{new_hex_id(), domain_id, "admin", "The administrators' project.",
                               true};
  store::projects::insert(tx, project);
  return project;
}

}  // namespace

agent_link::KeyedCertificate ensure_authority(const std::string& directory) {
  make_directories(directory, 0700);
  const auto certificate = read_file(directory + "/authority.crt");
  const auto key = read_file(directory + "/authority.key");
  if (certificate && key) return {*certificate, *key};
  const auto made = agent_link::make_authority("Virga " + new_hex_id().substr(0, 8));
  write_file_atomic(directory + "/authority.key", made.private_key, 0600);
  write_file_atomic(directory + "/authority.crt", made.certificate, 0644);
  return made;
}

identity::Sealer ensure_sealer(const Config& config, store::Database& db) {
  const std::string path = config.sealing_key();
  const bool needed = db.read([](store::ReadTx& tx) { return store::credentials::any_sealed(tx); });
  if (needed && !read_file(path))
    throw Error(ErrorKind::invalid, "The file " + path +
                                        " is missing: the database holds secrets that open with it "
                                        "alone. Restore it from a backup.");
  const auto sealer = identity::Sealer::with_key_file(path);
  const std::string fingerprint = sealer.fingerprint();
  db.write([&](WriteTx& tx) {
    const auto known = store::settings::find(tx, kKeyInUse);
    if (known == fingerprint) return;
    if (known && needed)
      throw Error(ErrorKind::invalid, "The file " + path +
                                          " holds another key than the one that sealed the "
                                          "secrets of the database. Restore it from a backup.");
    store::settings::set(tx, kKeyInUse, fingerprint);
  });
  return sealer;
}

std::string bootstrap(const Config& config, const std::string& password) {
  make_directories(config.state_directory, 0700);
  ensure_authority(config.authority());
  store::Database db(config.database());
  identity::Passwords passwords;
  const bool there = db.read([](store::ReadTx& tx) {
    return store::users::find_named(tx, "default", "admin").has_value();
  });
  const std::string generated = there || !password.empty() ? "" : random_secret(18);
  const std::string chosen = password.empty() ? generated : password;
  const std::string hash = chosen.empty() ? "" : passwords.hash(chosen);
  ensure_sealer(config, db);  // made now, so that a backup has it
  db.write([&](WriteTx& tx) {
    identity::ensure_own_catalog(tx, config.region);
    if (!store::domains::find(tx, "default"))
      store::domains::insert(tx, model::Domain{"default", "Default", "The default domain", true});
    const model::Project project = ensure_project(tx, "default");
    auto user = store::users::find_named(tx, "default", "admin");
    if (!user) {
      user = model::User{new_hex_id(), "default", "admin", hash, true};
      store::users::insert(tx, *user);
    } else if (!hash.empty()) {
      store::users::set_password_hash(tx, user->id, hash);
      if (!user->enabled) store::users::set_enabled(tx, user->id, true);
    }
    std::string above;  // each role implies the next
    for (const char* name : {"admin", "manager", "member", "reader"}) {
      const model::Role role = ensure_role(tx, name);
      if (above.empty())
        store::grants::insert(tx,
                              {.role_id = role.id, .actor_id = user->id, .target_id = project.id});
      else
        store::roles::imply(tx, above, role.id);
      above = role.id;
    }
    store::grants::insert(tx, {.role_id = store::roles::find_named(tx, "admin")->id,
                               .actor_id = user->id,
                               .target_kind = model::TargetKind::system,
                               .target_id = "all"});
  });
  return generated;
}

}  // namespace virga::virgad
