#include <gtest/gtest.h>

#include "tests/memory_store/operators.hpp"
#include "tests/memory_store/store.hpp"
#include "tests/memory_store/writer.hpp"

// What a simulator relies on beside the contract that all stores keep (tests/contract).

namespace tests::memory {
namespace {

using projections::FailureKind;
using relay::deliveries::Delivery;
using relay::store::Payloads;

class AMemoryStore : public testing::Test {
 protected:
  static std::vector<relay::lanes::LaneTicket> both_lanes() { return {{.lane = 0}, {.lane = 1}}; }
  std::string claimed(relay::store::WorkerSession& by) {
    const auto claim = by.claim_events(both_lanes(), Payloads::travel);
    return claim.empty() ? "" : std::string{claim.events.rows.at(0).id};
  }
  void note(relay::store::WorkerSession& by) {
    database_.when_it_ends(by.tx(), [this](Ending how) { endings_.push_back(how); });
  }
  static FailureKind kind_of(const std::function<void()>& call) {
    try {
      call();
      ADD_FAILURE() << "it came through";
    } catch (...) {
      return projections::current_failure().kind;
    }
    return FailureKind::crash;
  }
  bool complete(const std::string& id) { return database_.rows().event(id)->complete; }
  /// What two listeners are owed, one of them with lanes of its own.
  std::string owed_to_two() {
    scout_->register_listeners({{.name = "board", .kind = "projection"},
                                {.name = "slow", .kind = "projection", .detached = true}},
                               {});
    std::string id = publish(database_, {});
    const Published what = *database_.rows().event(id)->what;
    (void)claimed(*worker_);
    Delivery one{.event_id = id, .lane = what.lane, .seq = what.seq, .key = what.key};
    Delivery other = one;
    one.listener = "board";
    other.listener = "slow";
    worker_->end({.park = {id}, .entries = {.deliveries = {one, other}}});
    return id;
  }

  std::int64_t now_us_ = 0;
  Database database_{{.clock = [this] { return now_us_; }, .may_lose = true}};
  Store store_{database_};
  std::unique_ptr<relay::store::WorkerSession> worker_ = store_.open_worker_session("one");
  std::unique_ptr<relay::store::WorkerSession> other_ = store_.open_worker_session("other");
  std::unique_ptr<relay::store::ScoutSession> scout_ = store_.open_scout_session("scout");
  std::vector<Ending> endings_;
};

TEST_F(AMemoryStore, LetsOthersComeBetweenTheLocksOfAClaimAndItsRead) {
  std::string late;
  database_.hooks().between = [&](Pause pause) {
    if (pause == Pause::part) late = publish(database_, {});
  };
  EXPECT_EQ(claimed(*worker_), late);
  EXPECT_NE(late, "");
}

TEST_F(AMemoryStore, OfTwoListenersThatSettleLastAtOnceOneWaitsAndCompletesTheEvent) {
  const std::string id = owed_to_two();
  (void)worker_->claim_deliveries({.listener = "board"}, both_lanes());
  (void)other_->claim_deliveries({.listener = "slow", .drainer = "slow"}, both_lanes());
  bool began = false;
  int parts = 0;
  FailureKind second = FailureKind::crash;
  database_.hooks().between = [&](Pause pause) {
    if (pause != Pause::part || ++parts < 2 || std::exchange(began, true)) return;
    EXPECT_NE(database_.rows().event(id)->locked_by, nullptr);
    second = kind_of([&] { other_->end({.settlement = {{.listener = "slow", .done = {id}}}}); });
  };
  worker_->end({.settlement = {{.listener = "board", .done = {id}}}});
  EXPECT_EQ(second, FailureKind::conflict) << "it waits, and here nobody lets the first go on";
  EXPECT_FALSE(complete(id));
  EXPECT_TRUE(other_->rollback());
  database_.hooks().between = nullptr;
  (void)other_->claim_deliveries({.listener = "slow", .drainer = "slow"}, both_lanes());
  other_->end({.settlement = {{.listener = "slow", .done = {id}}}});
  EXPECT_TRUE(complete(id));
}

TEST_F(AMemoryStore, TakesWhatAPauseThrowsForTheStatementsFailure) {
  const std::string id = publish(database_, {});
  (void)claimed(*worker_);
  database_.hooks().between = [](Pause) { fail_as_locked(); };
  EXPECT_EQ(kind_of([&] { worker_->end({.complete = {id}}); }), FailureKind::conflict);
  database_.hooks().between = nullptr;
  EXPECT_ANY_THROW(worker_->end({.complete = {id}}));
  EXPECT_TRUE(worker_->rollback());
  EXPECT_EQ(claimed(*other_), id);
}

TEST_F(AMemoryStore, KeepsWhatWasCommittedWhoseAnswerIsLost) {
  const std::string id = publish(database_, {});
  (void)claimed(*worker_);
  note(*worker_);
  database_.hooks().between = [](Pause pause) {
    if (pause == Pause::answer) fail_as_cut_off("the answer was lost");
  };
  EXPECT_EQ(kind_of([&] { worker_->end({.complete = {id}}); }), FailureKind::connection);
  EXPECT_TRUE(complete(id));
  EXPECT_EQ(endings_, std::vector{Ending::committed});
  EXPECT_FALSE(worker_->rollback());
}

TEST_F(AMemoryStore, UndoesAndFreesWhatAKilledRelayHadUnderWay) {
  const std::string id = publish(database_, {});
  Store another{database_};
  const auto killed = another.open_worker_session("killed");
  EXPECT_EQ(claimed(*killed), id);
  note(*killed);
  another.kill();
  EXPECT_EQ(endings_, std::vector{Ending::rolled_back});
  EXPECT_EQ(kind_of([&] { killed->end({.complete = {id}}); }), FailureKind::connection);
  EXPECT_EQ(claimed(*worker_), id) << "others go on";
}

TEST_F(AMemoryStore, KillsASessionInTheMiddleOfItsEnd) {
  const std::string id = publish(database_, {});
  (void)claimed(*worker_);
  database_.hooks().between = [&](Pause pause) {
    if (pause == Pause::part) database_.kill("one");
  };
  EXPECT_EQ(kind_of([&] { worker_->end({.complete = {id}}); }), FailureKind::connection);
  EXPECT_FALSE(complete(id));
  database_.hooks().between = nullptr;
  EXPECT_EQ(claimed(*other_), id);
}

TEST_F(AMemoryStore, LosesInACrashWhatNobodyWaitedForAndTellsItsHandlers) {
  const std::string id = publish(database_, {});
  (void)claimed(*worker_);
  note(*worker_);
  worker_->end({.complete = {id}, .wait_for_disk = false});
  database_.crash();
  EXPECT_FALSE(complete(id));
  EXPECT_EQ(endings_, (std::vector{Ending::committed, Ending::lost}));
}

TEST_F(AMemoryStore, LosesNothingInACrashThatCameBeforeSomethingThatWasWaitedFor) {
  const std::string id = publish(database_, {});
  (void)claimed(*worker_);
  note(*worker_);
  worker_->end({.complete = {id}, .wait_for_disk = false});
  publish(database_, {});
  database_.crash();
  EXPECT_TRUE(complete(id));
  EXPECT_EQ(endings_, std::vector{Ending::committed});
}

TEST_F(AMemoryStore, TakesOpenWritersAlongInACrash) {
  Writer writer{database_};
  writer.insert({});
  database_.crash();
  EXPECT_TRUE(database_.open_writers().empty());
  EXPECT_EQ(kind_of([&] { writer.commit(); }), FailureKind::connection);
  EXPECT_TRUE(database_.rows().events.empty());
}

TEST_F(AMemoryStore, LetsAnOperatorWaitForTheLaneAndGiveUp) {
  const std::string id = owed_to_two();
  (void)worker_->claim_deliveries({.listener = "board"}, both_lanes());
  const Published what = *database_.rows().event(id)->what;
  worker_->end({.settlement = {{.listener = "board",
                                .changed = {{.event_id = id,
                                             .listener = "board",
                                             .lane = what.lane,
                                             .seq = what.seq,
                                             .key = what.key,
                                             .state = Delivery::State::dead}}}}});
  (void)claimed(*worker_);
  Operators operators{database_};
  EXPECT_EQ(kind_of([&] { operators.discard_dead("board"); }), FailureKind::conflict);
  worker_->rollback();
  EXPECT_EQ(operators.discard_dead("board"), 1);
}

}  // namespace
}  // namespace tests::memory
