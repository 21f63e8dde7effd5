// SPDX-License-Identifier: Apache-2.0
// A real server on a free port, with routes that show what arrived.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <condition_variable>
#include <latch>
#include <mutex>

#include "api/http/server.h"
#include "tests/unit/api/api_call.h"
#include "tests/unit/api/raw_client.h"

namespace virga::http {

/// Gives the bytes of a file, a part at a time.
class FileSource final : public BodySource {
 public:
  explicit FileSource(UniqueFd fd) : fd_(std::move(fd)) {}
  std::string_view read(std::int64_t offset, std::size_t most) override {
    piece_.resize(most);
    const ssize_t n = ::pread(fd_.get(), piece_.data(), most, offset);
    return {piece_.data(), static_cast<std::size_t>(std::max<ssize_t>(n, 0))};
  }

 private:
  UniqueFd fd_;
  std::string piece_;
};

/// What uploads did; tests wait for it.
class UploadLog {
 public:
  void add(const std::string& event) {
    const std::scoped_lock lock(mutex_);
    events_ += event + " ";
    changed_.notify_all();
  }
  /// All events, once `event` is among them.
  std::string wait_for(const std::string& event) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::seconds(10),
                      [&] { return events_.find(event) != std::string::npos; });
    return events_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::string events_;
};

/// Counts bytes; the path's {id} says whether it fails.
class CountingUpload final : public Upload {
 public:
  CountingUpload(UploadLog& log, std::string id) : log_(log), id_(std::move(id)) {
    if (id_ == "refused") throw Error(ErrorKind::conflict, "Not now.");
    log_.add("begin");
  }
  ~CountingUpload() override { log_.add(done_ ? "end" : "undone"); }
  void write(std::string_view bytes) override {
    if (id_ == "breaks") throw Error(ErrorKind::too_large, "Enough.");
    if (size_ == 0) log_.add("first");
    size_ += bytes.size();
    for (const char c : bytes) sum_ += static_cast<unsigned char>(c);
  }
  Response finish() override {
    done_ = true;
    return json_response(200, {{"size", size_}, {"sum", sum_}});
  }

 private:
  UploadLog& log_;
  std::string id_;
  std::size_t size_ = 0;
  std::uint64_t sum_ = 0;
  bool done_ = false;
};

/// The routes of the test servers.
class ServerRoutes {
 public:
  explicit ServerRoutes(const std::string& directory) : file_(directory + "/file") {
    Service strict{"/strict", identity_error, {{"X-Strict", "1"}}};
    strict.body_rule = {415, "Only JSON."};
    strict.request_id_header = "X-Compute-Request-Id";
    router_.add_service(std::move(strict));
    router_.post("/strict/echo", "public",
                 [](const Request& r) { return json_response(200, json::string(r.body)); });
    router_.get("/hello", "public", [](const Request&) { return json_response(200, "hello"); });
    router_.post("/echo", "public",
                 [](const Request& r) { return json_response(200, json::string(r.body)); });
    router_.get("/about", "public", [](const Request& r) {
      return json_response(200, {{"certificate", r.certificate_sha256},
                                 {"peer", r.peer},
                                 {"base", r.base_url},
                                 {"x", std::string(r.header("x-custom"))},
                                 {"global", r.global_request_id},
                                 {"q", r.parameter("q").value_or("-")}});
    });
    router_.get("/pieces/{count}", "public", [](const Request& r) {
      Response response;
      response.pieces = [n = 0, count = std::stoi(r.param("count"))](std::string& out) mutable {
        if (n == 3 && count == 99) throw Error(ErrorKind::unavailable, "The source is gone.");
        out += "piece " + std::to_string(n) + "\n";
        return ++n < count;
      };
      return response;
    });
    router_.get("/forged", "public", [](const Request&) {
      Response response = empty_response(200);
      response.headers = {{"X-Good", "1"}, {"X-Bad", "a\r\nX-Forged: 1"}};
      return response;
    });
    Route health;
    health.policy = "public";
    health.run = Run::io;
    health.handler = [](const Request&) { return json_response(200, "alive"); };
    health.lane = Lane::control;
    router_.add("GET", "/health", std::move(health));
    router_.get("/file", "public", [this](const Request&) {
      auto body = std::make_shared<FileBody>();
      body->source = std::make_shared<FileSource>(open_file(file_, O_RDONLY));
      body->offset = 3;
      body->size = static_cast<std::int64_t>(std::filesystem::file_size(file_)) - 3;
      Response r;
      r.content_type = "application/octet-stream";
      r.file = std::move(body);
      return r;
    });
    router_.add("GET", "/block",
                {"public",
                 Run::pool,
                 [this](const Request&) {
                   blocked_.count_down();
                   release_.wait();
                   return json_response(200, "released");
                 },
                 {},
                 {}});
    router_.add("PUT", "/upload/{id}",
                {"public",
                 Run::pool,
                 {},
                 [this](const Request& r) {
                   return std::make_unique<CountingUpload>(uploads_, r.param("id"));
                 },
                 {}});
  }

  const std::string file_;
  UploadLog uploads_;
  std::latch blocked_{1};
  std::latch release_{1};
  test::TestAuthorizer authorizer_;
  Router router_{authorizer_};
};

}  // namespace virga::http
