#include "relay/engine/shared.hpp"

#include <gtest/gtest.h>

namespace relay::engine {
namespace {

class RingingForAListener : public testing::Test {
 protected:
  void serve(const std::set<std::string>& attached, const std::set<std::string>& detached) {
    auto duty = std::make_shared<listeners::Duty>();
    duty->attached = attached;
    duty->detached = detached;
    shared_.allow(std::move(duty));
  }

  std::uint64_t rings_of_drainer() { return shared_.drainer_bells.at("stock").rings(); }

  Shared shared_{4, true, {"stock"}};
};

TEST_F(RingingForAListener, WakesTheWorkersOfTheFirstPassWhereItIsAttached) {
  serve({"stock"}, {});
  shared_.ring_for("stock");
  EXPECT_EQ(shared_.bell.rings(), 1U);
  EXPECT_EQ(rings_of_drainer(), 0U);
}

TEST_F(RingingForAListener, WakesItsDrainersWhereItIsDetached) {
  serve({}, {"stock"});
  shared_.ring_for("stock");
  EXPECT_EQ(shared_.bell.rings(), 0U);
  EXPECT_EQ(rings_of_drainer(), 1U);
}

TEST_F(RingingForAListener, WakesNobodyWhileItIsPaused) {
  serve({"another"}, {});
  shared_.ring_for("stock");
  EXPECT_EQ(shared_.bell.rings(), 0U);
  EXPECT_EQ(rings_of_drainer(), 0U);
}

TEST_F(RingingForAListener, WakesNobodyWhileTheRelayMayNotClaim) {
  shared_.ring_for("stock");
  EXPECT_EQ(shared_.bell.rings(), 0U);
  EXPECT_EQ(rings_of_drainer(), 0U);
}

}  // namespace
}  // namespace relay::engine
