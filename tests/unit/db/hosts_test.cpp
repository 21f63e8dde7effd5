// SPDX-License-Identifier: Apache-2.0
#include "db/store/hosts.h"

#include "tests/unit/db/store_fixture.h"

namespace virga::store {
namespace {

class HostStore : public StoreTest {
 protected:
  HostStore() {
    db_.subscribe([this](const Change& c) { heard_.push_back(c.topic + " " + c.key); });
    db_.write([](WriteTx& tx) {
      hosts::insert(tx, host_row("h2", 2));
      hosts::insert(tx, host_row("h1", 1));
    });
  }
  template <class F>
  void write(F f) {
    db_.write([&](WriteTx& tx) { f(tx); });
  }
  model::Host host(const std::string& id) {
    return db_.read([&](ReadTx& tx) { return hosts::find(tx, id).value(); });
  }
  std::vector<std::string> heard_;
};

TEST_F(HostStore, FindsByIdNameAndCertificate) {
  write([](WriteTx& tx) { hosts::set_certificate(tx, "h1", "abc"); });
  db_.read([](ReadTx& tx) {
    EXPECT_EQ(hosts::find(tx, "h1")->name, "name-of-h1");
    EXPECT_EQ(hosts::find_named(tx, "name-of-h2")->id, "h2");
    EXPECT_EQ(hosts::find_certificate(tx, "abc")->id, "h1");
    EXPECT_FALSE(hosts::find_certificate(tx, "")) << "no certificate is nobody's";
    EXPECT_FALSE(hosts::find(tx, "h3"));
    EXPECT_EQ(hosts::list(tx)[0].id, "h1");
    EXPECT_EQ(hosts::list(tx).size(), 2U);
  });
  EXPECT_EQ(heard_, (std::vector<std::string>{"host-access h1"}));
}

TEST_F(HostStore, RefusesATakenName) {
  auto twin = host_row("h3", 3);
  twin.name = "name-of-h1";
  EXPECT_EQ(kind_of([&] { write([&](WriteTx& tx) { hosts::insert(tx, twin); }); }),
            ErrorKind::conflict);
}

TEST_F(HostStore, TheGuardLetsOnlyTheFirstPass) {
  write([](WriteTx& tx) { hosts::guard(tx, "h1", 0); });
  EXPECT_EQ(host("h1").generation, 1);
  EXPECT_EQ(kind_of([&] { write([](WriteTx& tx) { hosts::guard(tx, "h1", 0); }); }),
            ErrorKind::conflict);
  write([](WriteTx& tx) { hosts::guard(tx, "h1", 1); });
}

TEST_F(HostStore, AReportReplacesWhatItMayReplace) {
  model::ObservedHost seen;
  seen.vcpus = 99;
  seen.memory_mib = 98;
  seen.disk_gib = 97;
  seen.address = "192.0.2.1";
  seen.virt_type = "qemu";
  write([&](WriteTx& tx) {
    hosts::set_enabled(tx, "h1", false, "maintenance");
    hosts::set_observed(tx, "h1", seen, 55);
  });
  EXPECT_EQ(host("h1").vcpus, 99);
  EXPECT_EQ(host("h1").disk_gib, 97);
  EXPECT_EQ(host("h1").address, "192.0.2.1");
  EXPECT_EQ(host("h1").last_seen_us, 55);
  EXPECT_FALSE(host("h1").enabled) << "what an administrator decided stays";
  EXPECT_EQ(host("h1").disabled_reason, "maintenance");
  EXPECT_EQ(host("h2").vcpus, 8);
  write([](WriteTx& tx) { hosts::touch(tx, "h1", 66); });
  EXPECT_EQ(host("h1").last_seen_us, 66);
}

TEST_F(HostStore, AnUnknownHostIsAnError) {
  EXPECT_EQ(kind_of([&] { write([](WriteTx& tx) { hosts::touch(tx, "h9", 1); }); }),
            ErrorKind::not_found);
  EXPECT_EQ(kind_of([&] { write([](WriteTx& tx) { hosts::set_certificate(tx, "h9", "c"); }); }),
            ErrorKind::not_found);
}

TEST_F(HostStore, AnEnrolmentIsTakenOnce) {
  write([](WriteTx& tx) { hosts::insert(tx, model::Enrolment{"hash", "node7", 50}); });
  const auto take = [&] {
    return db_.write([](WriteTx& tx) { return hosts::take_enrolment(tx, "hash"); });
  };
  const auto first = take();
  ASSERT_TRUE(first);
  EXPECT_EQ(first->host_name, "node7");
  EXPECT_EQ(first->expires_us, 50);
  EXPECT_FALSE(take());
}

TEST_F(HostStore, ExpiredEnrolmentsAreForgotten) {
  write([](WriteTx& tx) {
    hosts::insert(tx, model::Enrolment{"old", "a", 50});
    hosts::insert(tx, model::Enrolment{"new", "b", 51});
    hosts::erase_expired_enrolments(tx, 51);
  });
  EXPECT_EQ(count("enrolments"), 1);
}

}  // namespace
}  // namespace virga::store
