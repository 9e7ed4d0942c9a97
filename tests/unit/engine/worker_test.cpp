#include "relay/engine/worker.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <thread>

#include "tests/support/eventually.hpp"
#include "tests/support/no_transaction.hpp"
#include "tests/support/temporary_folder.hpp"

namespace relay::engine {
namespace {

using namespace std::chrono_literals;
using tests::eventually;

constexpr int lanes = 4;

struct Silent final : measure::Recorder {
  void applied(measure::Sample) noexcept override {}
  void serving(const std::set<std::string>&, const std::set<std::string>&) override {}
  void trouble(const std::string&, const std::string&) noexcept override {}
};

/// A store whose sessions hold every lane they are asked for and find in each an event that nobody
/// has to see, and which fails where it is told to.
struct FakeStore final : store::Store {
  std::unique_ptr<store::WorkerSession> open_worker_session(const std::string&) override;
  std::unique_ptr<store::ScoutSession> open_scout_session(const std::string&) override {
    return nullptr;
  }
  std::unique_ptr<store::Hints> listen(std::function<void()>) override { return nullptr; }
  [[nodiscard]] std::string description() const override { return "a store of tests"; }
  [[nodiscard]] int lanes_per_claim() const override { return 4; }

  std::function<void()> at_open;
  std::function<void()> at_claim;
  std::function<void()> at_end;
  std::atomic<bool> unknown_lane = false;
  std::atomic<int> claims{0};
  std::atomic<int> ends{0};
};

class FakeSession final : public store::WorkerSession {
 public:
  explicit FakeSession(FakeStore& store) : store_(store) {}

  std::string server_run() override { return ""; }
  store::Claim claim_events(const std::vector<claim::LaneTicket>& tickets,
                            store::Payloads) override {
    ++store_.claims;
    if (store_.at_claim) store_.at_claim();
    store::Claim claim;
    for (const claim::LaneTicket& ticket : tickets) {
      claim.lanes.push_back({.lane = ticket.lane, .held = true});
      claim.events.rows.push_back({.lane = ticket.lane, .id = "an id", .seq = 1, .type = "Thing"});
    }
    if (store_.unknown_lane) {
      claim.lanes.insert(claim.lanes.begin() + 1, {.lane = 99, .held = true});
    }
    return claim;
  }
  store::Claim claim_deliveries(const store::DeliveryQueue&,
                                const std::vector<claim::LaneTicket>&) override {
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

/// One worker with nothing but a first pass whose parts throw where they are told to.
class WorkerThat : public ::testing::Test {
 protected:
  WorkerThat() {
    auto store = std::make_unique<FakeStore>();
    store_ = store.get();
    parts_.store = std::move(store);
    parts_.recorder = std::make_unique<Silent>();
    options_.database = "main";
    shared_.allow(std::make_shared<const listeners::Duty>());
  }
  void start() {
    thread_ = std::jthread{[this](const std::stop_token& stop) { worker_.run(stop); }};
    find_work();
  }
  void find_work() {
    shared_.board.found_work({0, 1, 2, 3});
    shared_.bell.ring();
  }
  bool rests() {
    return eventually([&] { return shared_.board.taken() == 0; });
  }
  /// Every lane and every permit can be had, and the thread works on.
  void expect_all_is_back(const std::atomic<int>& calls) {
    const int so_far = calls;
    find_work();
    EXPECT_TRUE(eventually([&] { return calls > so_far; })) << "it works on";
    thread_.request_stop();
    shared_.bell.ring();
    thread_.join();
    EXPECT_EQ(shared_.board.taken(), 0);
    EXPECT_TRUE(Target::Call{target_}.allowed()) << "the breaker's only permit";
    EXPECT_TRUE((Gate::Pass{gate_, true, 0ms}.inside()));
  }

  tests::TemporaryFolder flights_;
  EngineOptions options_;
  Parts parts_;
  FakeStore* store_ = nullptr;
  Shared shared_{lanes, true, {}};
  Silent silent_;
  Trouble trouble_{"main", silent_};
  Target target_{trouble_, 1};
  Gate gate_;
  flow::FlightRecord flight_{{.folder = flights_.path(), .database = "main"}};
  Floor floor_{shared_, trouble_, target_, gate_, flight_};
  Worker worker_{"worker", {{&shared_.board, nullptr}}, shared_.bell, options_, parts_, floor_, 0};
  std::jthread thread_;
};

TEST_F(WorkerThat, CannotReadItsAddressGivesEverythingBackAndGoesOn) {
  store_->at_open = [] { throw std::invalid_argument{"no address"}; };  // speaks of no database
  start();
  EXPECT_TRUE(eventually([&] { return !trouble_.sentence().empty(); }));
  ASSERT_TRUE(rests());
  thread_.request_stop();
  thread_.join();
  EXPECT_TRUE(Target::Call{target_}.allowed());
  EXPECT_EQ(shared_.board.waiting(claim::Moment::max()), lanes);
}

TEST_F(WorkerThat, IsThrownAtInAClaimGivesEverythingBackAndGoesOn) {
  store_->at_claim = [this] {
    if (store_->claims == 1) throw 1;
  };
  start();
  EXPECT_TRUE(eventually([&] { return store_->claims > 1; }));
  expect_all_is_back(store_->claims);
}

TEST_F(WorkerThat, RunsOutOfMemoryAtABatchsEndGivesEverythingBackAndGoesOn) {
  store_->at_end = [this] {
    if (store_->ends == 1) throw std::bad_alloc{};
  };
  start();
  EXPECT_TRUE(eventually([&] { return store_->ends > 1; }));
  expect_all_is_back(store_->ends);
}

// One of its lanes has been left by then, and another worker is on it.
TEST_F(WorkerThat, IsThrownAtInSettlingGivesBackOnlyWhatItStillHas) {
  store_->unknown_lane = true;
  store_->at_claim = [this] { thread_.request_stop(); };
  start();
  thread_.join();
  EXPECT_EQ(shared_.board.taken(), 0);
  EXPECT_EQ(shared_.board.waiting(claim::Moment::max()), lanes - 1)
      << "the first was left as done, and somebody else may be on it";
  store_->unknown_lane = false;
  store_->at_claim = {};
  start();
  expect_all_is_back(store_->claims);
}

TEST_F(WorkerThat, IsNotLetInSaysNothingOfTheDatabase) {
  options_.call_limit = 10ms;
  for (int i = 0; i < 5; ++i) Target::Call{target_}.failed("away");
  ASSERT_TRUE(eventually([&] {  // its pause is over: the next one is the probe
    return Target::Call{target_}.allowed();
  }));
  const Gate::Pass somebody_alone{gate_, true, 0ms};
  ASSERT_TRUE(somebody_alone.inside());
  start();
  ASSERT_TRUE(eventually([&] { return shared_.board.taken() > 0; }));
  thread_.request_stop();
  thread_.join();
  EXPECT_EQ(store_->claims, 0);
  EXPECT_NE(trouble_.sentence().find("away"), std::string::npos)
      << "nobody has asked it, so the breaker stays open";
  EXPECT_EQ(shared_.board.waiting(claim::Moment::max()), lanes);
}

}  // namespace
}  // namespace relay::engine
