// SPDX-License-Identifier: Apache-2.0
// The database: snapshots for reading, and one writer that commits what many callers want in
// groups.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

namespace virga::store {

/// A bound parameter. Text is not copied: it must live until the call returns.
using Value = std::variant<std::int64_t, std::string_view>;
inline Value value_of(std::int64_t v) {
  return v;
}
inline Value value_of(int v) {
  return std::int64_t{v};
}
inline Value value_of(bool v) {
  return std::int64_t{v ? 1 : 0};
}
inline Value value_of(std::string_view v) {
  return v;
}
inline Value value_of(const std::string& v) {
  return std::string_view(v);
}
inline Value value_of(const char* v) {
  return std::string_view(v);
}

class Connection;

/// The rows of a running query. Ends (and frees the statement) with its scope.
class Rows {
 public:
  Rows(Connection& connection, void* statement);
  Rows(const Rows&) = delete;
  Rows& operator=(const Rows&) = delete;
  ~Rows();

  /// Steps to the next row; false after the last.  @throws Error{unavailable, conflict, internal}
  bool next();
  /// Of NULL: empty.
  std::string text(int column) const { return std::string(view(column)); }
  /// The same without a copy, until the next call of next().
  std::string_view view(int column) const;
  std::int64_t integer(int column) const;
  bool flag(int column) const { return integer(column) != 0; }

 private:
  Connection& connection_;
  void* statement_;
};

/// An open transaction that sees one snapshot. Bound to its thread.
class ReadTx {
 public:
  explicit ReadTx(Connection& connection) : connection_(connection) {}
  ReadTx(const ReadTx&) = delete;
  ReadTx& operator=(const ReadTx&) = delete;

  /// Runs a SELECT (or a statement with RETURNING). `sql` must be a literal: it is the key of the
  /// statement cache. Parameters are $1, $2 ... in order of their first use.
  template <class... Args>
  Rows query(std::string_view sql, const Args&... args) {
    return start(sql, {value_of(args)...});
  }

 protected:
  Rows start(std::string_view sql, std::initializer_list<Value> values);
  Connection& connection_;
};

/// A topic and a key that a commit changed: {"host", id}.
struct Change {
  std::string topic;
  std::string key;
};

/// An open transaction that may change rows. Exists only inside Database::write.
class WriteTx : public ReadTx {
 public:
  using ReadTx::ReadTx;

  /// Runs a statement.  @return the number of rows it changed
  /// @throws Error{conflict} when a uniqueness or reference constraint refuses it
  template <class... Args>
  std::int64_t exec(std::string_view sql, const Args&... args) {
    return run(sql, {value_of(args)...});
  }

  /// Tells the subscribers about a change, once it is durable.
  void notify(std::string topic, std::string key) {
    changes_.push_back({std::move(topic), std::move(key)});
  }
  std::vector<Change>& changes() { return changes_; }

 private:
  std::int64_t run(std::string_view sql, std::initializer_list<Value> values);
  std::vector<Change> changes_;
};

/// A SQLite database in WAL mode, synchronous=FULL. Thread-safe.
class Database {
 public:
  /// Opens or creates it, brings the schema up to date.
  /// @throws Error{unavailable} when it cannot be opened, Error{invalid} when a newer release wrote
  /// it
  explicit Database(const std::string& path);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  /// Calls f(ReadTx&) with a snapshot and returns its result.
  template <class F>
  std::invoke_result_t<F, ReadTx&> read(F f) {
    Lease lease(*this);
    ReadTx tx(lease.connection());
    return f(tx);
  }

  /// Calls f(WriteTx&) on the writer's thread, together with the calls of other threads in one
  /// commit; returns its result once that commit is durable. When f throws, only its own changes
  /// are undone. f must not wait for anything, and must not call read() or write().
  template <class F>
  std::invoke_result_t<F, WriteTx&> write(F f) {
    using R = std::invoke_result_t<F, WriteTx&>;
    if constexpr (std::is_void_v<R>) {
      submit([&](WriteTx& tx) { f(tx); });
    } else {
      std::optional<R> result;
      submit([&](WriteTx& tx) { result.emplace(f(tx)); });
      return std::move(*result);
    }
  }

  /// Adds a listener, called on the writer's thread after each commit and before its callers go on.
  /// It must be quick and must not throw. Add listeners before the first write.
  void subscribe(std::function<void(const Change&)> listener);

 private:
  class Lease {
   public:
    explicit Lease(Database& database);
    ~Lease();
    Connection& connection() { return *connection_; }

   private:
    Database& database_;
    std::unique_ptr<Connection> connection_;
  };
  struct Impl;

  void submit(std::function<void(WriteTx&)> work);
  std::unique_ptr<Impl> impl_;
};

/// The migrations in order, as compiled in: {name, sql}.
struct Migration {
  std::string_view name;
  std::string_view sql;
};
const std::vector<Migration>& migrations();

}  // namespace virga::store
