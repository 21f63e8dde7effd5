// SPDX-License-Identifier: Apache-2.0
#include "db/store/src/connection.h"

#include "common/error.h"

namespace virga::store {
namespace {

constexpr int kBusyMs = 10'000;  // another process (virgad's own commands) may hold the write lock

/// SQLite's statistics of its memory take a lock at each allocation; nobody reads them.
void configure_once() {
  static const int done = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  (void)done;
}

}  // namespace

Connection::Connection(const std::string& path) {
  configure_once();
  sqlite3* raw = nullptr;
  const int code =
      sqlite3_open_v2(path.c_str(), &raw,
                      SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
  handle_.reset(raw);
  if (code != SQLITE_OK)
    throw Error(ErrorKind::unavailable,
                "The database " + path + " cannot be opened: " + sqlite3_errstr(code) + ".");
  sqlite3_extended_result_codes(raw, 1);
  sqlite3_busy_timeout(raw, kBusyMs);
  script(
      "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
      "PRAGMA cache_size=-2048; PRAGMA temp_store=MEMORY;");
}

void Connection::fail(int code, std::string_view what) {
  const std::string text = sqlite3_errmsg(handle_.get());
  switch (code & 0xff) {
    case SQLITE_CONSTRAINT:
      throw Error(ErrorKind::conflict, "A constraint refused it: " + text);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_FULL:
    case SQLITE_IOERR:
      throw Error(ErrorKind::unavailable, "The database does not answer: " + text);
    default:
      throw Error(ErrorKind::internal, "Database error " + std::to_string(code) + " (" + text +
                                           ") in: " + std::string(what.substr(0, 200)));
  }
}

void Connection::script(const std::string& sql) {
  const int code = sqlite3_exec(handle_.get(), sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) fail(code, sql);
}

sqlite3_stmt* Connection::prepare(std::string_view sql, std::initializer_list<Value> values) {
  Statement& cached = statements_[sql];
  if (!cached) {
    sqlite3_stmt* raw = nullptr;
    const int code = sqlite3_prepare_v3(handle_.get(), sql.data(), static_cast<int>(sql.size()),
                                        SQLITE_PREPARE_PERSISTENT, &raw, nullptr);
    if (code != SQLITE_OK) fail(code, sql);
    cached.reset(raw);
  }
  if (sqlite3_stmt_busy(cached.get()) != 0)
    throw Error(ErrorKind::internal, "A statement is used while its rows are still being read: " +
                                         std::string(sql.substr(0, 200)));
  if (sqlite3_bind_parameter_count(cached.get()) != static_cast<int>(values.size()))
    throw Error(ErrorKind::internal, "A statement has not as many values as parameters: " +
                                         std::string(sql.substr(0, 200)));
  int index = 0;
  for (const Value& value : values) {
    ++index;
    int code = SQLITE_OK;
    if (const auto* number = std::get_if<std::int64_t>(&value)) {
      code = sqlite3_bind_int64(cached.get(), index, *number);
    } else {
      const auto text = std::get<std::string_view>(value);
      code = sqlite3_bind_text64(cached.get(), index, text.data() == nullptr ? "" : text.data(),
                                 text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
    }
    if (code != SQLITE_OK) fail(code, sql);
  }
  return cached.get();
}

bool Connection::step(sqlite3_stmt* statement) {
  const int code = sqlite3_step(statement);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  const std::string what = sqlite3_sql(statement);
  sqlite3_reset(statement);
  fail(code, what);
}

std::int64_t Connection::run(std::string_view sql, std::initializer_list<Value> values) {
  sqlite3_stmt* statement = prepare(sql, values);
  while (step(statement)) {
  }
  sqlite3_reset(statement);
  return sqlite3_changes64(handle_.get());
}

Rows::Rows(Connection& connection, void* statement)
    : connection_(connection), statement_(statement) {}

Rows::~Rows() {
  sqlite3_reset(static_cast<sqlite3_stmt*>(statement_));
}

bool Rows::next() {
  return connection_.step(static_cast<sqlite3_stmt*>(statement_));
}

std::string_view Rows::view(int column) const {
  auto* statement = static_cast<sqlite3_stmt*>(statement_);
  const auto* bytes = sqlite3_column_text(statement, column);
  if (bytes == nullptr) return {};
  return {reinterpret_cast<const char*>(bytes),
          static_cast<std::size_t>(sqlite3_column_bytes(statement, column))};
}

std::int64_t Rows::integer(int column) const {
  return sqlite3_column_int64(static_cast<sqlite3_stmt*>(statement_), column);
}

Rows ReadTx::start(std::string_view sql, std::initializer_list<Value> values) {
  return Rows(connection_, connection_.prepare(sql, values));
}

std::int64_t WriteTx::run(std::string_view sql, std::initializer_list<Value> values) {
  return connection_.run(sql, values);
}

}  // namespace virga::store
