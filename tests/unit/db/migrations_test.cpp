// SPDX-License-Identifier: Apache-2.0
#include <sqlite3.h>

#include <map>
#include <set>

#include "common/cptr.h"
#include "common/file.h"
#include "db/store/allocations.h"
#include "db/store/hosts.h"
#include "db/store/inventories.h"
#include "db/store/resource_providers.h"
#include "tests/unit/db/store_fixture.h"

namespace virga::store {
namespace {

using Handle = CPtr<sqlite3, sqlite3_close_v2>;

Handle open_raw(const std::string& path) {
  sqlite3* raw = nullptr;
  EXPECT_EQ(sqlite3_open(path.c_str(), &raw), SQLITE_OK);
  return Handle(raw);
}

void run_sql(sqlite3& db, const std::string& sql) {
  ASSERT_EQ(sqlite3_exec(&db, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK)
      << sqlite3_errmsg(&db);
}

/// Every object of a schema with its text, blanks made equal.
std::set<std::string> schema_of(sqlite3& db) {
  std::set<std::string> objects;
  const auto add = [](void* into, int, char** columns, char**) {
    std::string text = columns[0];
    std::string flat;
    for (const char c : text) {
      const bool blank = c == ' ' || c == '\n';
      if (!blank || (!flat.empty() && flat.back() != ' ')) flat += blank ? ' ' : c;
    }
    static_cast<std::set<std::string>*>(into)->insert(flat);
    return 0;
  };
  const char* sql =
      "SELECT type || ' ' || name || ' ' || tbl_name || ': ' || coalesce(sql, '') FROM "
      "sqlite_master";
  EXPECT_EQ(sqlite3_exec(&db, sql, add, &objects, nullptr), SQLITE_OK);
  return objects;
}

/// A row of a table as it is at that time: texts are '', numbers 0, but for those that are given.
void insert_row(sqlite3& db, const std::string& table,
                const std::map<std::string, std::string>& given) {
  std::string names;
  std::string values;
  struct Into {
    std::string& names;
    std::string& values;
    const std::map<std::string, std::string>& given;
  } into{names, values, given};
  const auto add = [](void* to, int, char** columns, char**) {
    auto& i = *static_cast<Into*>(to);
    const std::string name = columns[1];
    const auto it = i.given.find(name);
    const bool text = std::string(columns[2]) == "TEXT";
    i.names += (i.names.empty() ? "" : ", ") + name;
    i.values += (i.values.empty() ? "" : ", ") +
                (it != i.given.end() ? it->second : std::string(text ? "''" : "0"));
    return 0;
  };
  ASSERT_EQ(sqlite3_exec(&db, ("PRAGMA table_info(" + table + ")").c_str(), add, &into, nullptr),
            SQLITE_OK);
  run_sql(db, "INSERT INTO " + table + " (" + names + ") VALUES (" + values + ")");
}

TEST(Migrations, TheirSumIsTheCurrentSchema) {
  const test::TempDir dir;
  { const Database made(dir.path("sum.db")); }
  const Handle sum = open_raw(dir.path("sum.db"));
  const Handle current = open_raw(dir.path("current.db"));
  run_sql(*current, read_file(VIRGA_SCHEMA_DIR "/current.sql").value());
  EXPECT_EQ(schema_of(*sum), schema_of(*current));
  EXPECT_GT(schema_of(*sum).size(), 20U);
}

TEST(Migrations, AreTheNumberedFilesInOrder) {
  std::set<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(VIRGA_SCHEMA_DIR))
    if (std::isdigit(static_cast<unsigned char>(entry.path().filename().string()[0])))
      files.insert(entry.path().stem());
  ASSERT_EQ(migrations().size(), files.size());
  std::size_t n = 0;
  for (const auto& file : files) {
    EXPECT_EQ(migrations()[n].name, file);
    EXPECT_EQ(std::stoul(file.substr(0, 4)), ++n) << "numbers have no gaps";
    EXPECT_EQ(read_file(VIRGA_SCHEMA_DIR "/" + file + ".sql"), migrations()[n - 1].sql);
  }
}

TEST(Migrations, OpeningAgainChangesNothing) {
  const test::TempDir dir;
  {
    Database db(dir.path("d.db"));
    db.write([](WriteTx& tx) { tx.exec("INSERT INTO settings (name, value) VALUES ('a', 'b')"); });
  }
  Database db(dir.path("d.db"));
  EXPECT_EQ(db.read([](ReadTx& tx) {
    Rows rows = tx.query("SELECT value FROM settings WHERE name = 'a'");
    return rows.next() ? rows.text(0) : "";
  }),
            "b");
}

TEST(Migrations, PlacementTakesOverHostsAndTheirAllocations) {
  const test::TempDir dir;
  const Handle raw = open_raw(dir.path("d.db"));
  int applied = 0;
  for (const auto& migration : migrations()) {
    if (migration.name == "0015_placement") break;
    run_sql(*raw, std::string(migration.sql));
    ++applied;
  }
  run_sql(*raw, "PRAGMA user_version = " + std::to_string(applied));
  insert_row(*raw, "hosts",
             {{"id", "'h1'"},
              {"name", "'one'"},
              {"generation", "7"},
              {"vcpus", "8"},
              {"memory_mib", "4096"},
              {"disk_gib", "100"}});
  insert_row(*raw, "hosts", {{"id", "'h2'"}, {"name", "'two'"}, {"enabled", "1"}});
  insert_row(*raw, "aggregates", {{"number", "1"}, {"id", "'a1'"}, {"name", "'fast'"}});
  insert_row(*raw, "aggregate_hosts", {{"aggregate_number", "1"}, {"host_id", "'h1'"}});
  insert_row(*raw, "instances", {{"id", "'i1'"}, {"project_id", "'p1'"}, {"host_id", "'h1'"}});
  insert_row(
      *raw, "allocations",
      {{"instance_id", "'i1'"}, {"host_id", "'h1'"}, {"vcpus", "2"}, {"memory_mib", "1024"}});
  Database db(dir.path("d.db"));
  db.read([](ReadTx& tx) {
    const auto host = hosts::find(tx, "h1");
    ASSERT_TRUE(host);
    EXPECT_EQ(host->generation, 7) << "it guards on";
    const auto inventories = inventories::of_provider(tx, "h1");
    EXPECT_EQ(inventories.at("VCPU").used, 2);
    EXPECT_EQ(inventories.at("VCPU").capacity(), 32);
    EXPECT_EQ(inventories.at("MEMORY_MB").capacity(), 4096 - 512);
    EXPECT_EQ(inventories::of_provider(tx, "h2").size(), 0U) << "it has told nothing yet";
    EXPECT_EQ(allocations::of_consumer(tx, "i1").at("h1"),
              (model::Resources{{"MEMORY_MB", 1024}, {"VCPU", 2}}));
    EXPECT_EQ(allocations::find_consumer(tx, "i1")->project_id, "p1");
    EXPECT_EQ(resource_providers::traits_of(tx, "h1"),
              std::set<std::string>{"COMPUTE_STATUS_DISABLED"});
    EXPECT_EQ(resource_providers::aggregates_of(tx, "h1"), std::set<std::string>{"a1"});
  });
}

TEST(Migrations, ADatabaseOfANewerReleaseIsRefused) {
  const test::TempDir dir;
  { const Database made(dir.path("d.db")); }
  run_sql(*open_raw(dir.path("d.db")), "PRAGMA user_version = 9999");
  EXPECT_EQ(kind_of([&] { const Database again(dir.path("d.db")); }), ErrorKind::invalid);
}

TEST(Migrations, AFileThatIsNoDatabaseIsRefused) {
  const test::TempDir dir;
  write_file_atomic(dir.path("d.db"), std::string(8192, 'x'));
  EXPECT_THROW(Database(dir.path("d.db")), Error);
  EXPECT_EQ(kind_of([&] { const Database none(dir.path("no/such/folder.db")); }),
            ErrorKind::unavailable);
}

}  // namespace
}  // namespace virga::store
