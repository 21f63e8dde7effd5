// SPDX-License-Identifier: Apache-2.0
#include "tools/cli/names.h"

#include <gtest/gtest.h>

#include "tools/cli/failure.h"
#include "tools/cli/progress.h"

namespace virga::cli {
namespace {

const std::vector<Named> kAll{{"1", "web"}, {"2", "db"}, {"3", "web"}, {"db", "odd"}};

Failure failure_of(const std::string& wanted) {
  try {
    choose("server", kAll, wanted);
  } catch (const Failure& e) {
    return e;
  }
  return {Exit::ok, "nothing was thrown"};
}

TEST(Choose, ANameOrAnIdIsTaken) {
  EXPECT_EQ(choose("server", kAll, "3").id, "3");
  EXPECT_EQ(choose("server", kAll, "odd").id, "db");
}

TEST(Choose, AnIdWinsOverAName) {
  EXPECT_EQ(choose("server", kAll, "db").name, "odd");
}

TEST(Choose, WhatIsNotThereIsNotFound) {
  EXPECT_EQ(failure_of("nobody").code(), Exit::not_found);
  EXPECT_EQ(failure_of("WEB").code(), Exit::not_found);
  EXPECT_EQ(failure_of("").code(), Exit::not_found);
}

TEST(Choose, SeveralOfANameAreNamedByTheirIds) {
  const Failure failure = failure_of("web");
  EXPECT_EQ(failure.code(), Exit::usage);
  EXPECT_STREQ(failure.what(), "2 servers have the name 'web'; name one by its id:\n  1\n  3");
}

TEST(ExitCodes, FollowStatuses) {
  EXPECT_EQ(exit_of_status(400), Exit::failed);
  EXPECT_EQ(exit_of_status(401), Exit::refused);
  EXPECT_EQ(exit_of_status(403), Exit::refused);
  EXPECT_EQ(exit_of_status(404), Exit::not_found);
  EXPECT_EQ(exit_of_status(409), Exit::conflict);
  EXPECT_EQ(exit_of_status(429), Exit::unreachable);
  EXPECT_EQ(exit_of_status(500), Exit::failed);
  EXPECT_EQ(exit_of_status(503), Exit::unreachable);
}

TEST(StepText, TheHostsStepSaysMoreThanTheTask) {
  EXPECT_EQ(step_text("BUILD", "spawning", "image"), "its host fetches the image");
  EXPECT_EQ(step_text("BUILD", "spawning", "start (failed)"), "its host starts the guest (failed)");
  EXPECT_EQ(step_text("BUILD", "scheduling", ""), "a host is chosen");
  EXPECT_EQ(step_text("BUILD", "new_task", ""), "new_task");
  EXPECT_EQ(step_text("SHUTOFF", "", ""), "SHUTOFF");
}

}  // namespace
}  // namespace virga::cli
