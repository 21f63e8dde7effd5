// SPDX-License-Identifier: Apache-2.0
// A console's way: the client's upgrade uses up its token, its host is asked to connect, and a
// relay joins the two. A thread ends what waits too long and what is not permitted any more.
#include "api/console-proxy/console_proxy.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "api/console-proxy/src/open_consoles.h"
#include "api/console-proxy/src/origin.h"
#include "api/console-proxy/src/pages.h"
#include "common/error.h"
#include "common/hash.h"
#include "common/log.h"
#include "common/random.h"
#include "db/store/console_tokens.h"
#include "db/store/instances.h"

namespace virga::console_proxy {
namespace {

using http::Request;
using std::chrono::steady_clock;

constexpr auto kJoinLimit = std::chrono::seconds(15);  // > the limits of the host's connecting
constexpr auto kLook = std::chrono::seconds(1);
constexpr std::size_t kMaxMessage = 256UL * 1024;
constexpr std::size_t kSessionBytes = 24;
constexpr const char* kRefused = "The token is not valid (any more).";

/// The WebSocket of one side of a console.
class End final : public http::WebSocketSession {
 public:
  using Headers = std::vector<std::pair<std::string, std::string>>;
  /// @param at_the_end called once, also when the connection never opens
  End(Side side, std::shared_ptr<Relay> relay, Headers headers, std::function<void()> at_the_end)
      : side_(side),
        relay_(std::move(relay)),
        headers_(std::move(headers)),
        at_the_end_(std::move(at_the_end)) {}
  ~End() override { on_close(); }

  Headers headers() const override { return headers_; }
  std::size_t max_message() const override { return kMaxMessage; }
  void on_open(std::shared_ptr<http::WebSocketSender> sender) override {
    relay_->opened(side_, std::move(sender));
  }
  void on_message(std::string_view text) override { relay_->carry(side_, text); }
  void on_binary(std::string_view bytes) override { relay_->carry(side_, bytes); }
  void on_sent() noexcept override { relay_->sent(side_); }
  void on_close() noexcept override {
    if (over_) return;
    over_ = true;
    relay_->closed(side_);
    if (at_the_end_) at_the_end_();
  }

 private:
  Side side_;
  std::shared_ptr<Relay> relay_;
  Headers headers_;
  std::function<void()> at_the_end_;
  bool over_ = false;
};

/// The value of a cookie, which elder versions of noVNC send instead of a parameter.
std::string cookie(const Request& request, std::string_view name) {
  std::string_view rest = request.header("cookie");
  while (!rest.empty()) {
    std::string_view one = rest.substr(0, rest.find(';'));
    rest.remove_prefix(std::min(one.size() + 1, rest.size()));
    while (one.starts_with(' ')) one.remove_prefix(1);
    if (one.starts_with(name) && one.substr(name.size()).starts_with('='))
      return std::string(one.substr(name.size() + 1));
  }
  return {};
}

/// Clients offer "binary" or nothing; they take it that the answer is what WebSockify's is.
End::Headers answer_headers(const Request& request) {
  End::Headers headers{{"Server", "WebSockify"}};
  std::string_view offered = request.header("sec-websocket-protocol");
  while (!offered.empty()) {
    std::string_view one = offered.substr(0, offered.find(','));
    offered.remove_prefix(std::min(one.size() + 1, offered.size()));
    while (one.starts_with(' ')) one.remove_prefix(1);
    while (one.ends_with(' ')) one.remove_suffix(1);
    if (one != "binary") continue;
    headers.emplace_back("Sec-WebSocket-Protocol", "binary");
    break;
  }
  return headers;
}

}  // namespace

struct ConsoleProxy::Impl : std::enable_shared_from_this<ConsoleProxy::Impl> {
  store::Database& db;
  const Clock& clock;
  agent_link::AgentLink& link;
  const ProxySettings settings;
  const Pages pages;
  OpenConsoles consoles;
  std::mutex mutex;  // guards what follows
  std::condition_variable wake;
  bool changed = false;  // rows by which consoles are permitted
  bool stopping = false;
  std::thread watcher;

  Impl(store::Database& d, const Clock& c, agent_link::AgentLink& l, ProxySettings s)
      : db(d),
        clock(c),
        link(l),
        settings(std::move(s)),
        pages(settings.novnc_directory),
        consoles(settings) {}

  /// Uses up the token of the request.  @throws Error{forbidden}
  OpenConsole redeem(const Request& request) {
    std::string secret = request.parameter("token").value_or("");
    if (secret.empty()) secret = cookie(request, "token");
    const std::string hash = sha256_hex(secret);
    // Guessing must not keep the one writer busy.
    const bool known = db.read([&](store::ReadTx& tx) {
      return store::console_tokens::find(tx, hash, clock.now_us()).has_value();
    });
    if (!known) throw Error(ErrorKind::forbidden, kRefused);
    return db.write([&](store::WriteTx& tx) {
      const auto token = store::console_tokens::take(tx, hash, clock.now_us());
      const auto instance =
          token ? store::instances::find(tx, token->instance_id, "") : std::nullopt;
      if (!instance || instance->run_epoch != token->run_epoch ||
          !is_permitted(tx, *token, *instance))
        throw Error(ErrorKind::forbidden, kRefused);
      OpenConsole console;
      console.session_id = random_secret(kSessionBytes);
      console.host_id = instance->host_id;
      console.project_id = instance->project_id;
      console.token = *token;
      return console;
    });
  }

  std::shared_ptr<http::WebSocketSession> open(const Request& request) {
    require_origin(request, settings.allowed_origins);
    const OpenConsole console = redeem(request);
    consoles.add(console);
    notice();
    auto end = std::make_shared<End>(
        Side::client, console.relay, answer_headers(request),
        [self = shared_from_this(), id = console.session_id] { self->consoles.remove(id); });
    link.open_console(console.host_id, {console.session_id, console.token.instance_id,
                                        console.token.kind, console.token.run_epoch});
    log::info("console granted", {{"instance", console.token.instance_id},
                                  {"kind", model::name_of(console.token.kind)},
                                  {"user", console.token.user_id},
                                  {"peer", request.peer}});
    return end;
  }

  /// Something changed: the watcher looks.
  void notice() {
    const std::scoped_lock lock(mutex);
    changed = true;
    wake.notify_all();
  }

  void watch() {
    std::unique_lock lock(mutex);
    while (!stopping) {
      const auto news = [this] { return stopping || changed; };
      if (consoles.count() == 0)
        wake.wait(lock, news);
      else
        wake.wait_for(lock, kLook, news);
      const bool look = std::exchange(changed, false);
      lock.unlock();
      try {
        end_late();
        if (look) end_forbidden();
      } catch (const std::exception& e) {
        log::error("consoles were not looked at", {{"error", e.what()}});
      }
      lock.lock();
    }
  }

  void end_late() {
    const auto latest = steady_clock::now() - kJoinLimit;
    consoles.end_unless([&](const OpenConsole& c) { return c.joined || c.since > latest; });
  }

  void end_forbidden() {
    if (consoles.count() == 0) return;
    db.read([&](store::ReadTx& tx) {
      consoles.end_unless([&](const OpenConsole& c) {
        const auto instance = store::instances::find(tx, c.token.instance_id, "");
        return instance && instance->host_id == c.host_id && is_permitted(tx, c.token, *instance);
      });
    });
  }
};

ConsoleProxy::ConsoleProxy(store::Database& db, const Clock& clock, agent_link::AgentLink& link,
                           ProxySettings settings)
    : impl_(std::make_shared<Impl>(db, clock, link, std::move(settings))) {
  db.subscribe([weak = std::weak_ptr(impl_)](const store::Change& change) {
    if (change.topic != "host" && change.topic != "identity") return;
    if (const auto impl = weak.lock(); impl && impl->consoles.count() > 0) impl->notice();
  });
  link.on_console_failed([weak = std::weak_ptr(impl_)](const std::string& host,
                                                       const std::string& session,
                                                       const std::string& why) {
    if (const auto impl = weak.lock()) impl->consoles.fail(host, session, why);
  });
  impl_->watcher = std::thread([impl = impl_.get()] { impl->watch(); });
}

ConsoleProxy::~ConsoleProxy() {
  stop();
}

void ConsoleProxy::stop() {
  {
    const std::scoped_lock lock(impl_->mutex);
    impl_->stopping = true;
    impl_->wake.notify_all();
  }
  if (impl_->watcher.joinable()) impl_->watcher.join();
  impl_->consoles.end_unless([](const OpenConsole&) { return false; });
}

std::size_t ConsoleProxy::count() const {
  return impl_->consoles.count();
}

http::WebSocketHandler ConsoleProxy::websocket() {
  // Sessions use it until they end, and a server may end them late.
  return [impl = impl_](const Request& request) { return impl->open(request); };
}

void ConsoleProxy::add_client_routes(http::Router& router) {
  for (const char* path : {"/websockify", "/console/ws"}) {
    http::Route route;
    route.policy = "public";  // the token decides
    route.websocket = websocket();
    router.add("GET", path, std::move(route));
  }
  impl_->pages.add_routes(router);
}

void ConsoleProxy::add_host_routes(http::Router& router) {
  http::Route route;
  route.policy = "agent:host";
  route.websocket = [impl = impl_](const Request& request) {
    const std::string& host_id = request.who().user_id;
    return std::make_shared<End>(Side::host, impl->consoles.join(request.param("session"), host_id),
                                 End::Headers{}, nullptr);
  };
  router.add("GET", "/agent/v1/consoles/{session}", std::move(route));
}

}  // namespace virga::console_proxy
