#include "relay/runtime/server_watch.hpp"

#include <gtest/gtest.h>

#include "relay/runtime/sleepers.hpp"
#include "tests/support/eventually.hpp"

namespace relay::runtime {
namespace {

using namespace std::chrono_literals;
using tests::eventually;
using Numbers = std::map<std::string, std::int64_t>;

constexpr auto looks = 20s;  // several of them, on any machine

/// What the databases of a server tell, and who asks. Threads: any.
class FakeServer {
 public:
  void inserted(const std::string& database) {
    const std::lock_guard lock{mutex_};
    ++numbers_[database];
  }
  void drop(const std::string& database) {
    const std::lock_guard lock{mutex_};
    dropped_ = database;
  }
  [[nodiscard]] std::string asked_over() {
    const std::lock_guard lock{mutex_};
    return over_;
  }
  [[nodiscard]] Numbers read(const std::string& over) {
    const std::lock_guard lock{mutex_};
    over_ = over;
    if (over == dropped_) throw std::runtime_error{"database \"" + over + "\" does not exist"};
    ++reads;
    return numbers_;
  }

  std::atomic<int> reads{0};
  std::atomic<int> sessions{0};

 private:
  std::mutex mutex_;
  Numbers numbers_{{"a", 7}, {"b", 7}};
  std::string dropped_;
  std::string over_;
};

class FakePulse final : public store::Pulse {
 public:
  FakePulse(FakeServer& server, std::string over) : server_(server), over_(std::move(over)) {
    (void)server_.read(over_);
    ++server_.sessions;
  }
  ~FakePulse() override { --server_.sessions; }
  [[nodiscard]] Numbers read() override { return server_.read(over_); }
  void cancel() noexcept override {}

 private:
  FakeServer& server_;
  const std::string over_;
};

class FakeStore final : public store::Store {
 public:
  FakeStore(FakeServer& server, std::string name) : server_(server), name_(std::move(name)) {}

  std::unique_ptr<store::WorkerSession> open_worker_session(const std::string&) override {
    return nullptr;
  }
  std::unique_ptr<store::ScoutSession> open_scout_session(const std::string&) override {
    return nullptr;
  }
  std::unique_ptr<store::Pulse> open_pulse(const std::string&) override {
    return std::make_unique<FakePulse>(server_, name_);
  }
  std::unique_ptr<store::Hints> listen(std::function<void()>) override { return nullptr; }
  [[nodiscard]] std::string description() const override { return name_; }
  [[nodiscard]] int lanes_per_claim() const override { return 1; }

 private:
  FakeServer& server_;
  const std::string name_;
};

/// Two databases of a server that sleep.
class WatchOfAServer : public testing::Test {
 protected:
  struct Sleeper {
    std::string name;
    flow::Bell bell;
  };

  void sleep(Sleeper& who) {
    sleepers_.sleep("server", "role", who.name, std::make_shared<FakeStore>(server_, who.name),
                    who.bell);
  }
  void wake(Sleeper& who) { sleepers_.wake("server", who.bell); }
  static bool rings(const Sleeper& who, std::uint64_t times) {
    return eventually([&] { return who.bell.rings() >= times; }, looks);
  }
  void looks_twice_more() {
    const int before = server_.reads;
    ASSERT_TRUE(eventually([&] { return server_.reads >= before + 2; }, looks));
  }

  FakeServer server_;
  Sleeper a_{.name = "a", .bell = {}};
  Sleeper b_{.name = "b", .bell = {}};
  Pool pool_{{}, [] {}};
  Sleepers sleepers_{pool_, {}};
};

TEST_F(WatchOfAServer, RingsOnceForWhatCameBeforeAndThenForThoseThatWereWrittenTo) {
  sleep(a_);
  sleep(b_);
  EXPECT_TRUE(rings(a_, 1));
  EXPECT_TRUE(rings(b_, 1));
  server_.inserted("b");
  EXPECT_TRUE(rings(b_, 2));
  looks_twice_more();
  EXPECT_EQ(a_.bell.rings(), 1U);
  EXPECT_EQ(b_.bell.rings(), 2U);
}

TEST_F(WatchOfAServer, RingsNoMoreForWhoIsAwakeAndKeepsNoSessionWhereNobodySleeps) {
  sleep(a_);
  sleep(b_);
  EXPECT_TRUE(rings(a_, 1));
  wake(a_);
  server_.inserted("a");
  looks_twice_more();
  EXPECT_EQ(a_.bell.rings(), 1U);
  EXPECT_EQ(server_.sessions, 1);
  wake(b_);
  EXPECT_TRUE(eventually([&] { return server_.sessions == 0; }, looks));
  sleep(a_);
  EXPECT_TRUE(rings(a_, 2));
}

TEST_F(WatchOfAServer, ReadsOverAnotherDatabaseWhereOneIsGone) {
  for (const char* gone : {"a", "b"}) {
    server_.drop(gone);
    Sleeper& left = gone == a_.name ? b_ : a_;
    sleep(a_);
    sleep(b_);
    const auto before = left.bell.rings();
    server_.inserted(left.name);
    EXPECT_TRUE(rings(left, before + 1)) << gone << " hides it";
  }
}

TEST_F(WatchOfAServer, LeavesTheDatabaseThatSleepsNoMoreAndReadsOverAnother) {
  sleep(a_);
  sleep(b_);
  EXPECT_TRUE(rings(a_, 1));
  for (int i = 0; i < 2; ++i) {
    Sleeper& left = server_.asked_over() == a_.name ? a_ : b_;
    const Sleeper& other = left.name == a_.name ? b_ : a_;
    wake(left);
    EXPECT_TRUE(eventually([&] { return server_.asked_over() == other.name; }, looks));
    EXPECT_TRUE(eventually([&] { return server_.sessions == 1; }, looks));
    sleep(left);
  }
}

TEST_F(WatchOfAServer, MakesRoomForWhoNeedsItsSessionAndComesBack) {
  sleep(a_);
  EXPECT_TRUE(rings(a_, 1));
  std::vector<std::unique_ptr<Pool::Loan>> loans;
  while (loans.size() < static_cast<std::size_t>(pool_.sessions())) {
    loans.push_back(pool_.lend(Pool::Clock::now() + looks));
    ASSERT_NE(loans.back(), nullptr);
  }
  EXPECT_EQ(server_.sessions, 0);
  loans.clear();
  server_.inserted("a");
  EXPECT_TRUE(rings(a_, 2));
}

}  // namespace
}  // namespace relay::runtime
