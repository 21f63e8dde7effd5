// SPDX-License-Identifier: Apache-2.0
// Requests are read within limits, routed, handled (on this thread or on the pool) and answered.
#include "api/http/src/session.h"

#include <boost/beast/http/error.hpp>

#include "api/http/src/websocket.h"

namespace virga::http {
namespace {

namespace beast = boost::beast;
namespace bhttp = boost::beast::http;

constexpr std::size_t kFirstRead = 2048;  // most requests are shorter; an idle connection holds it
constexpr std::size_t kHeadRead = 4096;
constexpr std::size_t kMostHeld = 4096;                // bytes of a buffer kept between requests
constexpr std::size_t kMostUnread = 16 * 1024 * 1024;  // of a refused body are still taken,
constexpr std::chrono::seconds kUnreadLimit{5};        // for so long
constexpr int kGone = -1;

UpgradeRequest upgrade_of(const Request& request) {
  UpgradeRequest upgrade;
  upgrade.method_string(request.method);
  upgrade.target(request.path);
  upgrade.version(11);
  for (const auto& [name, value] : request.headers) upgrade.insert(name, value);
  return upgrade;
}

bool asks_for_websocket(const Request& request) {
  const std::string_view wanted = request.header("upgrade");
  return beast::iequals({wanted.data(), wanted.size()}, "websocket");
}

bool is_json(std::string_view type) {
  type = type.substr(0, type.find(';'));
  while (!type.empty() && type.back() == ' ') type.remove_suffix(1);
  return beast::iequals({type.data(), type.size()}, "application/json");
}

/// Whose requests are counted together.
const std::string& caller_key(const Request& request) {
  if (!request.caller) return request.peer;
  return request.caller->project_id.empty() ? request.caller->user_id : request.caller->project_id;
}

}  // namespace

Session::Session(Core& core, Deadlines& deadlines, Tcp::socket socket, ConnectionFacts facts)
    : connection_(core, deadlines, std::move(socket), std::move(facts)), core_(core) {}

asio::awaitable<void> Session::serve() {
  // An awaited condition stands alone in all of this library: GCC 12 lays out the frame wrongly
  // when it is part of an if or while.
  bool more = co_await connection_.shake_hands();
  while (more) {
    more = co_await serve_one();
    shed();
  }
  if (unread_) co_await drain();
  co_await connection_.close();
}

/// Between requests a connection holds little.
void Session::shed() {
  auto headers = std::move(request_.headers);  // its memory is used again
  headers.clear();
  request_ = {};
  request_.headers = std::move(headers);
  place_ = {};
  if (connection_.buffer.size() == 0 && connection_.buffer.capacity() > kMostHeld)
    connection_.buffer = beast::flat_buffer();
  if (out_.capacity() > kMostHeld) out_ = std::string();
  sent_ = 0;
}

/// @return 0, the status of a refusal, or kGone
asio::awaitable<int> Session::read_head() {
  auto& buffer = connection_.buffer;
  connection_.mind_limits(false);
  const auto idle =
      connection_.facts.reserve ? core_.settings.header_limit : core_.settings.idle_limit;
  if (buffer.size() == 0) {
    const bool come = co_await connection_.read(kFirstRead, Clock::now() + idle);
    if (!come) co_return kGone;
  }
  connection_.mind_limits(true);
  std::optional<Clock::time_point> until;  // mostly the head has come whole
  for (;;) {
    beast::error_code failure;
    const std::size_t used = parser_->put(buffer.data(), failure);
    if (!failure && parser_->is_header_done()) {
      const std::string_view head(static_cast<const char*>(buffer.data().data()), used);
      const int status =
          finish_head(request_, *parser_, head,
                      {core_.settings.public_url, core_.own_address, connection_.facts.tls});
      buffer.consume(used);
      co_return status;
    }
    buffer.consume(used);
    if (failure == bhttp::error::header_limit) co_return 431;
    if (failure && failure != bhttp::error::need_more) co_return 400;
    if (!until) until = Clock::now() + core_.settings.header_limit;
    const bool come = co_await connection_.read(kHeadRead, *until);
    if (!come) co_return kGone;
  }
}

/// Answers what could not be understood, and ends the connection.
asio::awaitable<void> Session::refuse_head(int status) {
  if (request_.request_id.empty()) request_.request_id = new_request_id();
  keep_ = false;
  unread_ = true;
  const char* why = status == 431   ? "The headers are too large."
                    : status == 414 ? "The address is too long."
                                    : "The request is malformed.";
  const Match none;
  Response response = core_.router.error(nullptr, request_, status, why);
  co_await answer(std::move(response), none);
}

/// Reads, handles and answers one request. False ends the connection without a further word.
asio::awaitable<bool> Session::serve_one() {
  parser_.emplace(request_);
  parser_->header_limit(core_.settings.max_header);
  parser_->body_limit(boost::none);  // limited where it is read
  request_.peer = connection_.facts.peer;
  request_.certificate_sha256 = connection_.facts.certificate_sha256;
  const int refused = co_await read_head();
  start_ = Clock::now();
  if (refused == kGone) co_return false;
  if (refused != 0) {
    co_await refuse_head(refused);
    co_return false;
  }
  keep_ = parser_->keep_alive();
  Response response;
  const Match match = core_.router.route(request_, response);
  if (match.route != nullptr && match.route->websocket && !connection_.facts.reserve &&
      asks_for_websocket(request_)) {
    co_await upgrade(match);
    co_return false;
  }
  const bool there = co_await process(match, response);
  if (!there) co_return false;
  if (!response.file && !response.pieces) place_ = {};  // who has the answer may ask again at once
  co_await answer(std::move(response), match);
  co_return keep_;
}

/// Serves a WebSocket to its end, or says why there is none.
asio::awaitable<void> Session::upgrade(const Match& match) {
  connection_.rest();
  std::optional<Response> refusal = co_await std::visit(
      [&](auto& stream) {
        return upgrade_to_websocket(core_, stream, upgrade_of(request_), match, request_);
      },
      connection_.stream());
  if (!refusal) co_return;
  keep_ = false;
  decide(match, refusal->status);
  co_await answer(std::move(*refusal), match);
}

/// False: the client is gone.
asio::awaitable<bool> Session::process(const Match& match, Response& response) {
  bool refused = match.route == nullptr;
  if (!refused) {
    if (auto early = refuse_early(match)) {
      response = std::move(*early);
      refused = true;
    }
  }
  if (!refused && match.route->upload) {
    const bool there = co_await read_upload(match, response);
    co_return there;
  }
  // A small body of a refused request is read too, so that the connection can go on.
  std::optional<Response> too_large;
  if (parser_->has_body() && refused && !keep_) {
    unread_ = true;
  } else if (parser_->has_body()) {
    const bool there = co_await read_body(too_large);
    if (!there) co_return false;
  }
  if (too_large && !refused) {
    response = std::move(*too_large);
    refused = true;
  }
  if (refused)
    decide(match, response.status);
  else
    response = co_await handle(match);
  co_return true;
}

/// What can be said before the body is read: there is no room, or it is of the wrong kind.
std::optional<Response> Session::refuse_early(const Match& match) {
  const auto refuse = [&](int status, const std::string& message) {
    return core_.router.error(match.service, request_, status, message);
  };
  const Route& route = *match.route;
  if (connection_.facts.reserve && route.lane != Lane::control) {
    keep_ = false;
    ++core_.overloaded;
    return refuse(503, "The service is overloaded.");
  }
  if (route.websocket && !route.handler) {
    Response response = refuse(426, "This address is for WebSockets only.");
    response.headers.emplace_back("Upgrade", "websocket");
    return response;
  }
  const bool waits = route.run == Run::pool || route.upload;
  if (waits && core_.queued >= core_.settings.max_queued) {
    ++core_.overloaded;
    return refuse(503, "The service is overloaded.");
  }
  if (waits &&
      !(place_ = core_.callers.enter(caller_key(request_), core_.settings.max_concurrent))) {
    ++core_.too_many;
    return refuse(429, "Too many requests at once.");
  }
  if (match.service == nullptr || match.service->body_rule.status == 0 || route.upload ||
      !parser_->has_body())
    return std::nullopt;
  const std::string_view type = request_.header("content-type");
  if (type.empty() || is_json(type)) return std::nullopt;
  return refuse(match.service->body_rule.status, match.service->body_rule.message);
}

asio::awaitable<Response> Session::handle(const Match& match) {
  const auto call = [&] {
    Response made = core_.router.guarded(match, request_, [&] {
      Response response = match.route->handler(request_);
      // The first piece is made here, so that its failure can still be told.
      if (response.pieces && !response.pieces(response.body)) response.pieces = nullptr;
      return response;
    });
    decide(match, made.status);
    return made;
  };
  if (match.route->run == Run::io) co_return call();
  Response response = co_await on_pool(core_, call);
  co_return response;
}

Exchange Session::exchange(const Match& match, int status) const {
  return {request_, match,
          status,   parser_ ? parser_->received() : 0,
          sent_,    std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - start_)};
}

void Session::decide(const Match& match, int status) const {
  if (core_.observer != nullptr) core_.observer->decided(exchange(match, status));
}

/// Takes what the client still sends. Closing with unread bytes would reset the connection, and he
/// might never see the answer.
asio::awaitable<void> Session::drain() {
  connection_.end_sending();  // he sees the end and need not wait
  connection_.mind_limits(false);
  auto& buffer = connection_.buffer;
  const auto until = Clock::now() + kUnreadLimit;
  for (std::size_t taken = 0; taken < kMostUnread; taken += buffer.size()) {
    buffer.consume(buffer.size());
    const bool come = co_await connection_.read(64 * 1024, until);
    if (!come) co_return;
  }
}

asio::awaitable<void> serve_connection(Core& core, Deadlines& deadlines, Tcp::socket socket,
                                       ConnectionFacts facts, Tally::Entry entry) {
  const Counted counted(core.connections);
  const Tally::Entry held = std::move(entry);
  Session session(core, deadlines, std::move(socket), std::move(facts));
  co_await session.serve();
}

}  // namespace virga::http
