// SPDX-License-Identifier: Apache-2.0
#include "compute-agent/src/network_keeper.h"

#include <gtest/gtest.h>

#include "tests/unit/compute-agent/agent_fixture.h"

namespace virga::agent {
namespace {

class NetworkKeeperTest : public testing::Test {
 protected:
  NetworkKeeperTest() {
    wish.desired.networks.push_back(make_network());
    wish.desired.instances.push_back(make_instance(1));
  }

  FakeHostNetwork network;
  NetworkWish wish;
  NetworkKeeper keeper{network, {{"physnet1", "br1"}}, [this] { return wish; }};
};

TEST_F(NetworkKeeperTest, AppliesAChangedPlanOnly) {
  (void)keeper.apply(NetworkKeeper::When::changed);
  (void)keeper.apply(NetworkKeeper::When::changed);
  EXPECT_EQ(network.applied(), 1);
  (void)keeper.apply(NetworkKeeper::When::always);
  EXPECT_EQ(network.applied(), 2);
  wish.desired.instances.push_back(make_instance(2));
  (void)keeper.apply(NetworkKeeper::When::changed);
  EXPECT_EQ(network.applied(), 3);
  EXPECT_TRUE(network.has_ports_of(make_instance(2).instance.id));
}

TEST_F(NetworkKeeperTest, DoesNotTrustAPlanThatFailed) {
  network.fail_next(ErrorKind::unavailable);
  EXPECT_THROW((void)keeper.apply(NetworkKeeper::When::changed), Error);
  (void)keeper.apply(NetworkKeeper::When::changed);
  EXPECT_EQ(network.applied(), 2);
}

TEST_F(NetworkKeeperTest, TakesAwayThePortsOfReleasedInstancesOnly) {
  wish.desired.instances.push_back(make_instance(2));
  wish.desired.instances[0].instance.wish = model::PowerWish::absent;
  (void)keeper.apply(NetworkKeeper::When::changed);
  EXPECT_TRUE(network.has_ports_of(make_instance(1).instance.id));
  wish.released.insert(make_instance(1).instance.id);
  (void)keeper.apply(NetworkKeeper::When::changed);
  EXPECT_FALSE(network.has_ports_of(make_instance(1).instance.id));
  EXPECT_TRUE(network.has_ports_of(make_instance(2).instance.id));
}

TEST_F(NetworkKeeperTest, LeavesOutNetworksThatTheHostLacksAndSaysWhy) {
  wish.desired.networks.push_back(make_network("elsewhere"));
  wish.desired.networks.back().id = "other";
  wish.desired.instances.push_back(make_instance(2));
  wish.desired.instances.back().ports[0].network_id = "other";
  const auto refused = keeper.apply(NetworkKeeper::When::changed);
  ASSERT_EQ(refused.size(), 1U);
  EXPECT_NE(refused.at("other").find("elsewhere"), std::string::npos);
  EXPECT_TRUE(network.has_ports_of(make_instance(1).instance.id));
  EXPECT_FALSE(network.has_ports_of(make_instance(2).instance.id));
}

}  // namespace
}  // namespace virga::agent
