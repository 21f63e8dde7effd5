// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/api/matrix_world.h"

#include <sqlite3.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <filesystem>

#include "api/virgad/bootstrap.h"
#include "common/hash.h"
#include "tests/unit/api/matrix_bodies.h"

namespace virga::virgad {
namespace {

using store::WriteTx;
using Side = Persona::Side;

void copy_database(sqlite3* from, sqlite3* to) {
  sqlite3_backup* const copy = sqlite3_backup_init(to, "main", from, "main");
  if (copy == nullptr) throw Error(ErrorKind::internal, sqlite3_errmsg(to));
  const int step = sqlite3_backup_step(copy, -1);
  const int end = sqlite3_backup_finish(copy);
  if (step != SQLITE_DONE || end != SQLITE_OK)
    throw Error(ErrorKind::internal, std::string("The database cannot be put back: ") +
                                         sqlite3_errstr(step) + ", " + sqlite3_errmsg(to));
}

/// Calls f(columns) for each row.
template <class F>
void each_row(sqlite3* database, const std::string& sql, F f) {
  const auto call = [](void* into, int columns, char** values, char**) {
    std::vector<std::string> row;
    for (int i = 0; i < columns; ++i) row.emplace_back(values[i] == nullptr ? "" : values[i]);
    (*static_cast<F*>(into))(row);
    return 0;
  };
  if (sqlite3_exec(database, sql.c_str(), call, &f, nullptr) != SQLITE_OK)
    throw Error(ErrorKind::internal, sql + ": " + sqlite3_errmsg(database));
}

/// Of all rows.
std::string digest_of(sqlite3* database) {
  std::string all;
  std::vector<std::string> tables;
  each_row(database, "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name",
           [&](const std::vector<std::string>& row) { tables.push_back(row.front()); });
  for (const auto& table : tables) {
    std::vector<std::string> rows;
    each_row(database, "SELECT * FROM \"" + table + "\"", [&](const std::vector<std::string>& row) {
      std::string text = table;
      for (const auto& value : row) text += "\n" + std::to_string(value.size()) + ":" + value;
      rows.push_back(std::move(text));
    });
    std::sort(rows.begin(), rows.end());
    for (const auto& row : rows) all += row;
  }
  return sha256_hex(all);
}

sqlite3* open_database(const std::string& path) {
  sqlite3* handle = nullptr;
  if (sqlite3_open(path.c_str(), &handle) != SQLITE_OK)
    throw Error(ErrorKind::internal, path + " cannot be opened.");
  sqlite3_busy_timeout(handle, 10'000);
  sqlite3_exec(handle, "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF", nullptr, nullptr,
               nullptr);
  return handle;
}

}  // namespace

const std::vector<Persona>& MatrixWorld::personas() {
  static const std::vector<Persona> kAll{
      {"nobody", Side::foreign},
      {"unscoped", Side::own},
      {"reader_a", Side::own, true},
      {"member_a", Side::own},
      {"manager_a", Side::own},
      {"admin_a", Side::cloud},
      {"member_sub", Side::own},
      {"domain_reader_a", Side::own, true},
      {"domain_admin_a", Side::cloud},
      {"credential_a", Side::own},
      {"trustee_a", Side::own},
      {"reader_b", Side::foreign, true},
      {"member_b", Side::foreign},
      {"manager_b", Side::foreign},
      {"domain_reader_b", Side::foreign, true},
      {"system_reader", Side::cloud, true},
      {"system_admin", Side::cloud},
  };
  return kAll;
}

MatrixWorld::MatrixWorld() {
  config_.state_directory = dir_.path("control");
  config_.consoles.novnc_directory = dir_.path("novnc");
  bootstrap(config_, "a password");
  plane_ = std::make_unique<ControlPlane>(config_, clock_);
  make_people();
  make_rows();
  make_by_api();
  for (const char* name :
       {"A",      "A1",      "SUB",        "GROUP",        "IMAGE",        "SHARED",
        "QUEUED", "STAGED",  "SERVER",     "NETWORK",      "SUBNET",       "PORT",
        "TRUST",  "APPCRED", "CREDENTIAL", "ACCESS",       "MEMBER",       "NAMESPACE",
        "TASK",   "LIMIT",   "RULE",       "ACCESS_TOKEN", "SERVER_GROUP", "FLAVOR"})
    secrets_.push_back(ids_.at(name));
  remember();
}

MatrixWorld::~MatrixWorld() {
  sqlite3_close(live_);
  sqlite3_close(kept_);
  plane_->stop();
}

std::string MatrixWorld::made(const std::string& persona, const std::string& path,
                              const std::string& body) {
  const bool put = path.starts_with("PUT ");
  Call call{put ? "PUT" : "POST", filled(put ? path.substr(4) : path), filled(body)};
  if (call.path.ends_with("/file") || call.path.ends_with("/stage"))
    call.content_type = "application/octet-stream";
  const Answer answer = send(call, persona);
  if (answer.status < 200 || answer.status > 299)
    throw Error(ErrorKind::internal,
                path + " as " + persona + ": " + std::to_string(answer.status) + answer.text);
  if (answer.text.empty()) return {};
  const json::value whole = json::parse(answer.text);
  const json::value* found = &whole;
  const auto& top = whole.as_object();
  if (top.size() == 1 || top.contains("limits") || top.contains("registered_limits"))
    found = &top.begin()->value();
  if (found->is_array()) found = &found->as_array().front();
  for (const char* key : {"id", "access"})
    if (const auto* id = found->as_object().if_contains(key)) return std::string(id->as_string());
  return {};
}

std::string MatrixWorld::filled(std::string text) const {
  for (std::size_t at = 0; (at = text.find('$', at)) != std::string::npos;) {
    const std::size_t end = std::min(
        text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_", at + 1), text.size());
    const auto it = ids_.find(text.substr(at + 1, end - at - 1));
    if (it == ids_.end()) {  // a "$" of its own
      ++at;
      continue;
    }
    text.replace(at, end - at, it->second);
    at += it->second.size();
  }
  return text;
}

std::optional<Call> MatrixWorld::call_for(const http::Route& route, const http::Service* service,
                                          const std::map<std::string, std::string>& own) const {
  const std::string name = route.method + " " + route.pattern;
  Call call{route.method, ""};
  std::string before;
  for (std::size_t at = 1; at <= route.pattern.size();) {
    const std::size_t end = std::min(route.pattern.find('/', at), route.pattern.size());
    const std::string segment = route.pattern.substr(at, end - at);
    call.path += "/";
    if (segment.starts_with("{")) {
      auto object = object_for(name, before, segment);
      if (own.contains(segment)) object = own.at(segment);
      if (!object) return std::nullopt;
      call.path += filled(*object);
    } else {
      call.path += segment;
    }
    before = segment;
    at = end + 1;
  }
  const MatrixBody body = body_for(route.method, route.pattern);
  call.body = filled(body.text);
  call.content_type = body.type;
  if (service != nullptr && route.versions.least.is_set())
    call.version = service->versions.type + " " + route.versions.least.text();
  return call;
}

Answer MatrixWorld::send(const Call& call, const std::string& persona) {
  http::Request request;
  request.method = call.method;
  request.path = call.path;
  request.query = call.query;
  request.body = call.body;
  request.headers = {{"content-type", call.content_type}, {"x-subject-token", "subject"}};
  if (persona != "nobody") request.headers.emplace_back("x-auth-token", persona);
  if (!call.version.empty()) request.headers.emplace_back("openstack-api-version", call.version);
  request.request_id = "req-" + new_uuid();
  request.peer = "192.0.2.1";
  request.base_url = "http://cloud:8774";
  http::Response response;
  const http::Match match = api().route(request, response);
  if (match.route != nullptr)
    response = api().guarded(match, request, [&] {
      if (match.route->websocket && !match.route->handler) {
        (void)match.route->websocket(request);
        return http::empty_response(101);
      }
      if (!match.route->upload) return match.route->handler(request);
      const auto upload = match.route->upload(request);
      upload->write(call.body);
      return upload->finish();
    });
  while (response.pieces && response.pieces(response.body)) {
  }
  return {response.status, response.body};
}

Answer MatrixWorld::ask(const Call& call, const std::string& persona) {
  Answer answer = send(call, persona);
  if (data_version() == seen_version_) return answer;
  // What was undone has been written, too: for a refused request the rows are compared.
  const bool refused = answer.status >= 400 || call.method == "GET";
  answer.changed = !refused || digest_of(live_) != digest_of(kept_);
  put_back();
  return answer;
}

std::int64_t MatrixWorld::data_version() {
  std::int64_t version = 0;
  each_row(live_, "PRAGMA data_version",
           [&](const std::vector<std::string>& row) { version = std::stoll(row.front()); });
  return version;
}

void MatrixWorld::remember() {
  live_ = open_database(config_.database());
  kept_ = open_database(dir_.path("kept.db"));
  copy_database(live_, kept_);
  std::filesystem::copy(config_.images(), dir_.path("kept-images"),
                        std::filesystem::copy_options::recursive);
  seen_version_ = data_version();
}

void MatrixWorld::put_back() {
  copy_database(kept_, live_);
  std::filesystem::copy(
      dir_.path("kept-images"), config_.images(),
      std::filesystem::copy_options::recursive | std::filesystem::copy_options::skip_existing);
  database().write([](WriteTx& tx) {  // what is cached of the rows is not true any more
    tx.notify("identity", "");
    tx.notify("catalog", "");
  });
  seen_version_ = data_version();
}

}  // namespace virga::virgad
