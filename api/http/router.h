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
#include "api/http/version.h"
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
  /// Queues a binary message.  @return false when the peer is gone or does not keep up
  virtual bool send_binary(std::string bytes) = 0;
  /// Bytes that were queued and are not sent yet.
  virtual std::size_t waiting() = 0;
  /// Nothing more is read from the peer until resume(). Who is not read for 20 s is taken for gone.
  virtual void pause() = 0;
  virtual void resume() = 0;
  /// Closes once all that was queued is sent; nothing more can be queued.
  virtual void finish() = 0;
  /// Closes at once.
  virtual void close() = 0;
};
/// What a WebSocket connection is for. Its functions are called one at a time, on a pool thread,
/// but for on_sent().
class WebSocketSession {
 public:
  virtual ~WebSocketSession() = default;
  /// Headers of the answer that opens the connection.
  virtual std::vector<std::pair<std::string, std::string>> headers() const { return {}; }
  /// Bytes of the longest message that is taken; 0: the server's limit.
  virtual std::size_t max_message() const { return 0; }
  virtual void on_open(std::shared_ptr<WebSocketSender> sender) = 0;
  virtual void on_message(std::string_view text) = 0;
  /// A binary message. Sessions that want none refuse it, which ends the connection.
  virtual void on_binary(std::string_view bytes);
  /// A message was sent, so that less is waiting(). Called on the connection's own thread at any
  /// time between on_open() and on_close(): it must be quick.
  virtual void on_sent() noexcept {}
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

class Service;

/// An error that is to be shown.
struct Fault {
  int status = 500;
  const std::string& message;
  const Request& request;
  const Service& service;
};
/// The error body of one service.
using ErrorBody = std::function<Response(int status, const std::string& message)>;
/// The same for a service whose errors tell more: the request's id, its versions.
using FaultBody = std::function<Response(const Fault&)>;

/// Whose requests are answered when there are more than the server can do.
enum class Lane {
  normal,
  control,  ///< answered even then: health, figures
};

/// One route of the table.
struct Route {
  std::string policy;
  Run run = Run::pool;
  Handler handler;
  UploadHandler upload;        ///< instead of handler: the body is streamed
  WebSocketHandler websocket;  ///< the connection is upgraded; with a handler, only when asked to
  VersionRange versions = {};  ///< outside of it there is no such route
  Lane lane = Lane::normal;
  std::string method = {};   ///< set by Router::add()
  std::string pattern = {};  ///< set by Router::add(): "/compute/v2.1/servers/{id}"
};

/// What bodies of a service must say that they are.
struct BodyRule {
  int status = 0;       ///< of the refusal of anything but JSON; 0: the handlers look themselves
  std::string message;  ///< of the refusal; "%s" is the type that came
};

/// A family of routes under one prefix with one form of errors.
class Service {
 public:
  std::string prefix;  ///< "/compute"
  ErrorBody error_body;
  std::vector<std::pair<std::string, std::string>> headers;  ///< added to each answer
  Microversions versions = {};         ///< without a path: the service has none
  std::string request_id_header = {};  ///< another header for the request's id
  BodyRule body_rule = {};
  FaultBody fault_body = {};  ///< instead of error_body
  std::string type = {};      ///< as catalogs and access rules call it: "compute"
};

/// What a request leads to.
struct Match {
  const Service* service = nullptr;
  const Route* route = nullptr;  ///< null: refused
  const Route* asked = nullptr;  ///< the route, also when its policy refused the request
};

class Router {
 public:
  explicit Router(const Authorizer& authorizer);
  ~Router();

  /// Adds a service; routes added later under its prefix use its error form.
  void add_service(Service service);

  /// Adds a route. `pattern` is "/compute/v2.1/servers/{id}". There may be several for one method
  /// and pattern when no version belongs to two of them.
  /// @throws Error{internal} when its policy is unknown or the route exists: the program must not
  /// start
  void add(std::string_view method, std::string_view pattern, Route route);

  void get(std::string_view pattern, std::string_view policy, Handler handler, Run run = Run::io,
           VersionRange versions = {}) {
    add("GET", pattern, simple(policy, run, std::move(handler), versions));
  }
  void get(std::string_view pattern, std::string_view policy, Handler handler,
           VersionRange versions) {
    add("GET", pattern, simple(policy, Run::io, std::move(handler), versions));
  }
  /// HEAD where it is not what GET answers without its body.
  void head(std::string_view pattern, std::string_view policy, Handler handler) {
    add("HEAD", pattern, simple(policy, Run::io, std::move(handler), {}));
  }
  void post(std::string_view pattern, std::string_view policy, Handler handler,
            VersionRange versions = {}) {
    add("POST", pattern, simple(policy, Run::pool, std::move(handler), versions));
  }
  void put(std::string_view pattern, std::string_view policy, Handler handler,
           VersionRange versions = {}) {
    add("PUT", pattern, simple(policy, Run::pool, std::move(handler), versions));
  }
  void patch(std::string_view pattern, std::string_view policy, Handler handler,
             VersionRange versions = {}) {
    add("PATCH", pattern, simple(policy, Run::pool, std::move(handler), versions));
  }
  void del(std::string_view pattern, std::string_view policy, Handler handler,
           VersionRange versions = {}) {
    add("DELETE", pattern, simple(policy, Run::pool, std::move(handler), versions));
  }

  /// Finds the route, agrees on a version, checks the policy, fills params, version and caller.
  /// When that fails, `refusal` is the answer and the route is null.
  Match route(Request& request, Response& refusal) const;

  /// Runs a handler of the matched service; an exception becomes the service's error body.
  Response guarded(const Match& match, const Request& request,
                   const std::function<Response()>& call) const;

  /// The answer for an error in the form of the service.
  Response error(const Service* service, const Request& request, int status,
                 const std::string& message) const;

  /// Appends the headers that a service adds to each of its answers: "Name: value\r\n" lines.
  void append_headers(std::string& out, const Service* service, const Request& request) const;

  /// Calls f for each route, after all were added.
  void each_route(const std::function<void(const Route&, const Service*)>& f) const;

 private:
  static Route simple(std::string_view policy, Run run, Handler handler, VersionRange versions);

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
