// SPDX-License-Identifier: Apache-2.0
#include "api/agent-link/agent_link.h"

#include <boost/json/serialize.hpp>
#include <condition_variable>
#include <future>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include "api/agent-link/host_records.h"
#include "api/agent-link/src/enrol.h"
#include "api/agent-link/src/snapshot_upload.h"
#include "common/error.h"
#include "common/json.h"
#include "common/log.h"
#include "db/store/hosts.h"
#include "db/store/instances.h"

namespace virga::agent_link {
namespace {

using http::Request;
using http::Response;

constexpr auto kAnswerLimit = std::chrono::seconds(10);

}  // namespace

class HostStream;

/// What a host was asked, and who waits for its answer.
struct Question {
  std::string host_id;
  std::promise<std::string> reply;
};

struct LinkState {
  LinkDeps& deps;
  std::mutex mutex;  // guards what follows
  std::map<std::string, std::shared_ptr<HostStream>> streams;
  std::map<std::int64_t, Question> questions;
  std::int64_t next_question = 1;
  std::set<std::string> dirty;  // hosts whose desired state changed
  bool stopping = false;
  std::condition_variable wake;
  std::thread pusher;
  std::atomic<std::int64_t> revision{0};
  std::function<void(const std::string&, const std::string&, const std::string&)> console_failed;

  explicit LinkState(LinkDeps& d) : deps(d) {}

  void nudge(const std::string& host_id);
  void push_loop();
  std::shared_ptr<HostStream> stream_of(const std::string& host_id);
  void answer(const std::string& host_id, std::int64_t id, const Fields& message);
  void forget_questions(const std::string& host_id);
};

/// The stream of one host.
class HostStream final : public http::WebSocketSession,
                         public std::enable_shared_from_this<HostStream> {
 public:
  HostStream(std::shared_ptr<LinkState> link, std::string host_id, std::string name)
      : link_(std::move(link)), host_id_(std::move(host_id)), name_(std::move(name)) {}

  void on_open(std::shared_ptr<http::WebSocketSender> sender) override {
    sender_ = std::move(sender);
    std::shared_ptr<HostStream> older;
    {
      const std::scoped_lock lock(link_->mutex);
      older = std::exchange(link_->streams[host_id_], shared_from_this());
    }
    if (older) older->close();
    log::info("agent connected", {{"host", name_}});
    link_->nudge(host_id_);
  }

  void on_message(std::string_view text) override {
    try {
      const json::value value = parse_json(text);
      if (!value.is_object()) throw Error(ErrorKind::invalid, "A message must be an object.");
      const Fields message(value.get_object(), "message");
      const std::string type = message.string("type");
      if (type == "observed")
        record(message);
      else if (type == "answer")
        link_->answer(host_id_, message.integer("id", 1, INT64_MAX), message);
      else if (type == "console_failed" && link_->console_failed)
        link_->console_failed(host_id_, message.string("session_id"),
                              message.string("error", {0, 4096}));
      else
        throw Error(ErrorKind::invalid, "Message type '" + type + "' is not known.");
    } catch (const Error& e) {
      log::warning("message of an agent not taken", {{"host", name_}, {"error", e.what()}});
      if (e.kind() == ErrorKind::invalid) close();
    }
  }

  void on_close() noexcept override {
    try {
      const std::scoped_lock lock(link_->mutex);
      const auto it = link_->streams.find(host_id_);
      if (it != link_->streams.end() && it->second.get() == this) {
        link_->streams.erase(it);
        link_->forget_questions(host_id_);
      }
      log::info("agent disconnected", {{"host", name_}});
    } catch (const std::exception& e) {
      log::error("stream not ended", {{"host", name_}, {"error", e.what()}});
    }
  }

  void send(const json::object& message) { sender_->send(json::serialize(message)); }
  void close() { sender_->close(); }

 private:
  void record(const Fields& message) {
    const auto observed = model::observed_host_from(message.object("observed").raw());
    const TimeUs now = link_->deps.clock.now_us();
    const std::int64_t offload = link_->deps.snapshots.offload_after_s;
    link_->deps.db.write(
        [&](store::WriteTx& tx) { record_observed(tx, host_id_, observed, now, offload); });
  }

  std::shared_ptr<LinkState> link_;
  std::string host_id_;
  std::string name_;
  std::shared_ptr<http::WebSocketSender> sender_;
};

void LinkState::nudge(const std::string& host_id) {
  const std::scoped_lock lock(mutex);
  if (!streams.contains(host_id)) return;  // it gets everything when it connects
  dirty.insert(host_id);
  wake.notify_one();
}

std::shared_ptr<HostStream> LinkState::stream_of(const std::string& host_id) {
  const std::scoped_lock lock(mutex);
  const auto it = streams.find(host_id);
  return it == streams.end() ? nullptr : it->second;
}

void LinkState::push_loop() {
  for (;;) {
    std::set<std::string> hosts;
    {
      std::unique_lock lock(mutex);
      wake.wait(lock, [&] { return stopping || !dirty.empty(); });
      if (stopping) return;
      hosts.swap(dirty);
    }
    for (const auto& host_id : hosts) {
      const auto stream = stream_of(host_id);
      if (!stream) continue;
      try {
        auto desired = deps.db.read([&](store::ReadTx& tx) {
          return compile_desired(tx, host_id, deps.availability_zone);
        });
        desired.revision = ++revision;
        stream->send({{"type", "desired"}, {"desired", model::to_json(desired)}});
      } catch (const std::exception& e) {
        log::error("desired state not sent", {{"host", host_id}, {"error", e.what()}});
        stream->close();  // it comes back and asks anew
      }
    }
  }
}

/// Takes an answer over, if it comes from the host that was asked.
void LinkState::answer(const std::string& host_id, std::int64_t id, const Fields& message) {
  std::promise<std::string> promise;
  {
    const std::scoped_lock lock(mutex);
    const auto it = questions.find(id);
    if (it == questions.end() || it->second.host_id != host_id) return;  // too late, or not asked
    promise = std::move(it->second.reply);
    questions.erase(it);
  }
  try {
    if (message.present("error"))
      throw Error(ErrorKind::unavailable, message.string("error", {0, 4096}));
    promise.set_value(message.string("text", {0, 16U << 20U}));
  } catch (const Error& e) {
    promise.set_exception(std::make_exception_ptr(Error(ErrorKind::unavailable, e.what())));
    if (e.kind() == ErrorKind::invalid) throw;
  }
}

/// Ends what waits for a host whose stream has ended. The lock is held.
void LinkState::forget_questions(const std::string& host_id) {
  for (auto it = questions.begin(); it != questions.end();) {
    if (it->second.host_id != host_id) {
      ++it;
      continue;
    }
    it->second.reply.set_exception(std::make_exception_ptr(
        Error(ErrorKind::unavailable, "The host of the instance has just disconnected.")));
    it = questions.erase(it);
  }
}

AgentLink::AgentLink(LinkDeps& deps) : impl_(std::make_shared<LinkState>(deps)) {
  deps.db.subscribe([impl = impl_](const store::Change& change) {
    if (change.topic == "host") impl->nudge(change.key);
    if (change.topic == "host-access")
      if (const auto stream = impl->stream_of(change.key)) stream->close();
  });
  impl_->pusher = std::thread([impl = impl_] { impl->push_loop(); });
}

AgentLink::~AgentLink() {
  stop();
}

void AgentLink::stop() {
  std::map<std::string, std::shared_ptr<HostStream>> streams;
  {
    const std::scoped_lock lock(impl_->mutex);
    if (impl_->stopping) return;
    impl_->stopping = true;
    streams.swap(impl_->streams);
    for (const auto& [host, stream] : streams) impl_->forget_questions(host);
  }
  for (const auto& [host, stream] : streams) stream->close();
  impl_->wake.notify_all();
  impl_->pusher.join();
}

std::string AgentLink::read_console(const std::string& host_id, const std::string& instance_id,
                                    std::size_t max_bytes) {
  const auto stream = impl_->stream_of(host_id);
  if (!stream)
    throw Error(ErrorKind::unavailable, "The host of the instance is not connected just now.");
  std::int64_t id = 0;
  std::future<std::string> reply;
  {
    const std::scoped_lock lock(impl_->mutex);
    id = impl_->next_question++;
    Question& question = impl_->questions[id];
    question.host_id = host_id;
    reply = question.reply.get_future();
  }
  stream->send({{"type", "query"},
                {"id", id},
                {"query", "console"},
                {"instance_id", instance_id},
                {"max_bytes", max_bytes}});
  if (reply.wait_for(kAnswerLimit) == std::future_status::ready) return reply.get();
  const std::scoped_lock lock(impl_->mutex);
  impl_->questions.erase(id);
  throw Error(ErrorKind::unavailable, "The host of the instance did not answer in time.");
}

void AgentLink::open_console(const std::string& host_id, const ConsoleCall& call) {
  const auto stream = impl_->stream_of(host_id);
  if (!stream)
    throw Error(ErrorKind::unavailable, "The host of the instance is not connected just now.");
  stream->send({{"type", "console"},
                {"session_id", call.session_id},
                {"instance_id", call.instance_id},
                {"kind", model::name_of(call.kind)},
                {"run_epoch", call.run_epoch}});
}

void AgentLink::on_console_failed(
    std::function<void(const std::string&, const std::string&, const std::string&)> callback) {
  impl_->console_failed = std::move(callback);
}

bool HostAuthorizer::knows(std::string_view policy) const {
  return policy == "agent:enrol" || policy == "agent:host";
}

void HostAuthorizer::authorize(Request& request, std::string_view policy) const {
  if (policy == "agent:enrol") return;
  const auto host = db_.read([&](store::ReadTx& tx) {
    return store::hosts::find_certificate(tx, request.certificate_sha256);
  });
  if (!host) throw Error(ErrorKind::unauthorized, "This certificate belongs to no host.");
  auto caller = std::make_shared<http::Caller>();
  caller->user_id = host->id;
  caller->user_name = host->name;
  request.caller = std::move(caller);
}

bool HostAuthorizer::allows(const http::Caller& /*caller*/, std::string_view /*policy*/,
                            const http::Target& /*target*/) const {
  return false;  // what a host may do depends on no object
}

void AgentLink::add_routes(http::Router& router) {
  router.add("POST", "/agent/v1/enrol",
             {"agent:enrol",
              http::Run::pool,
              [this](const Request& request) { return enrol(impl_->deps, request); },
              {},
              {}});
  router.add("GET", "/agent/v1/stream",
             {"agent:host", http::Run::pool, {}, {}, [this](const Request& request) {
                return std::make_shared<HostStream>(impl_, request.who().user_id,
                                                    request.who().user_name);
              }});
  http::Route snapshots;
  snapshots.policy = "agent:host";
  snapshots.upload = [this](const Request& request) {
    return receive_snapshot(impl_->deps, request);
  };
  router.add("PUT", "/agent/v1/snapshots/{image_id}", std::move(snapshots));
  router.add("GET", "/agent/v1/images/{digest}",
             {"agent:host",
              http::Run::pool,
              [this](const Request& request) { return send_image(impl_->deps, request); },
              {},
              {}});
}

}  // namespace virga::agent_link
