#include "tests/unit/histories/history.hpp"

#include <cstdlib>
#include <iostream>

#include <gtest/gtest.h>

#include "relay/base/log.hpp"

namespace tests::histories {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool sanitized = true;
constexpr std::uint64_t histories = 1'000;  // ten times as slow there
#else
constexpr bool sanitized = false;
constexpr std::uint64_t histories = 20'000;
#endif
constexpr std::uint64_t until_missed = 20'000;

// FRESHET_HISTORY=SEED plays that one alone, FRESHET_HISTORIES=NUMBER as many as that.
std::pair<std::uint64_t, std::uint64_t> seeds() {
  if (const char* one = std::getenv("FRESHET_HISTORY")) {
    const std::uint64_t seed = std::strtoull(one, nullptr, 10);
    return {seed, seed};
  }
  const char* many = std::getenv("FRESHET_HISTORIES");
  return {1, many == nullptr ? histories : std::strtoull(many, nullptr, 10)};
}

/// The engine says what it struggles with, which here is all that we do.
struct Quiet {
  Quiet() { relay::log::configure(relay::log::Format::text, relay::log::Level::off); }
  ~Quiet() { relay::log::configure(relay::log::Format::text, relay::log::Level::info); }
};

TEST(Histories, OfTheEngineKeepEveryPromise) {
  Tally tally;
  Company company;
  const Quiet quiet;
  const auto [first, last] = seeds();
  for (std::uint64_t seed = first; seed <= last; ++seed) {
    const auto fault = play(seed, Broken::nothing, company, tally);
    ASSERT_FALSE(fault) << *fault << "\nagain: FRESHET_HISTORY=" << seed
                        << " freshet_tests --gtest_filter=Histories.Of*";
  }
  std::cout << tally.effects << " effects, " << tally.dead << " dead letters, " << tally.aborted
            << " connections cut, " << tally.refused << " COMMITs refused, " << tally.lost
            << " effects lost, " << tally.suspected << " slots in the air at a death, "
            << tally.crash_letters << " crash letters\n";
  if (last - first + 1 < histories) return;
  // They visit what they are there for.
  EXPECT_GT(tally.effects, 5 * last);
  EXPECT_GT(tally.dead, last / 5);
  EXPECT_GT(tally.aborted, last / 8);
  EXPECT_GT(tally.refused, last / 10);
  EXPECT_GT(tally.lost, last / 50);
  EXPECT_GT(tally.suspected, last / 50);
  if (sanitized) return;  // of 1,000 one or two bring a crash letter, or none
  EXPECT_GT(tally.crash_letters, last / 2'000);
}

struct Rule {
  Broken broken;
  const char* name;
};

class BrokenRule : public testing::TestWithParam<Rule> {};

TEST_P(BrokenRule, IsMissed) {
  if (sanitized) GTEST_SKIP() << "the plain build shows what the checker sees";
  Tally tally;
  Company company;
  const Quiet quiet;
  for (std::uint64_t seed = 1; seed <= until_missed; ++seed) {
    const auto fault = play(seed, GetParam().broken, company, tally);
    if (!fault) continue;
    RecordProperty("seed", std::to_string(seed));
    RecordProperty("fault", *fault);
    return;
  }
  FAIL() << "nobody misses this rule: the checker has a hole";
}

INSTANTIATE_TEST_SUITE_P(
    Histories, BrokenRule,
    testing::Values(
        Rule{Broken::lane_lock, "lane_lock"}, Rule{Broken::read_before_lock, "read_before_lock"},
        Rule{Broken::listeners_version, "listeners_version"}, Rule{Broken::guard, "guard"},
        Rule{Broken::waiting_held, "waiting_held"}, Rule{Broken::earlier_holds, "earlier_holds"},
        Rule{Broken::held_from, "held_from"}, Rule{Broken::promotion, "promotion"},
        Rule{Broken::waiting_by_then, "waiting_by_then"}, Rule{Broken::event_lock, "event_lock"},
        Rule{Broken::open_writers, "open_writers"}, Rule{Broken::discard_wakes, "discard_wakes"},
        Rule{Broken::refused_commit, "refused_commit"}, Rule{Broken::suspects, "suspects"}),
    [](const auto& rule) { return rule.param.name; });

}  // namespace
}  // namespace tests::histories
