#include "relay/engine/work_boards.hpp"

#include <gtest/gtest.h>

namespace relay::engine {
namespace {

class RingingForAListener : public testing::Test {
 protected:
  void serve(const std::set<std::string>& attached, const std::set<std::string>& detached) {
    auto assignment = std::make_shared<listeners::Assignment>();
    assignment->attached = attached;
    assignment->detached = detached;
    boards_.allow(std::move(assignment));
  }

  std::uint64_t rings_of_drainer() { return boards_.drainer_bells.at("stock").rings(); }

  WorkBoards boards_{4, true, {"stock"}};
};

TEST_F(RingingForAListener, WakesTheWorkersOfTheFirstPassWhereItIsAttached) {
  serve({"stock"}, {});
  boards_.ring_for("stock");
  EXPECT_EQ(boards_.bell.rings(), 1U);
  EXPECT_EQ(rings_of_drainer(), 0U);
}

TEST_F(RingingForAListener, WakesItsDrainersWhereItIsDetached) {
  serve({}, {"stock"});
  boards_.ring_for("stock");
  EXPECT_EQ(boards_.bell.rings(), 0U);
  EXPECT_EQ(rings_of_drainer(), 1U);
}

TEST_F(RingingForAListener, WakesNobodyWhileItIsPaused) {
  serve({"another"}, {});
  boards_.ring_for("stock");
  EXPECT_EQ(boards_.bell.rings(), 0U);
  EXPECT_EQ(rings_of_drainer(), 0U);
}

TEST_F(RingingForAListener, WakesNobodyWhileTheRelayMayNotClaim) {
  boards_.ring_for("stock");
  EXPECT_EQ(boards_.bell.rings(), 0U);
  EXPECT_EQ(rings_of_drainer(), 0U);
}

}  // namespace
}  // namespace relay::engine
