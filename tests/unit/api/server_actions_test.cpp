// SPDX-License-Identifier: Apache-2.0
// POST /servers/{id}/action in every state.
#include "db/model/instance_status.h"
#include "tests/unit/api/cloud_fixture.h"

namespace virga::compute {
namespace {

using model::PowerState;
using model::PowerVerb;
using model::PowerWish;
using test::Reply;
using test::WriteTx;

class ServerActions : public test::CloudTest {
 protected:
  ServerActions() {
    add_host("h1", 1 << 20);
    id_ = created();
  }
  Reply act(const std::string& action, const json::value& argument = nullptr) {
    return as("ann", "POST", "/servers/" + id_ + "/action", json::object{{action, argument}});
  }
  /// Puts the instance into a state.
  void put(PowerWish wish, PowerVerb verb, PowerState power, bool current, bool launched = true,
           int fault = 0) {
    db_.write([&](WriteTx& tx) {
      tx.exec(
          "UPDATE instances SET wish = $1, verb = $2, power = $3, run_epoch = 5,"
          " observed_run_epoch = $4, launched_us = $5, fault_code = $6 WHERE id = $7",
          name_of(wish), name_of(verb), name_of(power), current ? 5 : 4, launched ? 1 : 0, fault,
          id_);
    });
  }
  std::string id_;
};

TEST_F(ServerActions, EachStateAllowsItsActions) {
  struct Row {
    const char* state;
    PowerWish wish;
    PowerVerb verb;
    PowerState power;
    bool current, launched;
    int fault;
    bool stop, start, soft, hard;
  };
  using W = PowerWish;
  using V = PowerVerb;
  using P = PowerState;
  const Row rows[] = {
      {"building", W::running, V::create, P::unknown, false, false, 0, false, false, false, false},
      {"active", W::running, V::create, P::running, true, true, 0, true, false, true, true},
      {"active, crashed", W::running, V::create, P::crashed, true, true, 0, true, false, true,
       true},
      {"powering-off", W::stopped, V::stop, P::running, true, true, 0, false, false, false, true},
      {"stopped", W::stopped, V::stop, P::shutoff, true, true, 0, false, true, false, true},
      {"powering-on", W::running, V::start, P::shutoff, false, true, 0, false, false, false, true},
      {"rebooting", W::running, V::reboot_soft, P::running, false, true, 0, false, false, false,
       true},
      {"rebooting hard", W::running, V::reboot_hard, P::shutoff, false, true, 0, false, false,
       false, true},
      {"error", W::running, V::create, P::shutoff, false, true, 500, true, false, false, true},
      {"deleting", W::absent, V::stop, P::running, true, true, 0, false, false, false, false},
      {"deleting in error", W::absent, V::stop, P::running, true, true, 500, false, false, false,
       false},
  };
  for (const auto& r : rows) {
    const auto check = [&](const char* action, const json::value& argument, bool allowed) {
      put(r.wish, r.verb, r.power, r.current, r.launched, r.fault);
      const auto before = instance(id_).generation;
      EXPECT_EQ(act(action, argument).status, allowed ? 202 : 409) << r.state << ' ' << action;
      EXPECT_EQ(instance(id_).generation, before + (allowed ? 1 : 0)) << r.state << ' ' << action;
    };
    check("os-stop", nullptr, r.stop);
    check("os-start", nullptr, r.start);
    check("reboot", {{"type", "SOFT"}}, r.soft);
    check("reboot", {{"type", "HARD"}}, r.hard);
  }
}

TEST_F(ServerActions, RecordTheWishAndTheAction) {
  put(PowerWish::running, PowerVerb::create, PowerState::running, true);
  EXPECT_EQ(act("os-stop").status, 202);
  EXPECT_EQ(instance(id_).wish, PowerWish::stopped);
  EXPECT_EQ(instance(id_).run_epoch, 5);
  put(PowerWish::stopped, PowerVerb::stop, PowerState::shutoff, true);
  EXPECT_EQ(act("os-start").status, 202);
  EXPECT_EQ(instance(id_).wish, PowerWish::running);
  EXPECT_EQ(instance(id_).run_epoch, 6);
  EXPECT_EQ(number("SELECT count(*) FROM instance_actions WHERE action IN ('stop', 'start')"), 2);
}

TEST_F(ServerActions, AHardRebootEndsAFault) {
  put(PowerWish::running, PowerVerb::create, PowerState::shutoff, false, true, 500);
  EXPECT_EQ(act("reboot", {{"type", "HARD"}}).status, 202);
  EXPECT_EQ(model::derive_status(instance(id_)).status, "HARD_REBOOT");
}

TEST_F(ServerActions, NothingIsAllowedWithoutAHost) {
  add_host("tiny", 0);
  db_.write([&](WriteTx& tx) {
    tx.exec("UPDATE instances SET host_id = '', fault_code = 500 WHERE id = $1", id_);
  });
  EXPECT_EQ(act("reboot", {{"type", "HARD"}}).status, 409);
  EXPECT_EQ(act("os-getConsoleOutput", json::object{}).status, 409);
}

TEST_F(ServerActions, AGuestThatPoweredItselfOffAtOnceCanBeStartedAgain) {
  db_.write([&](WriteTx& tx) {
    const auto before = instance(id_);
    store::instances::set_observed(tx, "h1",
                                   {id_, before.generation, before.run_epoch, 1,
                                    PowerState::shutoff, true, "", "", false, 0, 0},
                                   9);
    store::instances::set_wish(tx, before, PowerWish::stopped, PowerVerb::stop, false, 9);
  });
  EXPECT_EQ(model::derive_status(instance(id_)).status, "SHUTOFF");
  EXPECT_EQ(act("os-start").status, 202);
}

TEST_F(ServerActions, BrokenRequestsAreRefused) {
  put(PowerWish::running, PowerVerb::create, PowerState::running, true);
  const json::value bodies[] = {json::object{},
                                json::array{},
                                json::object{{"dance", nullptr}},
                                json::object{{"os-stop", nullptr}, {"os-start", nullptr}},
                                json::object{{"reboot", nullptr}},
                                json::object{{"reboot", {{"type", "warm"}}}},
                                json::object{{"reboot", {{"type", "HARD"}, {"x", 1}}}},
                                json::object{{"os-getConsoleOutput", {{"length", "all"}}}}};
  for (const auto& body : bodies)
    EXPECT_EQ(as("ann", "POST", "/servers/" + id_ + "/action", body).status, 400)
        << json::serialize(body);
  EXPECT_EQ(as("reader", "POST", "/servers/" + id_ + "/action", json::object{{"os-stop", nullptr}})
                .status,
            403);
}

TEST_F(ServerActions, TheConsoleIsReadFromTheHostAndMadePrintable) {
  const auto output = [&](const json::object& argument) {
    const Reply r = act("os-getConsoleOutput", argument);
    return std::string(r.body().at("output").as_string());
  };
  EXPECT_EQ(output({}), "console of h1\nlast\n");
  EXPECT_EQ(output({{"length", 1}}), "last\n");
  EXPECT_EQ(output({{"length", 2}}), "console of h1\nlast\n");
  EXPECT_EQ(output({{"length", 50}}), "console of h1\nlast\n");
  deps_.read_console = [](const std::string&, const std::string&, std::size_t) {
    return std::string("a\0\x01\xff\x1b[0m\n", 9);
  };
  EXPECT_EQ(output({}), "a?\x1b[0m\n");
  deps_.read_console = [](const std::string&, const std::string&, std::size_t) -> std::string {
    throw Error(ErrorKind::unavailable, "The host is away.");
  };
  EXPECT_EQ(act("os-getConsoleOutput", json::object{}).status, 503);
}

}  // namespace
}  // namespace virga::compute
