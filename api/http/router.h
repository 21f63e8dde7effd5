// SPDX-License-Identifier: Apache-2.0
// The table of routes: method, path, policy, handler. Routing, authentication, policy and the form
// of errors happen here and nowhere else.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "api/http/message.h"
#include "common/error.h"

namespace virga::http {

using Handler = std::function<Response(const Request&)>;

/// Takes the body of a request piece by piece. Its destructor undoes what finish() did not
/// complete.
class Upload {
 public:
  virtual ~Upload() = default;
  virtual void write(std::string_view bytes) = 0;
  virtual Response finish() = 0;
};
/// Called when the headers are there, before the body is read.
using UploadHandler = std::function<std::unique_ptr<Upload>(const Request&)>;

/// The sending side of a WebSocket. Thread-safe; calls after the end do nothing.
class WebSocketSender {
 public:
  virtual ~WebSocketSender() = default;
  /// Queues a text message.  @return false when the peer is gone or does not keep up
  virtual bool send(std::string text) = 0;
  virtual void close() = 0;
};
/// What a WebSocket connection is for. Its functions are called one at a time, on a pool thread.
class WebSocketSession {
 public:
  virtual ~WebSocketSession() = default;
  virtual void on_open(std::shared_ptr<WebSocketSender> sender) = 0;
  virtual void on_message(std::string_view text) = 0;
  virtual void on_close() noexcept = 0;
};
using WebSocketHandler = std::function<std::shared_ptr<WebSocketSession>(const Request&)>;

/// Where a handler runs.
enum class Run {
  io,    ///< on the connection's thread: memory and database snapshots only, never waits
  pool,  ///< on a pool thread: writes, files, other programs
};

/// Answers whether a request may use a policy, and who asks.
class Authorizer {
 public:
  virtual ~Authorizer() = default;
  /// True when the policy table has the name.
  virtual bool knows(std::string_view policy) const = 0;
  /// Sets request.caller when the policy asks for one, and clears request.settled when it cannot be
  /// decided before the object is known.  @throws Error{unauthorized, forbidden}
  virtual void authorize(Request& request, std::string_view policy) const = 0;
  /// True when the caller may use the policy on the object.
  virtual bool allows(const Caller& caller, std::string_view policy,
                      const Target& target) const = 0;
};

/// The error body of one service.
using ErrorBody = std::function<Response(int status, const std::string& message)>;

/// One route of the table.
struct Route {
  std::string policy;
  Run run = Run::pool;
  Handler handler;
  UploadHandler upload;        ///< instead of handler: the body is streamed
  WebSocketHandler websocket;  ///< instead of handler: the connection is upgraded
};

/// A family of routes under one prefix with one form of errors.
class Service {
 public:
  std::string prefix;  ///< "/compute"
  ErrorBody error_body;
  std::vector<std::pair<std::string, std::string>> headers;  ///< added to each answer
};

/// What a request leads to.
struct Match {
  const Service* service = nullptr;
  const Route* route = nullptr;
};

class Router {
 public:
  explicit Router(const Authorizer& authorizer);
  ~Router();

  /// Adds a service; routes added later under its prefix use its error form.
  void add_service(Service service);

  /// Adds a route. `pattern` is "/compute/v2.1/servers/{id}".
  /// @throws Error{internal} when its policy is unknown or the route exists: the program must not
  /// start
  void add(std::string_view method, std::string_view pattern, Route route);

  void get(std::string_view pattern, std::string_view policy, Handler handler, Run run = Run::io) {
    add("GET", pattern, {std::string(policy), run, std::move(handler), {}, {}});
  }
  void post(std::string_view pattern, std::string_view policy, Handler handler) {
    add("POST", pattern, {std::string(policy), Run::pool, std::move(handler), {}, {}});
  }
  void put(std::string_view pattern, std::string_view policy, Handler handler) {
    add("PUT", pattern, {std::string(policy), Run::pool, std::move(handler), {}, {}});
  }
  void patch(std::string_view pattern, std::string_view policy, Handler handler) {
    add("PATCH", pattern, {std::string(policy), Run::pool, std::move(handler), {}, {}});
  }
  void del(std::string_view pattern, std::string_view policy, Handler handler) {
    add("DELETE", pattern, {std::string(policy), Run::pool, std::move(handler), {}, {}});
  }

  /// Finds the route, checks its policy, fills params and caller. When that fails, `refusal` is the
  /// answer and the route is null.
  Match route(Request& request, Response& refusal) const;

  /// Runs a handler of the matched service; an exception becomes the service's error body.
  Response guarded(const Match& match, const Request& request,
                   const std::function<Response()>& call) const;

  /// The answer for an error in the form of the service.
  Response error(const Service* service, const Request& request, int status,
                 const std::string& message) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// {"error": {"code", "message", "title"}}: the Identity API's form, which the token check in front
/// of the other services has too.
Response identity_error(int status, const std::string& message);

/// The HTTP status of an error kind.
int status_of(ErrorKind kind) noexcept;
/// "Not Found" for 404 ...
std::string_view reason_of(int status) noexcept;

}  // namespace virga::http
