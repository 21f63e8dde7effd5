// SPDX-License-Identifier: Apache-2.0
// One SQLite connection with its prepared statements.
#pragma once

#include <sqlite3.h>

#include <initializer_list>
#include <string>
#include <string_view>
#include <unordered_map>

#include "common/cptr.h"
#include "db/store/database.h"

namespace virga::store {

/// Not thread-safe: one user at a time.
class Connection {
 public:
  /// @throws Error{unavailable}
  explicit Connection(const std::string& path);

  /// Runs one or more statements without parameters.
  void script(const std::string& sql);
  /// A prepared statement from the cache with its parameters bound.
  sqlite3_stmt* prepare(std::string_view sql, std::initializer_list<Value> values);
  /// Runs a statement to its end.  @return changed rows
  std::int64_t run(std::string_view sql, std::initializer_list<Value> values);
  /// Steps; true for a row.  @throws Error, and resets the statement
  bool step(sqlite3_stmt* statement);

 private:
  using Statement = CPtr<sqlite3_stmt, sqlite3_finalize>;
  [[noreturn]] void fail(int code, std::string_view what);

  CPtr<sqlite3, sqlite3_close_v2> handle_;
  std::unordered_map<std::string_view, Statement> statements_;
};

}  // namespace virga::store
