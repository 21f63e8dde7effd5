// SPDX-License-Identifier: Apache-2.0
#include "compute-agent/libvirt/src/facts.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <memory>

#include "common/error.h"
#include "compute-agent/libvirt/src/bounded.h"

namespace virga::agent {
namespace {

TEST(LibvirtFacts, VersionIsThreeNumbers) {
  EXPECT_EQ(version_text(7002022), "7.2.22");
  EXPECT_EQ(version_text(10001000), "10.1.0");
}

TEST(LibvirtFacts, CpuInfoHasNovasForm) {
  const std::string xml =
      "<capabilities><host><cpu><arch>x86_64</arch><model>EPYC</model><vendor>AMD</vendor>"
      "<topology sockets='1' dies='1' cores='2' threads='1'/><feature name='ht'/>"
      "<feature name='xsaves'/></cpu><topology><cells num='1'/></topology></host></capabilities>";
  EXPECT_EQ(cpu_info_from(xml),
            R"({"arch":"x86_64","model":"EPYC","vendor":"AMD","topology":{"cells":1,"sockets":1,)"
            R"("cores":2,"threads":1},"features":["ht","xsaves"]})");
}

TEST(Bounded, PassesOnResultsAndFailures) {
  EXPECT_EQ(bounded(std::chrono::seconds(10), "add", [] { return 1 + 1; }), 2);
  EXPECT_THROW(bounded(std::chrono::seconds(10), "fail",
                       []() -> int { throw Error(ErrorKind::conflict, "no"); }),
               Error);
}

TEST(Bounded, GivesUpACallThatHangs) {
  auto release = std::make_shared<std::promise<void>>();
  auto hanging = std::make_shared<std::shared_future<void>>(release->get_future());
  try {
    bounded(std::chrono::milliseconds(5), "hang", [hanging] { hanging->wait(); });
    FAIL() << "the call came back";
  } catch (const Error& e) {
    EXPECT_EQ(e.kind(), ErrorKind::unknown);
  }
  release->set_value();
}

}  // namespace
}  // namespace virga::agent
