// SPDX-License-Identifier: Apache-2.0
#include <sqlite3.h>

#include <set>

#include "common/cptr.h"
#include "common/file.h"
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
