// SPDX-License-Identifier: Apache-2.0
#include "db/store/instances.h"

#include <algorithm>
#include <functional>

#include "db/store/allocations.h"
#include "db/store/hosts.h"
#include "db/store/instance_actions.h"
#include "tests/unit/db/store_fixture.h"

namespace virga::store {
namespace {

using model::PowerState;
using model::PowerVerb;
using model::PowerWish;

class InstanceStore : public StoreTest {
 protected:
  InstanceStore() {
    db_.subscribe([this](const Change& c) { heard_.push_back(c.topic + " " + c.key); });
    add(row_);
    heard_.clear();
  }
  void add(const model::Instance& i) {
    db_.write([&](WriteTx& tx) { instances::insert(tx, i); });
  }
  std::optional<model::Instance> found(const std::string& project = "") {
    return db_.read([&](ReadTx& tx) { return instances::find(tx, row_.id, project); });
  }
  bool observe(model::ObservedInstance seen, const std::string& host = "h1", TimeUs now = 500) {
    return db_.write([&](WriteTx& tx) { return instances::set_observed(tx, host, seen, now); });
  }
  model::ObservedInstance running(std::int64_t generation = 1) const {
    return {row_.id, generation, 1, 1, PowerState::running, false, "", "", false, 0, 0};
  }
  void wish(const model::Instance& before, PowerWish w, PowerVerb v, bool new_run) {
    db_.write([&](WriteTx& tx) { instances::set_wish(tx, before, w, v, new_run, 777); });
  }

  model::Instance row_ = instance_row();
  std::vector<std::string> heard_;
};

TEST_F(InstanceStore, KeepsEveryColumn) {
  model::Instance i = instance_row("p9", 5);
  i.public_key = "ssh-rsa x";
  i.key_name = "k";
  i.user_data = std::string("a\0\xff", 3);
  i.config_drive = true;
  i.metadata = {{"a", "1"}, {"b", ""}};
  i.disk_gib = 3;
  i.ephemeral_gib = 4;
  i.swap_mib = 5;
  i.image_size = 6;
  i.image_virtual_size = 7;
  i.generation = 8;
  i.run_epoch = 9;
  i.observed_generation = 10;
  i.observed_run_epoch = 11;
  i.power = PowerState::paused;
  i.wish = PowerWish::stopped;
  i.verb = PowerVerb::reboot_soft;
  i.step = "disk";
  i.last_error = "e";
  i.attempts = 12;
  i.next_try_us = 13;
  i.launched_us = 14;
  i.terminated_us = 15;
  i.fault_code = 500;
  i.fault_message = "m";
  i.fault_us = 16;
  add(i);
  row_.id = i.id;
  const auto back = found().value();
  EXPECT_EQ(back.user_data, i.user_data);
  EXPECT_EQ(back.metadata, i.metadata);
  EXPECT_EQ(std::tie(back.number, back.project_id, back.user_id, back.name, back.hostname,
                     back.image_id, back.image_digest, back.image_format, back.image_size,
                     back.image_virtual_size, back.key_name, back.public_key, back.config_drive),
            std::tie(i.number, i.project_id, i.user_id, i.name, i.hostname, i.image_id,
                     i.image_digest, i.image_format, i.image_size, i.image_virtual_size, i.key_name,
                     i.public_key, i.config_drive));
  EXPECT_EQ(
      std::tie(back.flavor_id, back.flavor_name, back.vcpus, back.memory_mib, back.disk_gib,
               back.ephemeral_gib, back.swap_mib, back.created_us, back.updated_us, back.deleted_us,
               back.host_id, back.generation, back.wish, back.verb, back.run_epoch),
      std::tie(i.flavor_id, i.flavor_name, i.vcpus, i.memory_mib, i.disk_gib, i.ephemeral_gib,
               i.swap_mib, i.created_us, i.updated_us, i.deleted_us, i.host_id, i.generation,
               i.wish, i.verb, i.run_epoch));
  EXPECT_EQ(std::tie(back.observed_generation, back.observed_run_epoch, back.power, back.step,
                     back.last_error, back.attempts, back.next_try_us, back.launched_us,
                     back.terminated_us, back.fault_code, back.fault_message, back.fault_us),
            std::tie(i.observed_generation, i.observed_run_epoch, i.power, i.step, i.last_error,
                     i.attempts, i.next_try_us, i.launched_us, i.terminated_us, i.fault_code,
                     i.fault_message, i.fault_us));
}

TEST_F(InstanceStore, FindsOnlyInTheProjectThatIsAsked) {
  EXPECT_TRUE(found(""));
  EXPECT_TRUE(found("p1"));
  EXPECT_FALSE(found("p2"));
}

TEST_F(InstanceStore, RefusesTheSameIdTwice) {
  EXPECT_EQ(kind_of([&] { add(row_); }), ErrorKind::conflict);
}

TEST_F(InstanceStore, ListsNewestFirstByProjectHostAndPartOfTheName) {
  model::Instance b = instance_row("p1", 300);
  b.name = "db_1";
  b.host_id = "h2";
  model::Instance c = instance_row("p2", 200);
  c.name = "dbx1";
  add(b);
  add(c);
  using F = instances::Filter;
  const auto ids = [&](const std::function<void(F&)>& restrict_to) {
    F f;
    restrict_to(f);
    std::vector<std::string> out;
    for (const auto& i : db_.read([&](ReadTx& tx) { return instances::list(tx, f); }))
      out.push_back(i.id);
    return out;
  };
  using Ids = std::vector<std::string>;
  EXPECT_EQ(ids([](F&) {}), (Ids{b.id, c.id, row_.id}));
  EXPECT_EQ(ids([&](F& f) { f.project_id = "p1"; }), (Ids{b.id, row_.id}));
  EXPECT_EQ(ids([&](F& f) { f.host_id = "h2"; }), (Ids{b.id}));
  EXPECT_EQ(ids([&](F& f) { f.name = "db_"; }), (Ids{b.id})) << "'_' stands for itself";
  EXPECT_EQ(ids([&](F& f) { f.name = "%"; }), Ids{});
  EXPECT_EQ(ids([&](F& f) { f.limit = 2; }), (Ids{b.id, c.id}));
  EXPECT_EQ(ids([&](F& f) { f.marker = c.id; }), (Ids{row_.id}));
  EXPECT_EQ(ids([&](F& f) { f.project_id = "p3"; }), Ids{});
}

TEST_F(InstanceStore, PagesDoNotLoseInstancesOfOneMoment) {
  for (int n = 0; n < 10; ++n) add(instance_row("p1", 100));
  std::vector<std::string> all;
  instances::Filter f;
  f.limit = 3;
  for (;;) {
    const auto page = db_.read([&](ReadTx& tx) { return instances::list(tx, f); });
    if (page.empty()) break;
    for (const auto& i : page) all.push_back(i.id);
    f.marker = all.back();
  }
  EXPECT_EQ(all.size(), 11U);
  std::sort(all.begin(), all.end());
  EXPECT_EQ(std::unique(all.begin(), all.end()), all.end());
}

TEST_F(InstanceStore, AWishRaisesTheGenerationAndNudgesTheHost) {
  wish(row_, PowerWish::stopped, PowerVerb::stop, false);
  const auto after = found().value();
  EXPECT_EQ(after.generation, row_.generation + 1);
  EXPECT_EQ(after.run_epoch, row_.run_epoch);
  EXPECT_EQ(after.wish, PowerWish::stopped);
  EXPECT_EQ(after.updated_us, 777);
  EXPECT_EQ(heard_, (std::vector<std::string>{"host h1", "instance " + row_.id}));
  wish(after, PowerWish::running, PowerVerb::start, true);
  EXPECT_EQ(found()->run_epoch, row_.run_epoch + 1);
}

TEST_F(InstanceStore, AWishFromAnOldGenerationChangesNothing) {
  wish(row_, PowerWish::stopped, PowerVerb::stop, false);
  EXPECT_EQ(kind_of([&] { wish(row_, PowerWish::absent, PowerVerb::stop, false); }),
            ErrorKind::conflict);
  EXPECT_EQ(found()->wish, PowerWish::stopped);
}

TEST_F(InstanceStore, AWishTakesTheFaultAway) {
  db_.write([&](WriteTx& tx) { instances::set_fault(tx, row_.id, 500, "broken", 9); });
  EXPECT_EQ(found()->fault_message, "broken");
  wish(row_, PowerWish::running, PowerVerb::reboot_hard, true);
  EXPECT_EQ(found()->fault_code, 0);
}

TEST_F(InstanceStore, AReportIsTakenOverOnce) {
  EXPECT_TRUE(observe(running()));
  EXPECT_FALSE(observe(running())) << "the same again changes nothing";
  const auto after = found().value();
  EXPECT_EQ(after.power, PowerState::running);
  EXPECT_EQ(after.launched_us, 500);
  EXPECT_EQ(after.updated_us, 500);
  EXPECT_EQ(after.generation, row_.generation) << "observing is not wishing";
}

TEST_F(InstanceStore, LaunchedIsTheFirstTimeItRan) {
  observe({row_.id, 1, 0, 1, PowerState::shutoff, false, "start", "", false, 0, 0}, "h1", 400);
  EXPECT_EQ(found()->launched_us, 0);
  observe(running(), "h1", 500);
  observe({row_.id, 1, 1, 1, PowerState::shutoff, false, "", "", false, 0, 0}, "h1", 600);
  observe(running(), "h1", 700);
  EXPECT_EQ(found()->launched_us, 500);
}

TEST_F(InstanceStore, AGuestThatEndedItselfBeforeAnyReportHasRun) {
  observe({row_.id, 1, 1, 1, PowerState::shutoff, true, "", "", false, 0, 0}, "h1", 400);
  EXPECT_EQ(found()->launched_us, 400);
}

TEST_F(InstanceStore, AReportOfAnotherHostChangesNothing) {
  EXPECT_FALSE(observe(running(), "h2"));
  EXPECT_EQ(found()->power, PowerState::unknown);
}

TEST_F(InstanceStore, AReportOfAnOldGenerationChangesNothing) {
  EXPECT_TRUE(observe(running(3)));
  auto old = running(2);
  old.power = PowerState::shutoff;
  EXPECT_FALSE(observe(old));
  EXPECT_EQ(found()->power, PowerState::running);
}

TEST_F(InstanceStore, AProgressReportDoesNotCountAsAnUpdate) {
  observe({row_.id, 1, 0, 1, PowerState::unknown, false, "image", "slow", false, 2, 900});
  const auto after = found().value();
  EXPECT_EQ(after.step, "image");
  EXPECT_EQ(after.last_error, "slow");
  EXPECT_EQ(after.attempts, 2);
  EXPECT_EQ(after.next_try_us, 900);
  EXPECT_EQ(after.updated_us, row_.updated_us);
}

TEST_F(InstanceStore, ADeletedInstanceIsGoneForEverybodyAndLaterForgotten) {
  model::Instance secret = instance_row();
  secret.user_data = "password";
  secret.metadata = {{"a", "b"}};
  add(secret);
  row_.id = secret.id;
  db_.write([&](WriteTx& tx) {
    instance_actions::insert(tx, {"req-1", row_.id, "delete", "u1", "p1", "", 5});
    instances::finish_delete(tx, row_.id, 900);
  });
  EXPECT_FALSE(found());
  EXPECT_FALSE(observe(running()));
  EXPECT_EQ(count("instance_metadata"), 0);
  EXPECT_EQ(count("instances WHERE user_data <> ''"), 0);
  EXPECT_EQ(kind_of([&] { wish(secret, PowerWish::running, PowerVerb::start, true); }),
            ErrorKind::conflict);
  const auto purge = [&](TimeUs before) {
    return db_.write([&](WriteTx& tx) { return instances::purge_deleted(tx, before); });
  };
  EXPECT_EQ(purge(900), 0);
  EXPECT_EQ(purge(901), 1);
  EXPECT_EQ(count("instances"), 1);
  EXPECT_EQ(count("instance_actions"), 0);
}

TEST_F(InstanceStore, KnowsWhichHostStandsOnAnImage) {
  const auto uses = [&](const std::string& digest, const std::string& host) {
    return db_.read([&](ReadTx& tx) { return instances::uses_image(tx, digest, host); });
  };
  EXPECT_TRUE(uses("digest", "h1"));
  EXPECT_TRUE(uses("digest", ""));
  EXPECT_FALSE(uses("digest", "h2"));
  EXPECT_FALSE(uses("other", ""));
}

TEST_F(InstanceStore, AnAllocationIsClaimedOnceAndSummedByHost) {
  const auto other = instance_row();
  add(other);
  db_.write([&](WriteTx& tx) {
    hosts::insert(tx, host_row("h1"));
    allocations::insert(tx, row_.id, "h1", {2, 1024, 10, 1});
    allocations::insert(tx, row_.id, "h1", {2, 1024, 10, 1});
    allocations::insert(tx, other.id, "h1", {1, 512, 5, 1});
  });
  const auto used = db_.read([](ReadTx& tx) { return allocations::used_by_host(tx); });
  ASSERT_EQ(used.size(), 1U);
  EXPECT_EQ(used.at("h1").vcpus, 3);
  EXPECT_EQ(used.at("h1").memory_mib, 1536);
  EXPECT_EQ(used.at("h1").disk_gib, 15);
  EXPECT_EQ(used.at("h1").instances, 2);
  const auto erase = [&] {
    return db_.write([&](WriteTx& tx) { return allocations::erase(tx, row_.id); });
  };
  EXPECT_TRUE(erase());
  EXPECT_FALSE(erase());
  EXPECT_EQ(
      kind_of([&] { db_.write([&](WriteTx& tx) { allocations::insert(tx, row_.id, "h9", {}); }); }),
      ErrorKind::conflict);
}

}  // namespace
}  // namespace virga::store
