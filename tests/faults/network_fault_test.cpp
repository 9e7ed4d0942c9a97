#include <gtest/gtest.h>

#include "tests/support/fault_proxy.hpp"
#include "tests/support/outage.hpp"

namespace {

using namespace std::chrono_literals;
using tests::eventually;
using tests::FaultProxy;
using tests::Outage;
using tests::TestDatabase;

/// A relay whose only way to the database leads through a bad network.
class NetworkFault : public ::testing::Test {
 protected:
  /// A connection was given up: the one that lost it knocks again.
  [[nodiscard]] bool connects_again() const {
    const int before = network_.accepted();
    return eventually([&] { return network_.accepted() > before; }, 10s);
  }

  TestDatabase db_;
  FaultProxy network_{db_.url()};
  Outage outage_{db_, network_.url() + "?connect_timeout=2"};
};

TEST_F(NetworkFault, ABlackHoleInTheMiddleOfAHandlerIsGivenUpAtTheDeadline) {
  outage_.start();
  outage_.work();
  network_.set(FaultProxy::Mode::black_hole);
  EXPECT_TRUE(connects_again());
  EXPECT_TRUE(outage_.relay().running());
  network_.set(FaultProxy::Mode::forward);
  outage_.expect_mended();
}

TEST_F(NetworkFault, ANetworkThatDiesWhileTheRelayRestsIsNoticedAtTheNextSend) {
  outage_.start();
  outage_.publish(20);
  ASSERT_TRUE(outage_.effects().reach(20)) << outage_.log();
  network_.set(FaultProxy::Mode::black_hole);
  outage_.publish(20);
  EXPECT_TRUE(connects_again());
  network_.set(FaultProxy::Mode::forward);
  outage_.expect_mended();
}

TEST_F(NetworkFault, ConnectionsResetAgainAndAgainLoseNothing) {
  outage_.start();
  for (int time = 0; time < 5; ++time) {
    outage_.work();
    network_.cut();
  }
  outage_.expect_mended();
}

TEST_F(NetworkFault, AServerThatAcceptsAndClosesIsTriedAgainWithPauses) {
  outage_.start();
  outage_.work();
  const int before = network_.accepted();
  network_.set(FaultProxy::Mode::refuse);
  network_.cut();
  ASSERT_TRUE(eventually([&] { return network_.accepted() >= before + 5; })) << outage_.log();
  const int after_some = network_.accepted();
  const auto began = std::chrono::steady_clock::now();
  network_.set(FaultProxy::Mode::forward);
  outage_.expect_mended();
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  EXPECT_LT(network_.accepted() - after_some, 20 + 20 * took.count()) << "knocking without a pause";
}

TEST_F(NetworkFault, BytesThatTrickleInAreEitherEnoughOrGivenUp) {
  outage_.start();
  outage_.work();
  network_.set(FaultProxy::Mode::slow);
  EXPECT_TRUE(connects_again());
  EXPECT_TRUE(outage_.relay().running());
  network_.set(FaultProxy::Mode::forward);
  outage_.expect_mended();
}

TEST_F(NetworkFault, AnAnswerToACommitThatIsLostIsDecidedByTheDatabase) {
  outage_.start();
  outage_.work();
  for (int time = 1; time <= 5; ++time) {
    network_.set(FaultProxy::Mode::lose_commit);
    outage_.publish(100);
    ASSERT_TRUE(eventually([&] { return network_.commits_lost() == time; })) << outage_.log();
  }
  network_.set(FaultProxy::Mode::forward);
  outage_.expect_mended();
}

}  // namespace
