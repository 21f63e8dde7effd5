// SPDX-License-Identifier: Apache-2.0
// The writer: one thread takes all the work that has come since its last commit, runs each piece in
// a savepoint of one transaction, and lets the callers go on when that transaction is durable.
#include "db/store/database.h"

#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <thread>

#include "common/error.h"
#include "common/log.h"
#include "db/store/src/connection.h"

namespace virga::store {
namespace {

constexpr std::size_t kMaxGroup = 256;  // pieces of work in one commit
constexpr std::size_t kMaxIdle = 16;    // reading connections kept

struct Work {
  std::function<void(WriteTx&)> call;
  std::vector<Change> changes;
  std::exception_ptr failure;
  bool done = false;
};

std::string user_version(Connection& connection) {
  Rows rows(connection, connection.prepare("PRAGMA user_version", {}));
  rows.next();
  return rows.text(0);
}

void migrate(Connection& connection) {
  const std::size_t present = std::stoul(user_version(connection));
  const auto& all = migrations();
  if (present > all.size())
    throw Error(ErrorKind::invalid, "The database has schema " + std::to_string(present) +
                                        ", this program knows only " + std::to_string(all.size()) +
                                        ": it was written by a newer release.");
  for (std::size_t i = present; i < all.size(); ++i)
    connection.script("BEGIN IMMEDIATE;" + std::string(all[i].sql) +
                      ";PRAGMA user_version=" + std::to_string(i + 1) + ";COMMIT;");
}

}  // namespace

struct Database::Impl {
  std::string path;
  std::unique_ptr<Connection> writing;
  std::vector<std::function<void(const Change&)>> listeners;

  std::mutex idle_mutex;  // guards idle
  std::vector<std::unique_ptr<Connection>> idle;

  std::mutex mutex;  // guards queue, stopping and the `done` of each Work
  std::condition_variable wake;
  std::condition_variable finished;
  std::deque<Work*> queue;
  bool stopping = false;
  std::thread writer;

  void run_one(Work& work);
  void commit_group(const std::vector<Work*>& group);
  void loop();
};

void Database::Impl::run_one(Work& work) {
  writing->run("SAVEPOINT work", {});
  try {
    WriteTx tx(*writing);
    work.call(tx);
    work.changes = std::move(tx.changes());
    writing->run("RELEASE work", {});
  } catch (...) {
    work.failure = std::current_exception();
    writing->run("ROLLBACK TO work", {});
    writing->run("RELEASE work", {});
  }
}

void Database::Impl::commit_group(const std::vector<Work*>& group) {
  bool open = false;
  try {
    writing->run("BEGIN IMMEDIATE", {});
    open = true;
    for (Work* work : group) run_one(*work);
    writing->run("COMMIT", {});
  } catch (const std::exception& e) {
    log::error("commit failed", {{"error", e.what()}});
    for (Work* work : group)
      work->failure = std::make_exception_ptr(
          Error(ErrorKind::unavailable, "The change could not be stored; please try again."));
    try {
      if (open) writing->run("ROLLBACK", {});
    } catch (const std::exception&) {
      // SQLite has rolled back by itself.
    }
    return;
  }
  for (Work* work : group) {
    if (work->failure) continue;
    for (const Change& change : work->changes)
      for (const auto& listener : listeners) listener(change);
  }
}

void Database::Impl::loop() {
  for (;;) {
    std::vector<Work*> group;
    {
      std::unique_lock lock(mutex);
      wake.wait(lock, [&] { return stopping || !queue.empty(); });
      if (queue.empty()) return;
      while (!queue.empty() && group.size() < kMaxGroup) {
        group.push_back(queue.front());
        queue.pop_front();
      }
    }
    commit_group(group);
    {
      const std::scoped_lock lock(mutex);
      for (Work* work : group) work->done = true;
    }
    finished.notify_all();
  }
}

Database::Database(const std::string& path) : impl_(std::make_unique<Impl>()) {
  impl_->path = path;
  impl_->writing = std::make_unique<Connection>(path);
  migrate(*impl_->writing);
  impl_->writer = std::thread([this] { impl_->loop(); });
}

Database::~Database() {
  {
    const std::scoped_lock lock(impl_->mutex);
    impl_->stopping = true;
  }
  impl_->wake.notify_all();
  impl_->writer.join();
}

void Database::subscribe(std::function<void(const Change&)> listener) {
  impl_->listeners.push_back(std::move(listener));
}

void Database::submit(std::function<void(WriteTx&)> call) {
  Work work;
  work.call = std::move(call);
  {
    std::unique_lock lock(impl_->mutex);
    if (impl_->stopping) throw Error(ErrorKind::unavailable, "The service is stopping.");
    impl_->queue.push_back(&work);
    impl_->wake.notify_one();
    impl_->finished.wait(lock, [&] { return work.done; });
  }
  if (work.failure) std::rethrow_exception(work.failure);
}

Database::Lease::Lease(Database& database) : database_(database) {
  {
    const std::scoped_lock lock(database.impl_->idle_mutex);
    if (!database.impl_->idle.empty()) {
      connection_ = std::move(database.impl_->idle.back());
      database.impl_->idle.pop_back();
    }
  }
  if (!connection_) connection_ = std::make_unique<Connection>(database.impl_->path);
  connection_->run("BEGIN", {});
}

Database::Lease::~Lease() {
  try {
    connection_->run("COMMIT", {});
  } catch (const std::exception& e) {
    log::error("a read transaction did not end", {{"error", e.what()}});
    return;
  }
  const std::scoped_lock lock(database_.impl_->idle_mutex);
  if (database_.impl_->idle.size() < kMaxIdle)
    database_.impl_->idle.push_back(std::move(connection_));
}

}  // namespace virga::store
