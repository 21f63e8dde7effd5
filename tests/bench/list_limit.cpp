// SPDX-License-Identifier: Apache-2.0
// The most that a page of users can be had for: a bare Beast server that writes the JSON of each
// row directly into the buffer that is sent. GET /rows reads them from SQLite with one prepared
// statement each time, GET /memory from structs. The yardstick of `tools/bench list`.
// usage: list_limit PORT DATABASE BASE_URL   the database has the table `rows`
#include <sqlite3.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "tests/bench/limit_server.h"

namespace {

struct User {
  std::string_view id;
  std::string_view name;
  std::string_view domain_id;
  std::string_view description;
  std::string_view email;
  bool enabled = false;
};

/// The most usual case is that nothing must be escaped.
void put_text(std::string& out, std::string_view text) {
  out += '"';
  std::size_t start = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c >= 0x20 && c != '"' && c != '\\') continue;
    out += text.substr(start, i - start);
    char escape[8];
    std::snprintf(escape, sizeof escape, "\\u%04x", c);
    out += escape;
    start = i + 1;
  }
  out += text.substr(start);
  out += '"';
}

void put_user(std::string& out, const User& user, const std::string& base) {
  out += R"({"id":)";
  put_text(out, user.id);
  out += R"(,"name":)";
  put_text(out, user.name);
  out += R"(,"domain_id":)";
  put_text(out, user.domain_id);
  out += user.enabled ? R"(,"enabled":true,"description":)" : R"(,"enabled":false,"description":)";
  put_text(out, user.description);
  out += R"(,"email":)";
  put_text(out, user.email);
  out += R"(,"password_expires_at":null,"options":{},"links":{"self":")";
  out += base;
  out += "/identity/v3/users/";
  out += user.id;
  out += "\"}}";
}

class Page {
 public:
  explicit Page(const std::string& base) : base_(base) {
    text_.reserve(1U << 19U);
    text_ += R"({"users":[)";
  }
  void add(const User& user) {
    if (text_.back() == '}') text_ += ',';
    put_user(text_, user, base_);
  }
  std::string end() {
    text_ +=
        R"(],"links":{"self":")" + base_ + R"(/identity/v3/users","next":null,"previous":null}})";
    return std::move(text_);
  }

 private:
  const std::string& base_;
  std::string text_;
};

class Database {
 public:
  explicit Database(const char* path) {
    if (sqlite3_open_v2(path, &db_, SQLITE_OPEN_READONLY, nullptr) != SQLITE_OK ||
        sqlite3_prepare_v2(db_,
                           "SELECT id, name, domain_id, description, email, enabled"
                           " FROM rows ORDER BY id LIMIT 1000",
                           -1, &statement_, nullptr) != SQLITE_OK) {
      std::fprintf(stderr, "%s\n", sqlite3_errmsg(db_));
      std::exit(1);
    }
  }

  template <class F>
  void each(F take) {
    while (sqlite3_step(statement_) == SQLITE_ROW)
      take(User{text(0), text(1), text(2), text(3), text(4),
                sqlite3_column_int(statement_, 5) != 0});
    sqlite3_reset(statement_);
  }

 private:
  std::string_view text(int column) {
    const auto* const at = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
    return {at, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
  }

  sqlite3* db_ = nullptr;
  sqlite3_stmt* statement_ = nullptr;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  Database database(argv[2]);
  const std::string base = argv[3];
  static std::vector<std::string> texts;  // what the users in memory refer to
  std::vector<User> users;
  texts.reserve(5000);
  const auto keep = [](std::string_view text) {
    return std::string_view(texts.emplace_back(text));
  };
  database.each([&](const User& u) {
    users.push_back({keep(u.id), keep(u.name), keep(u.domain_id), keep(u.description),
                     keep(u.email), u.enabled});
  });
  bench::serve(static_cast<unsigned short>(std::atoi(argv[1])), [&](std::string_view target) {
    Page page(base);
    if (target == "/memory")
      for (const User& user : users) page.add(user);
    else
      database.each([&](const User& user) { page.add(user); });
    return page.end();
  });
}
