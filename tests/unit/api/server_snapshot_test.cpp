// SPDX-License-Identifier: Apache-2.0
// createImage and createBackup, from the request to the active image.
#include "tests/unit/api/snapshot_fixture.h"

namespace virga::compute {
namespace {

using model::ImageStatus;
using model::PowerState;
using model::SnapshotPhase;
using test::Reply;
using test::WriteTx;

class ServerSnapshot : public test::SnapshotTest {
 protected:
  Reply create_image(json::object more = {}) {
    more["name"] = "picture";
    return act("createImage", std::move(more));
  }
  std::string backup(const std::string& name, std::int64_t rotation,
                     const std::string& type = "daily") {
    clock_.advance_us(kSecondUs);
    const Reply r =
        act("createBackup",
            json::object{{"name", name}, {"backup_type", type}, {"rotation", rotation}});
    EXPECT_EQ(r.status, 202) << r.text;
    std::string id = on_its_way();
    EXPECT_EQ(deliver(id), 204);
    return id;
  }
};

TEST_F(ServerSnapshot, AnImageIsRecordedAtOnceAndToldToTheHost) {
  db_.write([&](WriteTx& tx) {
    store::images::set_property(tx, image_, "hw_disk_bus", "virtio");
    store::images::set_property(tx, image_, "img_signature", "x");
    store::images::set_property(tx, image_, "os_glance_importing", "x");
  });
  const Reply r = create_image({{"metadata", {{"colour", "red"}, {"image_type", "mine"}}}});
  EXPECT_EQ(r.status, 202) << r.text;
  EXPECT_EQ(r.text, "");
  const std::string id = on_its_way();
  EXPECT_EQ(r.header("Location").substr(r.header("Location").rfind('/') + 1), id);
  const auto made = image(id).value();
  EXPECT_EQ(made.name, "picture");
  EXPECT_EQ(made.owner, "p1");
  EXPECT_EQ(made.status, ImageStatus::queued);
  EXPECT_EQ(made.visibility, model::ImageVisibility::private_);
  EXPECT_EQ(made.min_disk_gib, 10);
  const std::map<std::string, std::string> expected{
      {"instance_uuid", id_},       {"user_id", "user-ann"}, {"image_type", "mine"},
      {"base_image_ref", image_},   {"owner_id", "p1"},      {"image_location", "snapshot"},
      {"image_state", "available"}, {"colour", "red"},       {"hw_disk_bus", "virtio"}};
  EXPECT_EQ(made.properties, expected);
  const model::DesiredSnapshot wanted{id, id_, 1, false};
  EXPECT_EQ(desired("h1").snapshots, std::vector{wanted});
  EXPECT_EQ(task(), "image_snapshot_pending");
  EXPECT_EQ(number("SELECT count(*) FROM instance_actions WHERE action = 'createImage'"), 1);
}

TEST_F(ServerSnapshot, NewerClientsGetTheIdInABody) {
  const auto made = [&](const std::string& version, const json::object& action) {
    return test::call(router_, "POST", "/compute/v2.1/servers/" + id_ + "/action",
                      json::serialize(action),
                      {{"x-test-user", "ann"}, {"openstack-api-version", "compute " + version}});
  };
  const Reply old = made("2.44", {{"createImage", {{"name", "a"}}}});
  EXPECT_EQ(old.status, 202) << old.text;
  EXPECT_EQ(old.text, "");
  EXPECT_EQ(deliver(on_its_way()), 204);
  const Reply fresh = made("2.45", {{"createImage", {{"name", "a"}}}});
  EXPECT_EQ(fresh.status, 202);
  EXPECT_EQ(fresh.header("Location"), "");
  EXPECT_EQ(fresh.body().at("image_id").as_string(), on_its_way());
  EXPECT_EQ(deliver(on_its_way()), 204);
  const Reply backup =
      made("2.45", {{"createBackup", {{"name", "a"}, {"backup_type", "x"}, {"rotation", 0}}}});
  EXPECT_EQ(backup.body().at("image_id").as_string(), on_its_way());
}

TEST_F(ServerSnapshot, ItsPhasesAreShownUntilItIsActive) {
  create_image();
  const std::string id = on_its_way();
  report(PowerState::running, {{id, SnapshotPhase::copying, 0, "", false}});
  EXPECT_EQ(task(), "image_snapshot");
  report(PowerState::running, {{id, SnapshotPhase::copied, 0, "", false}});
  EXPECT_EQ(task(), "image_pending_upload");
  EXPECT_EQ(act("createImage", {{"name", "second"}}).status, 409);
  EXPECT_EQ(act("os-stop").status, 409);
  EXPECT_EQ(deliver(id), 204);
  EXPECT_EQ(task(), "");
  const auto made = image(id).value();
  EXPECT_EQ(made.status, ImageStatus::active);
  EXPECT_EQ(made.virtual_size, 10 << 20);
  EXPECT_EQ(made.stores, std::vector<std::string>{"local"});
  EXPECT_TRUE(model::why_unbootable(made).empty());
  EXPECT_TRUE(desired("h1").snapshots.empty());
  EXPECT_EQ(deliver(id), 404) << "it is not to be delivered any longer";
}

TEST_F(ServerSnapshot, OnlyItsHostDeliversAndOnlyWhatCanBeADisk) {
  create_image();
  const std::string id = on_its_way();
  EXPECT_EQ(deliver(id, "h2"), 404);
  EXPECT_EQ(image(id)->status, ImageStatus::queued);
  EXPECT_EQ(deliver(new_uuid()), 404);
  EXPECT_EQ(deliver(id, "h1", "no disk at all"), 400);
  EXPECT_EQ(image(id)->status, ImageStatus::saving);
  EXPECT_EQ(task(), "image_uploading");
  EXPECT_EQ(deliver(id), 204) << "it may try again";
}

TEST_F(ServerSnapshot, OneThatFailsTooOftenGoes) {
  create_image();
  const std::string id = on_its_way();
  report(PowerState::running, {{id, SnapshotPhase::pending, 4, "No room.", false}});
  EXPECT_TRUE(image(id));
  report(PowerState::running, {{id, SnapshotPhase::pending, 5, "No room.", false}});
  EXPECT_FALSE(image(id));
  EXPECT_EQ(task(), "");
  EXPECT_EQ(number("SELECT count(*) FROM instance_actions WHERE message = 'No room.'"), 1);
  EXPECT_EQ(create_image().status, 202);
}

TEST_F(ServerSnapshot, OneThatTakesTooLongGoes) {
  create_image();
  const std::string id = on_its_way();
  const auto expire = [&] {
    db_.write(
        [&](WriteTx& tx) { store::instance_snapshots::give_up_overdue(tx, clock_.now_us()); });
  };
  clock_.advance_us(3600 * kSecondUs);
  expire();
  EXPECT_TRUE(image(id));
  clock_.advance_us(24 * 3600 * kSecondUs);
  expire();
  EXPECT_FALSE(image(id));
  EXPECT_EQ(task(), "");
}

TEST_F(ServerSnapshot, AnotherHostsReportChangesNothing) {
  create_image();
  const std::string id = on_its_way();
  model::ObservedHost o;
  o.snapshots = {{id, SnapshotPhase::pending, 9, "Lies.", true}};
  db_.write([&](WriteTx& tx) { agent_link::record_observed(tx, "h2", o, clock_.now_us()); });
  EXPECT_TRUE(image(id));
}

TEST_F(ServerSnapshot, WhoDeletesTheImageEndsIt) {
  create_image();
  const std::string id = on_its_way();
  db_.write([&](WriteTx& tx) { store::images::erase(tx, id); });
  EXPECT_EQ(task(), "");
  EXPECT_TRUE(desired("h1").snapshots.empty());
  EXPECT_EQ(deliver(id), 404);
}

TEST_F(ServerSnapshot, WhoDeletesTheServerEndsIt) {
  create_image();
  const std::string id = on_its_way();
  EXPECT_EQ(as("ann", "DELETE", "/servers/" + id_).status, 204);
  EXPECT_FALSE(image(id));
  EXPECT_TRUE(desired("h1").snapshots.empty());
  EXPECT_EQ(task(), "deleting");
}

TEST_F(ServerSnapshot, BadBodiesMakeNothing) {
  const std::string long_name(256, 'a');
  const json::value bad[] = {
      nullptr,
      json::object{},
      {{"name", ""}},
      {{"name", long_name}},
      {{"name", "a"}, {"colour", "red"}},
      {{"name", "a"}, {"metadata", {{"", ""}}}},
      {{"name", "a"}, {"metadata", {{long_name, "b"}}}},
      {{"name", "a"}, {"metadata", {{"k", long_name}}}},
      {{"name", "a"}, {"metadata", {{"k", 1}}}},
      {{"name", "a"}, {"metadata", "m"}},
  };
  for (const auto& argument : bad)
    EXPECT_EQ(act("createImage", argument).status, 400) << json::serialize(argument);
  const json::value bad_backups[] = {
      {{"name", "a"}, {"backup_type", "daily"}},
      {{"name", "a"}, {"rotation", 1}},
      {{"backup_type", "daily"}, {"rotation", 1}},
      {{"name", "a"}, {"backup_type", "daily"}, {"rotation", -1}},
      {{"name", "a"}, {"backup_type", "daily"}, {"rotation", "x"}},
      {{"name", "a"}, {"backup_type", 1}, {"rotation", 1}},
  };
  for (const auto& argument : bad_backups)
    EXPECT_EQ(act("createBackup", argument).status, 400) << json::serialize(argument);
  json::object many;
  for (int n = 0; n < 129; ++n) many["k" + std::to_string(n)] = "v";
  EXPECT_EQ(create_image({{"metadata", many}}).status, 403);
  EXPECT_EQ(number("SELECT count(*) FROM images"), 1);
  EXPECT_EQ(number("SELECT count(*) FROM instance_snapshots"), 0);
}

TEST_F(ServerSnapshot, StrangersAndReadersMakeNone) {
  EXPECT_EQ(act("createImage", {{"name", "a"}}, "bob").status, 404);
  EXPECT_EQ(act("createImage", {{"name", "a"}}, "reader").status, 403);
  EXPECT_EQ(number("SELECT count(*) FROM images"), 1);
}

TEST_F(ServerSnapshot, BackupsRotateByTheirType) {
  const std::string one = backup("one", 2);
  const std::string weekly = backup("other", 1, "weekly");
  const std::string two = backup("two", 2);
  EXPECT_TRUE(image(one));
  EXPECT_EQ(image(one)->properties.at("image_type"), "backup");
  EXPECT_EQ(image(one)->properties.at("backup_type"), "daily");
  const std::string three = backup("three", 2);
  EXPECT_FALSE(image(one));
  EXPECT_TRUE(image(two));
  EXPECT_TRUE(image(three));
  EXPECT_TRUE(image(weekly));
  const std::string none = backup("none", 0);
  EXPECT_FALSE(image(two));
  EXPECT_FALSE(image(three));
  EXPECT_FALSE(image(none));
}

TEST_F(ServerSnapshot, ABackupThatIsNotToStayHasNoPlace) {
  const json::value none{{"name", "a"}, {"backup_type", "daily"}, {"rotation", "0"}};
  const Reply r = act("createBackup", none);
  EXPECT_EQ(r.status, 202) << r.text;
  EXPECT_EQ(r.header("Location"), "");
  EXPECT_EQ(task(), "image_backup");
}

}  // namespace
}  // namespace virga::compute
