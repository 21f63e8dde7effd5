// SPDX-License-Identifier: Apache-2.0
// Streams of hosts, without a network: sessions are driven as the server drives them.
#include "api/agent-link/agent_link.h"

#include <boost/json/serialize.hpp>

#include <condition_variable>
#include <deque>
#include <future>
#include <mutex>

#include "db/store/hosts.h"
#include "db/store/image_cache.h"
#include "image-service/image_store.h"
#include "tests/unit/api/cloud_fixture.h"

namespace virga::agent_link {
namespace {

using test::kind_of;
using test::WriteTx;

/// Keeps what is sent to an agent.
class Wire final : public http::WebSocketSender {
 public:
  bool send(std::string text) override {
    const std::scoped_lock lock(mutex_);
    sent_.push_back(std::move(text));
    changed_.notify_all();
    return true;
  }
  bool send_binary(std::string) override { return false; }
  std::size_t waiting() override { return 0; }
  void pause() override {}
  void resume() override {}
  void finish() override { close(); }
  void close() override {
    const std::scoped_lock lock(mutex_);
    closed_ = true;
    changed_.notify_all();
  }
  /// The next message; waits at most 10 s.
  json::object next() {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, std::chrono::seconds(10), [&] { return !sent_.empty(); })) {
      ADD_FAILURE() << "nothing was sent";
      return {};
    }
    const std::string text = std::move(sent_.front());
    sent_.pop_front();
    return json::parse(text).as_object();
  }
  bool closed() {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(10), [&] { return closed_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::string> sent_;
  bool closed_ = false;
};

class AgentLinkTest : public test::CloudTest {
 protected:
  AgentLinkTest() {
    link_.add_routes(agents_);
    for (const char* id : {"h1", "h2"}) {
      add_host(id, 1 << 20);
      db_.write(
          [&](WriteTx& tx) { store::hosts::set_certificate(tx, id, std::string("cert-") + id); });
    }
  }
  ~AgentLinkTest() override { link_.stop(); }

  struct Stream {
    std::shared_ptr<http::WebSocketSession> session;
    std::shared_ptr<Wire> wire = std::make_shared<Wire>();
    void say(const json::object& message) const { session->on_message(json::serialize(message)); }
  };
  Stream connect(const std::string& host) {
    http::Request request;
    request.method = "GET";
    request.path = "/agent/v1/stream";
    request.certificate_sha256 = "cert-" + host;
    http::Response refusal;
    const auto match = agents_.route(request, refusal);
    EXPECT_NE(match.route, nullptr) << refusal.body;
    Stream s;
    s.session = match.route->websocket(request);
    s.session->on_open(s.wire);
    return s;
  }

  std::unique_ptr<images::ImageStore> images_ =
      images::make_directory_image_store(dir_.path("images"));
  LinkDeps link_deps_{db_, clock_, *images_, make_authority("test")};
  AgentLink link_{link_deps_};
  HostAuthorizer host_authorizer_{db_};
  http::Router agents_{host_authorizer_};
};

TEST_F(AgentLinkTest, TellsAHostEverythingWhenItConnectsAndAfterEachChange) {
  const Stream s = connect("h1");
  const json::object first = s.wire->next();
  EXPECT_EQ(first.at("type"), "desired");
  EXPECT_EQ(first.at("desired").at("instances").as_array().size(), 0U);
  const std::string id = created();
  const json::object second = s.wire->next();
  EXPECT_EQ(second.at("desired").at("instances").as_array()[0].at("id").as_string(), id);
  EXPECT_GT(second.at("desired").at("revision").as_int64(),
            first.at("desired").at("revision").as_int64());
  as("ann", "DELETE", "/servers/" + id);
  EXPECT_EQ(s.wire->next().at("desired").at("instances").as_array()[0].at("wish"), "absent");
}

TEST_F(AgentLinkTest, AReportGoesIntoTheRows) {
  const Stream s = connect("h1");
  const std::string id = created();
  model::ObservedHost o;
  o.vcpus = 3;
  o.instances = {{id, 1, 1, 1, model::PowerState::running, false, "", "", false, 0, 0}};
  s.say({{"type", "observed"}, {"observed", model::to_json(o)}});
  EXPECT_EQ(instance(id).power, model::PowerState::running);
  EXPECT_EQ(number("SELECT vcpus FROM hosts WHERE id = 'h1'"), 3);
}

TEST_F(AgentLinkTest, ABrokenMessageEndsTheStream) {
  for (const char* text : {"{", "[]", "{}", R"({"type":"dance"})", R"({"type":"observed"})",
                           R"({"type":"answer","id":0})"}) {
    const Stream s = connect("h1");
    s.session->on_message(text);
    EXPECT_TRUE(s.wire->closed()) << text;
    s.session->on_close();
  }
}

TEST_F(AgentLinkTest, ASecondStreamOfAHostReplacesTheFirst) {
  const Stream first = connect("h1");
  first.wire->next();
  const Stream second = connect("h1");
  second.wire->next();
  EXPECT_TRUE(first.wire->closed());
  first.session->on_close();
  created();
  EXPECT_EQ(second.wire->next().at("desired").at("instances").as_array().size(), 1U);
}

TEST_F(AgentLinkTest, ANewCertificateEndsTheStream) {
  const Stream s = connect("h1");
  db_.write([](WriteTx& tx) { store::hosts::set_certificate(tx, "h1", "other"); });
  EXPECT_TRUE(s.wire->closed());
}

TEST_F(AgentLinkTest, TheConsoleIsAskedForAndAnswered) {
  const Stream s = connect("h1");
  s.wire->next();
  auto text = std::async(std::launch::async, [&] { return link_.read_console("h1", "i1", 100); });
  const json::object question = s.wire->next();
  EXPECT_EQ(question.at("type"), "query");
  EXPECT_EQ(question.at("instance_id"), "i1");
  EXPECT_EQ(question.at("max_bytes"), 100);
  s.say({{"type", "answer"}, {"id", question.at("id")}, {"text", "login:"}});
  EXPECT_EQ(text.get(), "login:");
}

TEST_F(AgentLinkTest, AnAnswerMayBeAnError) {
  const Stream s = connect("h1");
  s.wire->next();
  auto text = std::async(std::launch::async, [&] { return link_.read_console("h1", "i1", 100); });
  s.say({{"type", "answer"}, {"id", s.wire->next().at("id")}, {"error", "no such file"}});
  EXPECT_EQ(kind_of([&] { text.get(); }), ErrorKind::unavailable);
}

TEST_F(AgentLinkTest, ABrokenAnswerIsAnErrorAtOnce) {
  const Stream s = connect("h1");
  s.wire->next();
  auto text = std::async(std::launch::async, [&] { return link_.read_console("h1", "i1", 100); });
  s.say({{"type", "answer"}, {"id", s.wire->next().at("id")}});
  EXPECT_EQ(kind_of([&] { text.get(); }), ErrorKind::unavailable);
}

TEST_F(AgentLinkTest, AStreamThatEndsEndsItsQuestions) {
  const Stream s = connect("h1");
  s.wire->next();
  auto text = std::async(std::launch::async, [&] { return link_.read_console("h1", "i1", 100); });
  s.wire->next();
  s.session->on_close();
  EXPECT_EQ(test::message_of([&] { text.get(); }),
            "The host of the instance has just disconnected.");
}

TEST_F(AgentLinkTest, AnotherHostCannotAnswer) {
  const Stream asked = connect("h1");
  const Stream other = connect("h2");
  asked.wire->next();
  auto text = std::async(std::launch::async, [&] { return link_.read_console("h1", "i1", 100); });
  const json::value id = asked.wire->next().at("id");
  other.say({{"type", "answer"}, {"id", id}, {"text", "forged"}});
  asked.say({{"type", "answer"}, {"id", id}, {"text", "true"}});
  EXPECT_EQ(text.get(), "true");
}

TEST_F(AgentLinkTest, AHostThatIsAwayIsUnavailable) {
  EXPECT_EQ(kind_of([&] { link_.read_console("h1", "i1", 100); }), ErrorKind::unavailable);
  const Stream s = connect("h1");
  s.session->on_close();
  EXPECT_EQ(kind_of([&] { link_.read_console("h1", "i1", 100); }), ErrorKind::unavailable);
}

TEST_F(AgentLinkTest, ImagesAreForHostsThatNeedThem) {
  auto upload = images_->begin_upload({.max_bytes = 100, .expected_size = {}});
  upload->write("bytes");
  const std::string digest = upload->commit(std::nullopt).digest;
  const std::string id = created();
  db_.write([&](WriteTx& tx) {
    tx.exec("UPDATE instances SET image_digest = $1 WHERE id = $2", digest, id);
  });
  const auto get = [&](const std::string& host, const std::string& name) {
    http::Request request;
    request.method = "GET";
    request.path = "/agent/v1/images/" + name;
    request.certificate_sha256 = "cert-" + host;
    http::Response response;
    const auto match = agents_.route(request, response);
    if (match.route != nullptr)
      response = agents_.guarded(match, request, [&] { return match.route->handler(request); });
    return response;
  };
  EXPECT_EQ(get("h2", digest).status, 404) << "it has no instance on it";
  db_.write([&](WriteTx& tx) {
    tx.exec("UPDATE images SET digest = $1", digest);
    store::image_cache::queue(tx, image_, 1);
  });
  EXPECT_EQ(get("h2", digest).status, 200) << "it is to fetch it ahead";
  db_.write([&](WriteTx& tx) { store::image_cache::unqueue(tx, image_); });
  EXPECT_EQ(get("h2", digest).status, 404);
  EXPECT_EQ(get("h3", digest).status, 401);
  EXPECT_EQ(get("h1", "../../etc/passwd").status, 404);
  const auto good = get("h1", digest);
  ASSERT_EQ(good.status, 200) << good.body;
  EXPECT_EQ(good.file->size, 5);
}

TEST_F(AgentLinkTest, StoppingEndsTheStreams) {
  const Stream s = connect("h1");
  link_.stop();
  link_.stop();
  EXPECT_TRUE(s.wire->closed());
}

}  // namespace
}  // namespace virga::agent_link
