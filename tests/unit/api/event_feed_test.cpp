// SPDX-License-Identifier: Apache-2.0
#include "api/virga/event_feed.h"

#include <future>

#include "tests/unit/api/virga_fixture.h"

namespace virga::own {
namespace {

using std::chrono::seconds;

class EventFeedTest : public VirgaTest {
 protected:
  EventFeedTest() { add_host("h1"); }

  static EventQuery of_project(const std::string& project, std::int64_t after = 0) {
    return {after, project, false, seconds(0), 500};
  }
  static EventQuery of_all(std::int64_t after = 0) { return {after, "", true, seconds(0), 500}; }
  static std::string text(const EventPage& page) {
    std::string out;
    for (const auto& e : page.events) out += e.name + " " + e.state + ", ";
    return out;
  }
  void end(const std::string& id) {
    db_.write([&](WriteTx& tx) { store::instances::finish_delete(tx, id, clock_.now_us()); });
  }
};

TEST_F(EventFeedTest, AProjectSeesItsOwnAndAdministratorsSeeAll) {
  created("web");
  created("db", "bob");
  feed_.look();
  EXPECT_EQ(text(feed_.read(of_project("p1"))), "web BUILD, ");
  EXPECT_EQ(text(feed_.read(of_project("p2"))), "db BUILD, ");
  EXPECT_EQ(feed_.read(of_all()).events.size(), 2U);
  EXPECT_EQ(text(feed_.read(of_project("p0"))), "");
}

TEST_F(EventFeedTest, WhatSaysTheSameIsToldOnce) {
  const std::string id = created("web");
  feed_.look();
  const auto change = [&](const std::string& step, const std::string& error) {
    db_.write([&](WriteTx& tx) {
      model::ObservedInstance seen;
      seen.id = id;
      seen.generation = 1;
      seen.step = step;
      seen.last_error = error;
      store::instances::set_observed(tx, "h1", seen, clock_.now_us());
    });
    feed_.look();
    return feed_.read(of_all()).events.size();
  };
  EXPECT_EQ(change("image", ""), 2U);
  EXPECT_EQ(change("image", "what is shown is the same"), 2U);
  EXPECT_EQ(change("disk", ""), 3U);
}

TEST_F(EventFeedTest, TheEndOfAnInstanceIsTold) {
  const std::string id = created("web");
  feed_.look();
  const EventPage before = feed_.read(of_project("p1"));
  end(id);
  feed_.look();
  EXPECT_EQ(text(feed_.read(of_project("p1", before.next))), "web DELETED, ");
}

TEST_F(EventFeedTest, PagesGoOnWhereTheLastOneEnded) {
  for (int i = 0; i < 5; ++i) created("s" + std::to_string(i));
  feed_.look();
  EventQuery query = of_project("p1");
  query.most = 2;
  std::string all;
  for (EventPage page = feed_.read(query); !page.events.empty(); page = feed_.read(query)) {
    EXPECT_LE(page.events.size(), 2U);
    EXPECT_FALSE(page.missed);
    for (const auto& e : page.events) all += e.name + " ";
    query.after = page.next;
  }
  EXPECT_EQ(all.size(), 15U) << all;
}

TEST_F(EventFeedTest, TheRingForgetsAndSaysSo) {
  created("old");
  feed_.look();
  const EventPage before = feed_.read(of_project("p1"));
  const model::Instance like = instance(before.events.front().id);
  db_.write([&](WriteTx& tx) {
    for (int i = 0; i < 4200; ++i) {
      model::Instance one = like;
      one.id = "i" + std::to_string(i);
      one.name = "new";
      store::instances::insert(tx, one);
    }
  });
  feed_.look();
  EventQuery query = of_project("p1", before.next);
  query.most = 10'000;
  const EventPage page = feed_.read(query);
  EXPECT_TRUE(page.missed);
  EXPECT_EQ(page.events.size(), 4096U);
  EXPECT_EQ(feed_.read(of_project("p1", page.next)).events.size(), 0U);
  EXPECT_FALSE(feed_.read(of_project("p1", page.next)).missed);
  // What was forgotten is told again when it changes.
  end(like.id);
  feed_.look();
  EXPECT_EQ(text(feed_.read(of_project("p1", page.next))), "old DELETED, ");
}

TEST_F(EventFeedTest, ANumberOfAnEarlierProcessIsKnownAsSuch) {
  created("web");
  feed_.look();
  const EventPage page = feed_.read(of_project("p1", 5));
  EXPECT_TRUE(page.missed);
  EXPECT_EQ(page.events.size(), 1U);
}

TEST_F(EventFeedTest, AHostThatFallsSilentIsAnEventForAdministrators) {
  feed_.look();
  EXPECT_EQ(text(feed_.read(of_all())), "") << "how hosts are at the start is no change";
  clock_.advance_us(31 * kSecondUs);
  feed_.look();
  feed_.look();
  EXPECT_EQ(text(feed_.read(of_all())), "name-of-h1 down, ");
  EXPECT_EQ(text(feed_.read(of_project("p1"))), "");
  heard_of("h1");
  db_.write([&](WriteTx& tx) { store::hosts::set_enabled(tx, "h1", false, "broken"); });
  feed_.look();
  EXPECT_EQ(text(feed_.read(of_all())), "name-of-h1 down, name-of-h1 disabled, ");
}

TEST_F(EventFeedTest, WaitingEndsWithTheFirstEventOfOnesOwn) {
  EventQuery query = of_project("p1");
  query.wait = seconds(20);
  auto page = std::async(std::launch::async, [&] { return feed_.read(query); });
  created("others", "bob");
  feed_.look();
  created("web");
  feed_.look();
  EXPECT_EQ(text(page.get()), "web BUILD, ");
}

TEST_F(EventFeedTest, ItFollowsByItself) {
  feed_.start();
  EventQuery query = of_project("p1");
  query.wait = seconds(20);
  created("web");
  EXPECT_EQ(text(feed_.read(query)), "web BUILD, ");
}

TEST_F(EventFeedTest, TooManyWhoWaitAreToldSo) {
  EventFeed narrow(db_, clock_, 0);
  EventQuery query = of_project("p1");
  query.wait = seconds(20);
  EXPECT_TRUE(narrow.read(query).busy);
}

TEST_F(EventFeedTest, WhoWaitsGoesOnWhenItEnds) {
  EventQuery query = of_project("p1");
  query.wait = seconds(50);
  auto page = std::async(std::launch::async, [&] { return feed_.read(query); });
  feed_.stop();
  EXPECT_EQ(page.wait_for(seconds(20)), std::future_status::ready);
}

TEST_F(EventFeedTest, TheRouteShowsThemInTheirForm) {
  created("web");
  feed_.look();
  const test::Reply r = ask("reader", "GET", "/events?limit=1");
  ASSERT_EQ(r.status, 200) << r.text;
  const json::value body = r.body();
  const json::object event = body.at("events").at(0).as_object();
  EXPECT_EQ(event.at("kind"), "instance");
  EXPECT_EQ(event.at("state"), "BUILD");
  EXPECT_EQ(event.at("project_id"), "p1");
  EXPECT_TRUE(event.at("step").is_null());
  EXPECT_EQ(body.at("next"), event.at("seq"));
  EXPECT_EQ(body.at("missed"), false);
  EXPECT_EQ(body.at("busy"), false);
  EXPECT_TRUE(ask("bob", "GET", "/events").body().at("events").as_array().empty());
}

TEST_F(EventFeedTest, WrongNumbersAreRefused) {
  for (const char* query : {"after=x", "after=-1", "wait=61", "wait=1.5", "limit=0", "limit=1001",
                            "after=99999999999999999999"})
    EXPECT_EQ(ask("ann", "GET", std::string("/events?") + query).status, 400) << query;
  EXPECT_EQ(ask("nobody", "GET", "/events").status, 401);
}

}  // namespace
}  // namespace virga::own
