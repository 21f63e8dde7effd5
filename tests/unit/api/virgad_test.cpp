// SPDX-License-Identifier: Apache-2.0
// The control plane's configuration and its first rows.
#include <sys/stat.h>

#include <filesystem>

#include "api/identity/passwords.h"
#include "api/virgad/bootstrap.h"
#include "api/virgad/config.h"
#include "common/file.h"
#include "db/store/credentials.h"
#include "db/store/grants.h"
#include "db/store/projects.h"
#include "db/store/roles.h"
#include "db/store/users.h"
#include "tests/unit/common/test_support.h"

namespace virga::virgad {
namespace {

using test::kind_of;
using test::message_of;

class ConfigTest : public testing::Test {
 protected:
  Config load(const std::string& text) {
    write_file_atomic(dir_.path("virga.yaml"), text);
    return load_config(dir_.path("virga.yaml"));
  }
  const test::TempDir dir_;
};

TEST_F(ConfigTest, AnEmptyFileHasGoodDefaults) {
  const Config c = load("");
  EXPECT_EQ(c.api.port, 8774);
  EXPECT_EQ(c.agent_link.port, 8775);
  EXPECT_EQ(c.api.address, "127.0.0.1");
  EXPECT_EQ(c.database(), "/var/lib/virga/control/virga.db");
  EXPECT_EQ(c.region, "RegionOne");
}

TEST_F(ConfigTest, ReadsItsKeysAndLeavesTheAgentsAlone) {
  const Config c = load(
      "region: north\n"
      "agent: {anything: 1}\n"
      "control: {state_directory: /srv/virga, cpu_ratio_percent: 100, log_level: debug}\n"
      "api: {address: 0.0.0.0, port: 443, public_url: 'https://c', tls: {certificate: /c, "
      "private_key: /k}}\n"
      "agent_link: {port: 9000, names: [a, b]}\n");
  EXPECT_EQ(c.region, "north");
  EXPECT_EQ(c.state_directory, "/srv/virga");
  EXPECT_EQ(c.cpu_ratio_percent, 100);
  EXPECT_EQ(c.api.port, 443);
  EXPECT_EQ(c.api.tls.certificate, "/c");
  EXPECT_EQ(c.agent_link.port, 9000);
  EXPECT_EQ(c.agent_link_names, (std::vector<std::string>{"a", "b"}));
}

TEST_F(ConfigTest, ATypoIsFoundAtStart) {
  EXPECT_NE(message_of([&] { load("api: {prot: 1}\n"); }).find("unknown key 'prot'"),
            std::string::npos);
  EXPECT_EQ(kind_of([&] { load("contrl: {}\n"); }), ErrorKind::invalid);
  EXPECT_EQ(kind_of([&] { load("api: {tls: {verify: no}}\n"); }), ErrorKind::invalid);
  EXPECT_EQ(kind_of([&] { load("api: {port: 70000}\n"); }), ErrorKind::invalid);
  EXPECT_EQ(kind_of([&] { load("control: {cpu_ratio_percent: 0}\n"); }), ErrorKind::invalid);
}

class BootstrapTest : public testing::Test {
 protected:
  BootstrapTest() { config_.state_directory = dir_.path("control"); }
  std::string hash_of_admin() {
    store::Database db(config_.database());
    return db.read([](store::ReadTx& tx) {
      return store::users::find_named(tx, "default", "admin")->password_hash;
    });
  }
  unsigned mode_of(const std::string& path) {
    struct stat facts {};
    EXPECT_EQ(::stat(path.c_str(), &facts), 0) << path;
    return facts.st_mode & 0777U;
  }
  const test::TempDir dir_;
  Config config_;
};

TEST_F(BootstrapTest, MakesAnAdministratorWithAGeneratedPassword) {
  const std::string password = bootstrap(config_, "");
  EXPECT_GE(password.size(), 20U);
  EXPECT_TRUE(identity::Passwords().verify(hash_of_admin(), password));
  store::Database db(config_.database());
  db.read([](store::ReadTx& tx) {
    const auto user = store::users::find_named(tx, "default", "admin").value();
    const auto project = store::projects::find_named(tx, "default", "admin").value();
    EXPECT_EQ(
        store::grants::list_roles(tx, user.id, model::TargetKind::project, project.id).front().name,
        "admin");
    for (const char* role : {"admin", "manager", "member", "reader"})
      EXPECT_TRUE(store::roles::find_named(tx, role)) << role;
  });
}

TEST_F(BootstrapTest, AgainChangesNothing) {
  bootstrap(config_, "");
  const std::string hash = hash_of_admin();
  const auto authority = ensure_authority(config_.authority());
  EXPECT_EQ(bootstrap(config_, ""), "");
  EXPECT_EQ(hash_of_admin(), hash);
  EXPECT_EQ(ensure_authority(config_.authority()).certificate, authority.certificate);
}

TEST_F(BootstrapTest, AGivenPasswordReplacesTheOld) {
  bootstrap(config_, "");
  store::Database db(config_.database());
  const auto admin = [&] {
    return db.read(
        [](store::ReadTx& tx) { return store::users::find_named(tx, "default", "admin").value(); });
  };
  db.write([&](store::WriteTx& tx) { store::users::set_enabled(tx, admin().id, false); });
  bootstrap(config_, "");
  EXPECT_FALSE(admin().enabled);
  EXPECT_EQ(bootstrap(config_, "chosen"), "");
  EXPECT_TRUE(identity::Passwords().verify(hash_of_admin(), "chosen"));
  EXPECT_TRUE(admin().enabled) << "so that who locked himself out comes back";
}

TEST_F(BootstrapTest, AKeyThatIsLostIsNotReplacedInSilence) {
  bootstrap(config_, "x");
  store::Database db(config_.database());
  const std::string key = config_.sealing_key();
  const std::string sealed = ensure_sealer(config_, db).seal("s", "credential/c");
  std::filesystem::remove(key);
  ensure_sealer(config_, db);  // nothing was sealed: a new key does no harm
  EXPECT_THROW(ensure_sealer(config_, db).open(sealed, "credential/c"), Error);
  db.write([](store::WriteTx& tx) {
    const auto user = store::users::find_named(tx, "default", "admin").value();
    store::credentials::insert(tx, {"c", user.id, "", "totp", "sealed", "{}"});
  });
  std::filesystem::rename(key, key + ".kept");
  EXPECT_NE(message_of([&] { ensure_sealer(config_, db); }).find("is missing"), std::string::npos);
  EXPECT_EQ(kind_of([&] { bootstrap(config_, ""); }), ErrorKind::invalid);
  EXPECT_FALSE(read_file(key)) << "none was made";
  identity::Sealer::with_key_file(key);  // another one
  EXPECT_NE(message_of([&] { ensure_sealer(config_, db); }).find("another key"), std::string::npos);
  std::filesystem::rename(key + ".kept", key);
  ensure_sealer(config_, db);
}

TEST_F(BootstrapTest, SecretsAreForTheOwnerOnly) {
  bootstrap(config_, "x");
  EXPECT_EQ(mode_of(config_.state_directory), 0700U);
  EXPECT_EQ(mode_of(config_.authority()), 0700U);
  EXPECT_EQ(mode_of(config_.authority() + "/authority.key"), 0600U);
}

}  // namespace
}  // namespace virga::virgad
