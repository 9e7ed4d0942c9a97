#include "relay/lanes/floor_keeper.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace {

using relay::lanes::FloorKeeper;

TEST(FloorKeeper, DecidesAtOnceWhenNobodyWrites) {
  FloorKeeper keeper;
  keeper.observe(10, {});
  EXPECT_EQ(keeper.decided(), 10);
}

TEST(FloorKeeper, WaitsForEveryWriterThatMayHaveDrawnANumber) {
  FloorKeeper keeper;
  keeper.observe(10, {"3/7", "4/9"});
  EXPECT_EQ(keeper.decided(), 0);
  keeper.observe(20, {"3/7", "5/1"});
  EXPECT_EQ(keeper.decided(), 0);
  keeper.observe(30, {"5/1"});
  EXPECT_EQ(keeper.decided(), 10);
}

TEST(FloorKeeper, ANewWriterDoesNotHoldUpAnOldCandidate) {
  FloorKeeper keeper;
  keeper.observe(10, {"a"});
  keeper.observe(11, {"b"});
  EXPECT_EQ(keeper.decided(), 10);
  keeper.observe(12, {"c"});
  EXPECT_EQ(keeper.decided(), 11);
}

TEST(FloorKeeper, ForgetsWhenTheSequenceWentBack) {
  FloorKeeper keeper;
  keeper.observe(10, {});
  keeper.forget();
  EXPECT_EQ(keeper.decided(), 0);
  EXPECT_TRUE(keeper.wants_to_know(3));
}

TEST(FloorKeeper, IsCuriousOnlyWhileThereIsSomethingToLearn) {
  FloorKeeper keeper;
  keeper.observe(10, {});
  EXPECT_FALSE(keeper.wants_to_know(10));
  EXPECT_TRUE(keeper.wants_to_know(11));
}

std::string writer_name(int number) {
  std::string name = std::to_string(number);
  name += "/1";
  return name;
}

// Writers take their lock, draw numbers and end in any interleaving; whatever is decided must be
// behind every number that is still open.
TEST(FloorKeeper, NeverPassesAnOpenWritersNumberInAnyOfManyHistories) {
  for (unsigned seed = 1; seed <= 2'000; ++seed) {
    std::mt19937 random{seed};
    FloorKeeper keeper;
    std::map<std::string, std::int64_t> lowest_open;  // INT64_MAX: locked, nothing drawn yet
    std::int64_t sequence = 0;
    int names = 0;
    for (int step = 0; step < 60; ++step) {
      const auto choice = random() % 4;
      if (choice == 0) {
        lowest_open[writer_name(++names)] = INT64_MAX;
      } else if (choice == 1 && !lowest_open.empty()) {
        auto writer = std::next(lowest_open.begin(), random() % lowest_open.size());
        writer->second = std::min(writer->second, ++sequence);
      } else if (choice == 2 && !lowest_open.empty()) {
        lowest_open.erase(std::next(lowest_open.begin(), random() % lowest_open.size()));
      } else if (choice == 3) {
        const std::int64_t seen = sequence;
        if (random() % 2 == 0) {  // somebody begins between the two looks
          lowest_open[writer_name(++names)] = ++sequence;
        }
        std::set<std::string> writers;
        for (const auto& [name, lowest] : lowest_open) writers.insert(name);
        keeper.observe(seen, writers);
      }
      for (const auto& [name, lowest] : lowest_open) {
        ASSERT_LT(keeper.decided(), lowest) << "seed " << seed << " step " << step << " " << name;
      }
    }
  }
}

}  // namespace
