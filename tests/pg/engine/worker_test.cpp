#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <thread>

#include "relay/complete/table_completer.hpp"
#include "relay/deliveries/table_ledger.hpp"
#include "relay/engine/worker.hpp"
#include "schema/statements.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/support/test_database.hpp"

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

/// Holds every lane it is asked for and finds nothing in it.
struct Source final : claim::Source {
  claim::Claim claim(pg::Connection& connection, const std::vector<claim::LaneTicket>& tickets,
                     claim::Payloads) override {
    ++calls;
    if (at_claim) at_claim();
    claim::Claim claim{.rows = connection.exec("SELECT 1 WHERE false")};
    for (const claim::LaneTicket& ticket : tickets) {
      claim.lanes.push_back({.lane = ticket.lane, .held = true});
    }
    if (unknown_lane) claim.lanes.insert(claim.lanes.begin() + 1, {.lane = 99, .held = true});
    return claim;
  }
  std::function<void()> at_claim;
  std::atomic<bool> unknown_lane = false;
  std::atomic<int> calls{0};
};

struct Decoder final : decode::Decoder {
  [[nodiscard]] decode::DecodedBatch decode(const pqxx::result&) const override {
    ++calls;
    if (at_decode) at_decode();
    return {};
  }
  std::function<void()> at_decode;
  mutable std::atomic<int> calls{0};
};

/// One worker with nothing but a first pass whose parts throw where they are told to.
class WorkerThat : public ::testing::Test {
 protected:
  WorkerThat() {
    auto source = std::make_unique<Source>();
    auto decoder = std::make_unique<Decoder>();
    source_ = source.get();
    decoder_ = decoder.get();
    parts_.source = std::move(source);
    parts_.decoder = std::move(decoder);
    parts_.ledger = std::make_unique<deliveries::TableLedger>();
    parts_.completer =
        std::make_unique<complete::TableCompleter>(schema::statements::complete_update);
    parts_.recorder = std::make_unique<Silent>();
    options_.database = "main";
    options_.conninfo = db_.url();
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

  tests::TestDatabase db_;
  tests::TemporaryFolder flights_;
  EngineOptions options_;
  Parts parts_;
  Source* source_ = nullptr;
  Decoder* decoder_ = nullptr;
  Shared shared_{lanes, true, {}};
  Silent silent_;
  Trouble trouble_{"main", silent_};
  Target target_{options_, trouble_, 1};
  Gate gate_;
  flow::FlightRecord flight_{{.folder = flights_.path(), .database = "main"}};
  Floor floor_{shared_, trouble_, target_, gate_, flight_};
  Worker worker_{"worker", {{&shared_.board, nullptr}}, shared_.bell, options_, parts_, floor_, 0};
  std::jthread thread_;
};

TEST_F(WorkerThat, CannotReadItsAddressGivesEverythingBackAndGoesOn) {
  options_.conninfo = "no address";  // std::invalid_argument, which speaks of no database
  start();
  EXPECT_TRUE(eventually([&] { return !trouble_.sentence().empty(); }));
  ASSERT_TRUE(rests());
  thread_.request_stop();
  thread_.join();
  EXPECT_TRUE(Target::Call{target_}.allowed());
  EXPECT_EQ(shared_.board.waiting(claim::Moment::max()), lanes);
}

TEST_F(WorkerThat, IsThrownAtInAClaimGivesEverythingBackAndGoesOn) {
  source_->at_claim = [this] {
    if (source_->calls == 1) throw 1;
  };
  start();
  EXPECT_TRUE(eventually([&] { return source_->calls > 1; }));
  expect_all_is_back(source_->calls);
}

TEST_F(WorkerThat, RunsOutOfMemoryInDecodingGivesEverythingBackAndGoesOn) {
  decoder_->at_decode = [this] {
    if (decoder_->calls == 1) throw std::bad_alloc{};
  };
  start();
  EXPECT_TRUE(eventually([&] { return decoder_->calls > 1; }));
  expect_all_is_back(decoder_->calls);
}

// One of its lanes has been left by then, and another worker is on it.
TEST_F(WorkerThat, IsThrownAtInSettlingGivesBackOnlyWhatItStillHas) {
  source_->unknown_lane = true;
  source_->at_claim = [this] { thread_.request_stop(); };
  start();
  thread_.join();
  EXPECT_EQ(shared_.board.taken(), 0);
  EXPECT_EQ(shared_.board.waiting(claim::Moment::max()), lanes - 1)
      << "the first was left as done, and somebody else may be on it";
  source_->unknown_lane = false;
  source_->at_claim = {};
  start();
  expect_all_is_back(source_->calls);
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
  EXPECT_EQ(source_->calls, 0);
  EXPECT_NE(trouble_.sentence().find("away"), std::string::npos)
      << "nobody has asked it, so the breaker stays open";
  EXPECT_EQ(shared_.board.waiting(claim::Moment::max()), lanes);
}

}  // namespace
}  // namespace relay::engine
