#include "relay/pg/host_lookup.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/eventually.hpp"

namespace {

using namespace std::chrono_literals;
using relay::pg::HostAnswer;
using relay::pg::HostLookup;
using Clock = HostLookup::Clock;
using Names = std::vector<std::string>;
using ::testing::Contains;

/// A resolver that is silent about some names until it is told to answer.
class Resolver {
 public:
  HostAnswer operator()(const std::string& name) {
    std::unique_lock lock{mutex_};
    ++calls_;
    most_at_once_ = std::max(most_at_once_, ++running_);
    changed_.wait(lock, [&] { return !silent_ || name.starts_with("quick"); });
    --running_;
    if (fails_) return {{}, "Temporary failure"};
    return {{"10.0.0." + std::to_string(calls_)}, ""};
  }
  void answer(bool with_a_failure = false) { set(false, with_a_failure); }
  void fall_silent() { set(true, false); }
  [[nodiscard]] int calls() const {
    const std::lock_guard lock{mutex_};
    return calls_;
  }
  [[nodiscard]] int most_at_once() const {
    const std::lock_guard lock{mutex_};
    return most_at_once_;
  }

 private:
  void set(bool silent, bool fails) {
    const std::lock_guard lock{mutex_};
    silent_ = silent;
    fails_ = fails;
    changed_.notify_all();
  }

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool silent_ = true;
  bool fails_ = false;
  int calls_ = 0;
  int running_ = 0;
  int most_at_once_ = 0;
};

class Lookup : public ::testing::Test {
 protected:
  ~Lookup() override { resolver_.answer(); }

  HostLookup::Answers ask(const Names& names, std::chrono::milliseconds all,
                          std::chrono::milliseconds any) {
    const auto now = Clock::now();
    return lookup_.ask(names, now + all, now + any);
  }
  HostLookup::Answers ask(const Names& names, std::chrono::milliseconds time) {
    return ask(names, time, time);
  }

  Resolver resolver_;
  HostLookup lookup_{[this](const std::string& name) { return resolver_(name); }};
};

TEST_F(Lookup, IsLeftBehindWhenTheTimeIsOverAndNotBegunASecondTime) {
  const auto began = Clock::now();
  EXPECT_TRUE(ask({"db"}, 50ms).empty());
  EXPECT_TRUE(ask({"db"}, 50ms).empty());
  EXPECT_TRUE(ask({"db"}, -1s).empty());
  EXPECT_LT(Clock::now() - began, 10s);
  EXPECT_EQ(lookup_.running(), 1);
  EXPECT_TRUE(tests::eventually([&] { return resolver_.calls() == 1; }));
}

TEST_F(Lookup, GivesAddressesThatCameTooLateToThoseWhoAskNext) {
  EXPECT_TRUE(ask({"db"}, 50ms).empty());
  resolver_.answer();
  ASSERT_TRUE(tests::eventually([&] { return lookup_.running() == 0; }));
  for (int others = 0; others < 3; ++others) {
    EXPECT_EQ(ask({"db"}, 60s)["db"].addresses, Names{"10.0.0.1"});
  }
  EXPECT_EQ(resolver_.calls(), 1);
}

TEST_F(Lookup, AsksAnewOnceWhatCameTooLateHasBeenShared) {
  HostLookup lookup{[this](const std::string& name) { return resolver_(name); }, 0ms};
  const auto ask_it = [&](std::chrono::seconds time) {
    return lookup.ask({"db"}, Clock::now() + time, Clock::now() + time)["db"].addresses;
  };
  EXPECT_EQ(ask_it(0s), Names{});
  resolver_.answer();
  ASSERT_TRUE(tests::eventually([&] { return lookup.running() == 0; }));
  EXPECT_EQ(ask_it(60s), Names{"10.0.0.1"});
  EXPECT_EQ(ask_it(60s), Names{"10.0.0.2"});
}

TEST_F(Lookup, RemembersNothingThatCameInTime) {
  resolver_.answer();
  EXPECT_EQ(ask({"db"}, 60s)["db"].addresses, Names{"10.0.0.1"});
  EXPECT_EQ(ask({"db"}, 60s)["db"].addresses, Names{"10.0.0.2"});
}

TEST_F(Lookup, DoesNotKeepAFailureThatCameTooLate) {
  EXPECT_TRUE(ask({"db"}, 50ms).empty());
  resolver_.answer(true);
  ASSERT_TRUE(tests::eventually([&] { return lookup_.running() == 0; }));
  resolver_.fall_silent();
  EXPECT_TRUE(ask({"db"}, 50ms).empty());
  resolver_.answer();
  EXPECT_EQ(ask({"db"}, 60s)["db"].addresses, Names{"10.0.0.2"});
}

TEST_F(Lookup, SaysWhyThereIsNoAddress) {
  resolver_.answer(true);
  const HostAnswer answer = ask({"db"}, 60s)["db"];
  EXPECT_EQ(answer.why_not, "Temporary failure");
  EXPECT_TRUE(answer.addresses.empty());
}

TEST_F(Lookup, WaitsForOneThatIsSilentOnlyAsLongAsItMayHoldUpOthers) {
  const auto began = Clock::now();
  const auto answers = ask({"silent", "quick"}, 50ms, 60s);
  EXPECT_LT(Clock::now() - began, 30s);
  EXPECT_EQ(answers.size(), 1U);
  EXPECT_TRUE(answers.contains("quick"));
}

TEST_F(Lookup, WaitsForAllWhereAllAnswer) {
  EXPECT_EQ(ask({"quick 1", "quick 2", "quick 1"}, 60s).size(), 2U);
}

TEST_F(Lookup, IsSharedByAllWhoWaitForTheSameName) {
  std::vector<std::thread> threads;
  std::atomic<int> answered = 0;
  EXPECT_TRUE(ask({"db"}, 10ms).empty());
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] { answered += static_cast<int>(ask({"db"}, 60s).size()); });
  }
  resolver_.answer();
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(answered, 8);
}

TEST_F(Lookup, RunsNoMoreAtOnceThanItPromisesAndWhoFindsNoPlaceWaits) {
  Names names;
  for (int i = 0; i < HostLookup::most_at_once + 8; ++i) names.push_back(std::to_string(i));
  EXPECT_TRUE(ask(names, 100ms).empty());
  EXPECT_TRUE(tests::eventually([&] { return resolver_.calls() == HostLookup::most_at_once; }));
  EXPECT_TRUE(ask(names, 10ms).empty());
  EXPECT_EQ(resolver_.calls(), HostLookup::most_at_once);
  resolver_.answer();
  EXPECT_EQ(ask(names, 60s).size(), names.size());
  EXPECT_EQ(resolver_.most_at_once(), HostLookup::most_at_once);
}

TEST(HostLookup, AsksTheSystemOfWhichANameTooLongForDnsGetsAnErrorAtOnce) {
  EXPECT_THAT(HostLookup::ask_system("localhost").addresses,
              ::testing::AnyOf(Contains("127.0.0.1"), Contains("::1")));
  EXPECT_NE(HostLookup::ask_system(std::string(300, 'x')).why_not, "");
}

}  // namespace
