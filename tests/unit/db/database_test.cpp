// SPDX-License-Identifier: Apache-2.0
#include "db/store/database.h"

#include <atomic>
#include <latch>
#include <set>
#include <thread>

#include "db/store/settings.h"
#include "tests/unit/db/store_fixture.h"

namespace virga::store {
namespace {

using DatabaseTest = StoreTest;

void put(WriteTx& tx, const std::string& name, const std::string& value = "") {
  tx.exec("INSERT INTO settings (name, value) VALUES ($1, $2)", name, value);
}

std::optional<std::string> value_in(Database& db, const std::string& name) {
  return db.read([&](ReadTx& tx) { return settings::find(tx, name); });
}

TEST_F(DatabaseTest, ReturnsWhatTheFunctionReturns) {
  EXPECT_EQ(db_.write([](WriteTx&) { return 42; }), 42);
  EXPECT_EQ(db_.write([](WriteTx&) { return std::make_unique<int>(7); }).operator*(), 7);
  EXPECT_EQ(db_.read([](ReadTx&) { return std::string("x"); }), "x");
}

TEST_F(DatabaseTest, KeepsTextsAndNumbersExactly) {
  const std::string bytes("a\0b'\"\xc3\xa4;--", 10);
  db_.write([&](WriteTx& tx) { put(tx, "bytes", bytes); });
  EXPECT_EQ(value_in(db_, "bytes"), bytes);
  for (const std::int64_t n : {INT64_MIN, std::int64_t{0}, INT64_MAX})
    EXPECT_EQ(db_.read([&](ReadTx& tx) {
      Rows rows = tx.query("SELECT $1", n);
      rows.next();
      return rows.integer(0);
    }),
              n);
}

TEST_F(DatabaseTest, AThrowUndoesOnlyItsOwnWork) {
  db_.write([](WriteTx& tx) { put(tx, "before"); });
  EXPECT_EQ(kind_of([&] {
              db_.write([](WriteTx& tx) {
                put(tx, "half");
                throw Error(ErrorKind::forbidden, "No.");
              });
            }),
            ErrorKind::forbidden);
  EXPECT_THROW(db_.write([](WriteTx&) { throw std::out_of_range("x"); }), std::out_of_range);
  EXPECT_TRUE(value_in(db_, "before"));
  EXPECT_FALSE(value_in(db_, "half"));
}

TEST_F(DatabaseTest, AConstraintIsAConflict) {
  db_.write([](WriteTx& tx) { put(tx, "a"); });
  EXPECT_EQ(kind_of([&] { db_.write([](WriteTx& tx) { put(tx, "a"); }); }), ErrorKind::conflict);
  EXPECT_EQ(
      kind_of([&] {
        db_.write([](WriteTx& tx) {
          tx.exec(
              "INSERT INTO keypairs (user_id, name, type, public_key, fingerprint, created_us)"
              " VALUES ('nobody', 'n', 't', 'k', 'f', 1)");
        });
      }),
      ErrorKind::conflict);
}

TEST_F(DatabaseTest, WritesOfManyThreadsAreAllDurable) {
  constexpr int kThreads = 12;
  constexpr int kEach = 25;
  std::latch start(kThreads);
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t)
    threads.emplace_back([&, t] {
      start.arrive_and_wait();
      for (int i = 0; i < kEach; ++i) {
        const std::string name = std::to_string(t) + "-" + std::to_string(i);
        const auto work = [&](WriteTx& tx) {
          put(tx, name);
          if (i % 5 == 0) throw Error(ErrorKind::invalid, "undo");
        };
        if (i % 5 == 0)
          EXPECT_EQ(kind_of([&] { db_.write(work); }), ErrorKind::invalid);
        else
          db_.write(work);
      }
    });
  for (auto& thread : threads) thread.join();
  Database other(dir_.path("virga.db"));  // sees only what is committed
  for (int t = 0; t < kThreads; ++t)
    for (int i = 0; i < kEach; ++i)
      EXPECT_EQ(value_in(other, std::to_string(t) + "-" + std::to_string(i)).has_value(),
                i % 5 != 0);
}

TEST_F(DatabaseTest, WhatWaitsTogetherIsCommittedTogether) {
  // Listeners run after the commit of a group: the first of them already sees the others' rows.
  constexpr int kWaiting = 8;
  std::int64_t most = 0;
  db_.subscribe([&](const Change&) { most = std::max(most, count("settings")); });
  std::latch writing(1);
  std::latch go(1);
  std::thread first([&] {
    db_.write([&](WriteTx&) {
      writing.count_down();
      go.wait();
    });
  });
  writing.wait();
  std::latch asked(kWaiting);
  std::vector<std::thread> rest;
  for (int i = 0; i < kWaiting; ++i)
    rest.emplace_back([&, i] {
      asked.count_down();
      db_.write([i](WriteTx& tx) {
        put(tx, std::to_string(i));
        tx.notify("topic", "");
      });
    });
  asked.wait();
  go.count_down();
  first.join();
  for (auto& thread : rest) thread.join();
  EXPECT_EQ(count("settings"), kWaiting);
  EXPECT_EQ(most, kWaiting);
}

TEST_F(DatabaseTest, AReaderKeepsItsSnapshot) {
  db_.read([&](ReadTx& tx) {
    EXPECT_FALSE(settings::find(tx, "new"));
    db_.write([](WriteTx& w) { put(w, "new"); });
    EXPECT_FALSE(settings::find(tx, "new"));
  });
  EXPECT_TRUE(value_in(db_, "new"));
}

TEST_F(DatabaseTest, AReaderDoesNotSeeUncommittedWork) {
  db_.write([&](WriteTx& tx) {
    put(tx, "open");
    std::thread([&] { EXPECT_FALSE(value_in(db_, "open")); }).join();
  });
  EXPECT_TRUE(value_in(db_, "open"));
}

TEST_F(DatabaseTest, SubscribersHearOfACommitAndSeeItsRows) {
  std::vector<std::string> heard;
  db_.subscribe([&](const Change& change) {
    heard.push_back(change.topic + " " + change.key);
    EXPECT_TRUE(value_in(db_, change.key)) << "notified before the commit";
  });
  db_.write([](WriteTx& tx) {
    put(tx, "one");
    put(tx, "two");
    tx.notify("topic", "one");
    tx.notify("topic", "two");
  });
  EXPECT_EQ(heard, (std::vector<std::string>{"topic one", "topic two"}));
}

TEST_F(DatabaseTest, SubscribersHearNothingOfWhatWasUndone) {
  int heard = 0;
  db_.subscribe([&](const Change&) { ++heard; });
  EXPECT_THROW(db_.write([](WriteTx& tx) {
    tx.notify("topic", "key");
    throw Error(ErrorKind::invalid, "undo");
  }),
               Error);
  db_.write([](WriteTx&) {});
  EXPECT_EQ(heard, 0);
}

TEST_F(DatabaseTest, AStatementWhoseRowsAreReadCannotBeUsedAgain) {
  db_.write([](WriteTx& tx) {
    put(tx, "a");
    put(tx, "b");
  });
  constexpr std::string_view kSql = "SELECT name FROM settings";
  EXPECT_EQ(kind_of([&] {
              db_.read([&](ReadTx& tx) {
                Rows outer = tx.query(kSql);
                outer.next();
                Rows inner = tx.query(kSql);
              });
            }),
            ErrorKind::internal);
  EXPECT_EQ(count("settings"), 2);  // the connection is whole
}

TEST_F(DatabaseTest, AStatementThatFailedCanBeUsedAgain) {
  db_.write([](WriteTx& tx) { put(tx, "a"); });
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(kind_of([&] { db_.write([](WriteTx& tx) { put(tx, "a"); }); }), ErrorKind::conflict);
    db_.write([&](WriteTx& tx) { put(tx, "b" + std::to_string(i)); });
  }
  EXPECT_EQ(count("settings"), 4);
}

TEST_F(DatabaseTest, BrokenSqlIsABug) {
  EXPECT_EQ(kind_of([&] { db_.read([](ReadTx& tx) { tx.query("SELEKT 1"); }); }),
            ErrorKind::internal);
}

TEST_F(DatabaseTest, NumbersHaveNoGapsAndNoRepeats) {
  constexpr int kThreads = 8;
  constexpr int kEach = 20;
  std::mutex mutex;
  std::multiset<std::int64_t> numbers;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i < kEach; ++i) {
        EXPECT_THROW(db_.write([](WriteTx& tx) {
          settings::next_number(tx, "series");
          throw Error(ErrorKind::invalid, "undo");
        }),
                     Error);
        const auto n = db_.write([](WriteTx& tx) { return settings::next_number(tx, "series"); });
        const std::scoped_lock lock(mutex);
        numbers.insert(n);
      }
    });
  for (auto& thread : threads) thread.join();
  ASSERT_EQ(numbers.size(), static_cast<std::size_t>(kThreads * kEach));
  std::int64_t expected = 0;
  for (const auto n : numbers) EXPECT_EQ(n, ++expected);
  EXPECT_EQ(db_.write([](WriteTx& tx) { return settings::next_number(tx, "other"); }), 1);
}

TEST_F(DatabaseTest, SettingsAreReplaced) {
  db_.write([](WriteTx& tx) {
    settings::set(tx, "a", "1");
    settings::set(tx, "a", "2");
  });
  EXPECT_EQ(value_in(db_, "a"), "2");
  EXPECT_EQ(value_in(db_, "b"), std::nullopt);
}

}  // namespace
}  // namespace virga::store
