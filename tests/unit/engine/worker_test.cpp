#include "relay/engine/worker.hpp"

#include <gtest/gtest.h>

#include <functional>

#include "tests/support/direct_handling.hpp"
#include "tests/support/no_recorder.hpp"
#include "tests/support/no_transaction.hpp"

namespace relay::engine {
namespace {

using namespace std::chrono_literals;

constexpr int lanes = 4;

/// A store whose sessions hold every lane they are asked for and find in each an event that nobody
/// has to see, and which fails where it is told to.
struct FakeStore final : store::Store {
  std::unique_ptr<store::WorkerSession> open_worker_session(const std::string&) override;
  std::unique_ptr<store::ScoutSession> open_scout_session(const std::string&) override {
    return nullptr;
  }
  std::unique_ptr<store::Pulse> open_pulse(const std::string&) override { return nullptr; }
  std::unique_ptr<store::Hints> listen(std::function<void()>) override { return nullptr; }
  [[nodiscard]] std::string description() const override { return "a store of tests"; }
  [[nodiscard]] int lanes_per_claim() const override { return 4; }

  std::function<void()> at_open;
  std::function<void()> at_claim;
  std::function<void()> at_end;
  bool unknown_lane = false;
  int claims = 0;
  int ends = 0;
};

class FakeSession final : public store::WorkerSession {
 public:
  explicit FakeSession(FakeStore& store) : store_(store) {}

  std::string server_run() override { return ""; }
  store::Claim claim_events(const std::vector<lanes::LaneTicket>& tickets,
                            store::Payloads) override {
    ++store_.claims;
    if (store_.at_claim) store_.at_claim();
    store::Claim claim;
    for (const lanes::LaneTicket& ticket : tickets) {
      claim.lanes.push_back({.lane = ticket.lane, .held = true});
      claim.events.rows.push_back({.lane = ticket.lane, .id = "an id", .seq = 1, .type = "Thing"});
    }
    if (store_.unknown_lane) {
      claim.lanes.insert(claim.lanes.begin() + 1, {.lane = 99, .held = true});
    }
    return claim;
  }
  store::Claim claim_deliveries(const store::DeliveryQueue&,
                                const std::vector<lanes::LaneTicket>&) override {
    return {};
  }
  std::map<std::string, projections::HeldKeys> held_keys(
      const std::set<deliveries::LaneKey>&) override {
    return {};
  }
  projections::Tx& tx() override { return nobodys_.tx; }
  std::unique_ptr<store::TimeLimit> within(std::chrono::milliseconds) override { return nullptr; }
  std::int64_t end(const store::BatchEnd&) override {
    ++store_.ends;
    if (store_.at_end) store_.at_end();
    return 0;
  }
  bool rollback() noexcept override { return true; }
  void rehearse_end() override {}
  void pause_listener(const std::string&, const std::string&, const std::string&) override {}
  void cancel() noexcept override {}

 private:
  FakeStore& store_;
  tests::NoTransaction nobodys_;
};

std::unique_ptr<store::WorkerSession> FakeStore::open_worker_session(const std::string&) {
  if (at_open) at_open();
  return std::make_unique<FakeSession>(*this);
}

/// Calls no handler: nobody listens here.
HandlingOfPass no_handling() {
  return [](store::WorkerSession&, bool, const std::stop_token&) {
    return std::make_unique<tests::DirectHandling>();
  };
}

/// One worker with nothing but a first pass whose parts throw where they are told to.
class WorkerThat : public ::testing::Test {
 protected:
  WorkerThat() {
    auto store = std::make_unique<FakeStore>();
    store_ = store.get();
    parts_.store = std::move(store);
    parts_.recorder = std::make_unique<tests::NoRecorder>();
    parts_.now = [this] { return now_; };
    options_.database = "main";
    boards_.allow(std::make_shared<const listeners::Assignment>());
    boards_.look_began();
    find_work();
  }
  /// The scout's, so that floors are known to hold.
  void look() {
    boards_.look_began();
    boards_.look_ended();
  }
  void find_work() { boards_.board.found_work({0, 1, 2, 3}); }
  /// A turn that reaches the store; the first one only connects.
  void turn() {
    if (worker_.take_turn({})) return;
    look();
    (void)worker_.take_turn({});
  }
  static constexpr int alone = 2;
  void one_lane_wants_to_be_alone() {
    find_work();
    for (const lanes::LaneTicket& ticket : boards_.board.take(lanes, now_)) {
      boards_.board.done(ticket.lane, ticket.lane == alone);
    }
    boards_.board.be_careful(alone, 1);
    boards_.board.be_alone(alone);
  }
  [[nodiscard]] int waiting() const { return boards_.board.waiting(lanes::Moment::max()); }
  /// Every lane and every permit can be had, and the worker works on.
  void expect_all_is_back() {
    EXPECT_EQ(boards_.board.taken(), 0);
    EXPECT_TRUE(DatabaseBreaker::Call{breaker_}.allowed()) << "the breaker's only permit";
    EXPECT_TRUE((ExclusiveSection::Entry{section_, true, now_}.inside()));
    now_ += 10s;  // whatever rests has rested
    const int so_far = store_->claims;
    find_work();
    turn();
    EXPECT_GT(store_->claims, so_far) << "it works on";
    EXPECT_EQ(boards_.board.taken(), 0);
  }

  lanes::Moment now_{1h};
  EngineOptions options_;
  EngineParts parts_;
  FakeStore* store_ = nullptr;
  WorkBoards boards_{lanes, true, {}};
  Conditions conditions_{"main", parts_};
  DatabaseBreaker breaker_{conditions_, {}, parts_};
  int freed_ = 0;
  ExclusiveSection section_{[this] { ++freed_; }};
  WorkerContext context_{options_, parts_, boards_, conditions_, breaker_, section_};
  Worker worker_{"worker", {{&boards_.board, nullptr}}, boards_.bell, no_handling(), context_};
};

TEST_F(WorkerThat, CannotReadItsAddressGivesEverythingBackAndGoesOn) {
  store_->at_open = [] { throw std::invalid_argument{"no address"}; };  // speaks of no database
  turn();
  EXPECT_FALSE(conditions_.sentence().empty());
  EXPECT_EQ(waiting(), lanes);
  store_->at_open = {};
  expect_all_is_back();
}

TEST_F(WorkerThat, IsRefusedASessionLetsOthersHaveItsLanesAndOpensNoBreaker) {
  store_->at_open = [] {
    throw store::Unreachable{"cannot connect: too many connections for role \"r\"",
                             {projections::FailureKind::connection, "53300", "too many"}};
  };
  for (int n = 0; n < 20; ++n) {
    turn();
    EXPECT_EQ(waiting(), lanes) << "another worker may have one";
    ASSERT_TRUE(worker_.take_refusal());
  }
  EXPECT_FALSE(worker_.take_refusal()) << "it is told once";
  EXPECT_EQ(conditions_.sentence(), "");
  store_->at_open = {};
  expect_all_is_back();
}

TEST_F(WorkerThat, IsThrownAtInAClaimGivesEverythingBackAndGoesOn) {
  store_->at_claim = [this] {
    if (store_->claims == 1) throw 1;
  };
  turn();
  EXPECT_EQ(store_->claims, 1);
  expect_all_is_back();
}

TEST_F(WorkerThat, RunsOutOfMemoryAtABatchsEndGivesEverythingBackAndGoesOn) {
  store_->at_end = [this] {
    if (store_->ends == 1) throw std::bad_alloc{};
  };
  turn();
  EXPECT_EQ(store_->ends, 1);
  expect_all_is_back();
}

// One of its lanes has been left by then, and another worker is on it.
TEST_F(WorkerThat, IsThrownAtInSettlingGivesBackOnlyWhatItStillHas) {
  store_->unknown_lane = true;
  turn();
  EXPECT_EQ(boards_.board.taken(), 0);
  EXPECT_EQ(waiting(), lanes - 1) << "the first was left as done, and somebody else may be on it";
  store_->unknown_lane = false;
  expect_all_is_back();
}

TEST_F(WorkerThat, IsNotLetInSaysNothingOfTheDatabase) {
  for (int i = 0; i < 5; ++i) DatabaseBreaker::Call{breaker_}.failed("away");
  now_ += 10s;  // its pause is over: the next one is the probe
  {
    const ExclusiveSection::Entry somebody_alone{section_, true, now_};
    ASSERT_TRUE(somebody_alone.inside());
    EXPECT_FALSE(worker_.take_turn({}));
  }
  EXPECT_EQ(freed_, 1) << "who was not let in is told";
  EXPECT_EQ(store_->claims, 0);
  EXPECT_NE(conditions_.sentence().find("away"), std::string::npos)
      << "nobody has asked it, so the breaker stays open";
  EXPECT_EQ(waiting(), lanes);
}

TEST_F(WorkerThat, WantsToBeAloneKeepsItsLaneUntilOthersAreOutAndNobodyElseComesIn) {
  turn();  // connected
  one_lane_wants_to_be_alone();
  const int so_far = store_->claims;
  {
    const ExclusiveSection::Entry somebody{section_, false, now_};
    ASSERT_TRUE(somebody.inside());
    EXPECT_FALSE(worker_.take_turn({}));
    EXPECT_EQ(boards_.board.taken(), 1);
    EXPECT_FALSE((ExclusiveSection::Entry{section_, false, now_}.inside())) << "somebody waits";
    EXPECT_EQ(freed_, 0);
  }
  EXPECT_EQ(freed_, 1);
  EXPECT_EQ(store_->claims, so_far);
  EXPECT_TRUE(worker_.take_turn({}));
  EXPECT_EQ(store_->claims, so_far + 1);
  expect_all_is_back();
}

TEST_F(WorkerThat, CannotBeAloneInTimeGivesItsLaneBack) {
  turn();
  one_lane_wants_to_be_alone();
  const ExclusiveSection::Entry somebody{section_, false, now_};
  EXPECT_FALSE(worker_.take_turn({}));
  EXPECT_EQ(boards_.board.taken(), 1);
  now_ += options_.call_limit + 1s;
  EXPECT_FALSE(worker_.take_turn({}));
  EXPECT_EQ(boards_.board.taken(), 0);
  EXPECT_EQ(waiting(), 1);
  EXPECT_TRUE((ExclusiveSection::Entry{section_, false, now_}.inside())) << "others go on";
  EXPECT_FALSE(worker_.take_turn({})) << "it rests for a while";
}

TEST_F(WorkerThat, HasANewSessionWaitsForTheScoutToLookAndASecondAtMost) {
  EXPECT_FALSE(worker_.take_turn({}));
  EXPECT_EQ(store_->claims, 0);
  EXPECT_EQ(boards_.board.taken(), 0);
  EXPECT_EQ(boards_.scout_bell.rings(), 1U);
  now_ += 1s;
  EXPECT_TRUE(worker_.take_turn({}));
  EXPECT_EQ(store_->claims, 1);
}

}  // namespace
}  // namespace relay::engine
