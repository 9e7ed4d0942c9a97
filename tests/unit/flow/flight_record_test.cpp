#include "relay/flow/crash/flight_record.hpp"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

#include "tests/support/eventually.hpp"

namespace relay::flow {
namespace {

using projections::Event;
using End = FlightRemains::End;

const std::string one = "018f0000-0000-7000-8000-000000000001";
const std::string two = "018f0000-0000-7000-8000-0000000000ff";

std::vector<Event> events_of(const std::vector<std::string_view>& ids) {
  std::vector<Event> events;
  for (const std::string_view id : ids) events.emplace_back().id = id;
  return events;
}

class FlightRecordTest : public ::testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/freshet-flight-XXXXXX";
    ASSERT_NE(::mkdtemp(name), nullptr);
    folder_ = name;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  [[nodiscard]] FlightRecord::Options options(std::size_t ids_max = 4) const {
    return {folder_ + "/deep/records", "database app", 3, ids_max};
  }
  /// Runs it in a process of its own. @return the signal that ended that one, 0 for none.
  template <class Body>
  int in_a_child(Body body) {
    const pid_t child = ::fork();
    if (child == 0) {
      const rlimit no_core{0, 0};
      ::setrlimit(RLIMIT_CORE, &no_core);
      if (std::freopen("/dev/null", "w", stderr) == nullptr) ::_exit(9);
      body();
      ::_exit(0);
    }
    int status = 0;
    EXPECT_EQ(::waitpid(child, &status, 0), child);
    return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  }
  /// A child that has one flight in slot 1 and another in slot 2 on another thread, and dies of it.
  template <class Death>
  int die_of(Death death, bool alone = false) {
    return in_a_child([&] {
      FlightRecord record{options()};
      const auto events = events_of({one, two});
      if (alone) {
        const FlightRecord::Flight flight{record, 1, "board", events, true};
        death();
        return;
      }
      const auto others = events_of({two});
      const FlightRecord::Flight flight{record, 1, "board", events, false};
      std::thread other{[&] {
        const FlightRecord::Flight beside{record, 2, "audit", others, false};
        gate_ = true;
        for (;;) ::pause();
      }};
      while (!gate_) std::this_thread::yield();
      death();
      ::_exit(8);
    });
  }
  [[nodiscard]] long files() const {
    const std::filesystem::directory_iterator all{options().folder};
    return std::distance(begin(all), end(all));
  }

  std::string folder_;
  std::atomic<bool> gate_{false};
};

void segfault() {
  void* page = ::mmap(nullptr, 4'096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  *static_cast<volatile int*>(page) = 1;
}

void expect_only_the_board_crashed(FlightRecord& next) {
  const auto& remains = next.adopted().remains();
  ASSERT_EQ(remains.size(), 1U) << "what flew beside it is innocent";
  EXPECT_EQ(remains[0].listener, "board");
  EXPECT_EQ(remains[0].event_ids, (std::vector<std::string>{one, two}));
  EXPECT_EQ(remains[0].end, End::crashed);
  EXPECT_FALSE(remains[0].alone);
}

TEST_F(FlightRecordTest, NothingIsLeftOfAProcessThatEndsInPeace) {
  {
    FlightRecord record{options()};
    ASSERT_TRUE(record.on());
    EXPECT_EQ(files(), 1);
    const auto events = events_of({one});
    const FlightRecord::Flight flight{record, 0, "board", events, false};
  }
  EXPECT_EQ(files(), 0);
}

TEST_F(FlightRecordTest, ASegmentationFaultNamesTheSlotThatCrashedAndKillsAsBefore) {
  const int number = die_of(segfault);
  EXPECT_TRUE(number == SIGSEGV || number == SIGABRT || number == 0) << number;  // 0: a sanitizer
  FlightRecord next{options()};
  expect_only_the_board_crashed(next);
}

TEST_F(FlightRecordTest, AnAbortIsACrashToo) {
  EXPECT_EQ(die_of([] { std::abort(); }), SIGABRT);
  FlightRecord next{options()};
  expect_only_the_board_crashed(next);
}

int fall(volatile int* depth) {
  volatile char weight[4'096];
  weight[0] = static_cast<char>(*depth);
  *depth = *depth + 1;
  return *depth < 0 ? 0 : fall(depth) + weight[0];
}

TEST_F(FlightRecordTest, AnEndlessRecursionIsACrashToo) {
  die_of([] {
    volatile int depth = 0;
    fall(&depth);
  });
  FlightRecord next{options()};
  expect_only_the_board_crashed(next);
}

TEST_F(FlightRecordTest, AfterKillNineEverythingInFlightVanished) {
  EXPECT_EQ(die_of([] { ::kill(::getpid(), SIGKILL); }), SIGKILL);
  FlightRecord next{options()};
  const auto& remains = next.adopted().remains();
  ASSERT_EQ(remains.size(), 2U);
  EXPECT_EQ(remains[0].end, End::vanished);
  EXPECT_EQ(remains[1].end, End::vanished);
  EXPECT_EQ(remains[1].listener, "audit");
  EXPECT_EQ(remains[1].event_ids, std::vector<std::string>{two});
}

TEST_F(FlightRecordTest, AFaultSignalSentByAnotherProcessBlamesNobody) {
  die_of([] {
    const pid_t us = ::getpid();
    if (::fork() == 0) {
      ::kill(us, SIGABRT);
      ::_exit(0);
    }
    for (;;) ::pause();
  });
  // The sender has inherited the lock, and may hold it a moment longer.
  ASSERT_TRUE(
      tests::eventually([&] { return !FlightRecord{options()}.adopted().remains().empty(); }));
  FlightRecord next{options()};
  ASSERT_EQ(next.adopted().remains().size(), 2U);
  for (const auto& remains : next.adopted().remains()) EXPECT_EQ(remains.end, End::vanished);
}

TEST_F(FlightRecordTest, WhatFlewAloneSaysSo) {
  die_of([] { std::abort(); }, true);
  FlightRecord next{options()};
  ASSERT_EQ(next.adopted().remains().size(), 1U);
  EXPECT_TRUE(next.adopted().remains()[0].alone);
}

TEST_F(FlightRecordTest, WhatHadLandedIsNotBlamed) {
  in_a_child([&] {
    FlightRecord record{options()};
    const auto events = events_of({one});
    { const FlightRecord::Flight flight{record, 0, "board", events, false}; }
    ::kill(::getpid(), SIGKILL);
  });
  FlightRecord next{options()};
  EXPECT_TRUE(next.adopted().remains().empty());
}

TEST_F(FlightRecordTest, RemainsAreFoundAgainUntilTheyAreForgotten) {
  die_of([] { std::abort(); });
  { const FlightRecord fell_at_once{options()}; }
  FlightRecord next{options()};
  expect_only_the_board_crashed(next);
  EXPECT_EQ(files(), 2);
  next.adopted().forget();
  EXPECT_EQ(files(), 1);
  FlightRecord later{options()};
  EXPECT_TRUE(later.adopted().remains().empty());
}

TEST_F(FlightRecordTest, OnlyOneProcessAdoptsARecordAndNobodyThatOfALivingOne) {
  die_of([] { std::abort(); });
  FlightRecord living{options()};
  expect_only_the_board_crashed(living);
  const auto events = events_of({one});
  const FlightRecord::Flight flight{living, 0, "board", events, false};
  FlightRecord beside{options()};
  EXPECT_TRUE(beside.on());
  EXPECT_TRUE(beside.adopted().remains().empty());
}

TEST_F(FlightRecordTest, AnotherDatabasesRecordIsLeftAlone) {
  die_of([] { std::abort(); });
  auto other = options();
  other.database = "database tenant";
  FlightRecord next{other};
  EXPECT_TRUE(next.adopted().remains().empty());
  next.adopted().forget();
  FlightRecord own{options()};
  expect_only_the_board_crashed(own);
}

TEST_F(FlightRecordTest, MoreEventsThanFitAreCutOffAndAStrangeIdIsLeftOut) {
  in_a_child([&] {
    FlightRecord record{options(2)};
    const std::string too_long = one + "0";
    const std::string no_digit = one.substr(1) + "g";
    const std::string either_case = "01234567-89AB-CDEF-abcd-ef0123456789";
    const auto events = events_of({"no uuid", no_digit, either_case, too_long, two, one});
    const FlightRecord::Flight flight{record, 2, std::string(600, 'x'), events, false};
    std::abort();
  });
  FlightRecord next{options()};
  ASSERT_EQ(next.adopted().remains().size(), 1U);
  EXPECT_EQ(next.adopted().remains()[0].event_ids,
            (std::vector<std::string>{"01234567-89ab-cdef-abcd-ef0123456789", two}));
  EXPECT_EQ(next.adopted().remains()[0].listener, std::string(527, 'x'));
}

TEST_F(FlightRecordTest, AFolderThatCannotBeMadeTurnsItOff) {
  std::ofstream{folder_ + "/file"} << "x";
  FlightRecord record{{folder_ + "/file", "database app", 1, 1}};
  EXPECT_FALSE(record.on());
  const auto events = events_of({one});
  const FlightRecord::Flight flight{record, 0, "board", events, false};
}

TEST_F(FlightRecordTest, GarbageIsNeverACrashAndForeignFilesStay) {
  std::filesystem::create_directories(options().folder);
  const std::string foreign = options().folder + "/notes.flight";
  std::ofstream{foreign} << "my flights of last summer";
  std::filesystem::create_symlink("/etc/passwd", options().folder + "/link.flight");
  std::filesystem::create_directory(options().folder + "/folder.flight");
  FlightRecord next{options()};
  EXPECT_TRUE(next.on());
  EXPECT_TRUE(next.adopted().remains().empty());
  next.adopted().forget();
  EXPECT_TRUE(std::filesystem::exists(foreign));
}

std::string bytes_of(const std::string& folder) {
  for (const auto& file : std::filesystem::directory_iterator{folder}) {
    std::ifstream in{file.path(), std::ios::binary};
    return {std::istreambuf_iterator<char>{in}, {}};
  }
  return {};
}

TEST_F(FlightRecordTest, TornBytesAreRefusedWhereverTheyAreTorn) {
  die_of([] { std::abort(); });
  const std::string whole = bytes_of(options().folder);
  std::vector<FlightRemains> remains;
  ASSERT_TRUE(read_flight_record(whole, remains));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    ASSERT_FALSE(read_flight_record(std::string_view{whole}.substr(0, size), remains)) << size;
  }
  std::uint32_t dice = 1;
  for (int i = 0; i < 200'000; ++i) {  // must end, within the bytes; what it says is free
    std::string torn = whole;
    for (int flips = 0; flips < 3; ++flips) {
      dice = dice * 1'664'525 + 1'013'904'223;
      const std::size_t at = flips == 0 ? dice % 64 : (dice >> 8) % torn.size();
      torn[at] = static_cast<char>(dice >> 24);
    }
    remains.clear();
    (void)read_flight_record(torn, remains);
    ASSERT_LE(remains.size(), 3U);
  }
}

}  // namespace
}  // namespace relay::flow
