// SPDX-License-Identifier: Apache-2.0
#include "compute-agent/link/control_plane_link.h"

#include <boost/json/serialize.hpp>
#include <condition_variable>
#include <mutex>
#include <random>
#include <thread>

#include "common/error.h"
#include "common/json.h"
#include "common/log.h"

namespace virga::agent {
namespace {

constexpr auto kReportEvery = std::chrono::seconds(10);
constexpr auto kFirstPause = std::chrono::milliseconds(200);
constexpr auto kLongestPause = std::chrono::milliseconds(10'000);
constexpr std::size_t kMaxConsole = 1024 * 1024;

}  // namespace

struct ControlPlaneLink::Impl final : http::WebSocketSession {
  http::Peer peer;
  LinkHandlers handlers;
  std::atomic<bool> stopping{false};
  std::mutex mutex;  // guards what follows
  std::condition_variable wake;
  std::shared_ptr<http::WebSocketSender> sender;
  bool dirty = false;
  bool was_open = false;  // since the last attempt to connect
  std::thread connector;
  std::thread reporter;

  Impl(http::Peer p, LinkHandlers h) : peer(std::move(p)), handlers(std::move(h)) {}

  void on_open(std::shared_ptr<http::WebSocketSender> opened) override {
    log::info("connected to the control plane");
    const std::scoped_lock lock(mutex);
    sender = std::move(opened);
    dirty = true;
    was_open = true;
    wake.notify_all();
  }

  void on_message(std::string_view text) override {
    try {
      const json::value value = parse_json(text);
      if (!value.is_object()) throw Error(ErrorKind::invalid, "A message must be an object.");
      const Fields message(value.get_object(), "message");
      const std::string type = message.string("type");
      if (type == "desired")
        handlers.desired(model::desired_host_from(message.object("desired").raw()));
      else if (type == "query")
        answer(message);
      else if (type == "console")
        open_console(message);
      else
        log::warning("message of an unknown type left aside", {{"type", type}});
    } catch (const Error& e) {
      log::error("message of the control plane not taken", {{"error", e.what()}});
    }
  }

  void on_close() noexcept override {
    const std::scoped_lock lock(mutex);
    sender.reset();
  }

  void answer(const Fields& message) {
    json::object reply{{"type", "answer"}, {"id", message.integer("id", 1, INT64_MAX)}};
    try {
      if (message.string("query") != "console")
        throw Error(ErrorKind::invalid, "This agent does not know that question.");
      const auto bytes = static_cast<std::size_t>(
          message.integer("max_bytes", 0, static_cast<std::int64_t>(kMaxConsole)));
      std::string log = handlers.read_console(message.string("instance_id"), bytes);
      for (char& c : log)  // a guest's bytes, in a text of JSON
        if (static_cast<unsigned char>(c) >= 0x80 || c == '\0') c = '?';
      reply["text"] = log;
    } catch (const Error& e) {
      reply["error"] = e.what();
    }
    const std::scoped_lock lock(mutex);
    if (sender) sender->send(json::serialize(reply));
  }

  void open_console(const Fields& message) {
    const ConsoleCall call{message.string("session_id"), message.string("instance_id"),
                           model::console_kind_named(message.string("kind")),
                           message.integer("run_epoch", 0, INT64_MAX)};
    handlers.open_console(call, [this, id = call.session_id](const std::string& why) {
      const json::object refusal{{"type", "console_failed"}, {"session_id", id}, {"error", why}};
      const std::scoped_lock lock(mutex);
      if (sender) sender->send(json::serialize(refusal));
    });
  }

  void connect_loop() {
    std::minstd_rand jitter(std::random_device{}());
    auto pause = kFirstPause;
    while (!stopping) {
      try {
        http::run_websocket(peer, "/agent/v1/stream", *this, stopping);
        log::info("the stream to the control plane ended");
      } catch (const std::exception& e) {
        log::warning("the control plane is not reached", {{"error", e.what()}});
      }
      std::unique_lock lock(mutex);
      if (std::exchange(was_open, false)) pause = kFirstPause;
      const auto spread = std::chrono::milliseconds(jitter() % 200);
      wake.wait_for(lock, pause + spread, [&] { return stopping.load(); });
      pause = std::min(pause * 2, kLongestPause);
    }
  }

  void report_loop() {
    std::unique_lock lock(mutex);
    while (!stopping) {
      wake.wait_for(lock, kReportEvery, [&] { return stopping || (dirty && sender); });
      if (stopping) return;
      if (!sender) continue;
      dirty = false;
      const auto to = sender;
      lock.unlock();
      try {
        to->send(json::serialize(
            json::object{{"type", "observed"}, {"observed", model::to_json(handlers.observe())}}));
      } catch (const std::exception& e) {
        log::error("report not sent", {{"error", e.what()}});
      }
      lock.lock();
    }
  }
};

ControlPlaneLink::ControlPlaneLink(http::Peer peer, LinkHandlers handlers)
    : impl_(std::make_unique<Impl>(std::move(peer), std::move(handlers))) {}

ControlPlaneLink::~ControlPlaneLink() {
  stop();
}

void ControlPlaneLink::start() {
  impl_->connector = std::thread([this] { impl_->connect_loop(); });
  impl_->reporter = std::thread([this] { impl_->report_loop(); });
}

void ControlPlaneLink::stop() {
  {
    const std::scoped_lock lock(impl_->mutex);
    impl_->stopping = true;
    impl_->wake.notify_all();
  }
  if (impl_->connector.joinable()) impl_->connector.join();
  if (impl_->reporter.joinable()) impl_->reporter.join();
}

void ControlPlaneLink::report_soon() {
  const std::scoped_lock lock(impl_->mutex);
  impl_->dirty = true;
  impl_->wake.notify_all();
}

}  // namespace virga::agent
