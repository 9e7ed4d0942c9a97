#include "tests/chaos/kills.hpp"

#include <csignal>

#include <algorithm>
#include <iostream>
#include <random>
#include <thread>

namespace chaos {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

long effects(Session& db) {
  return db.number(
      "SELECT sum(last_value) FROM (SELECT last_value FROM effects_board_pos_seq UNION ALL SELECT "
      "last_value FROM effects_tally_pos_seq UNION ALL SELECT last_value FROM "
      "effects_far_pos_seq) s");
}

long ms_until_work(Session& db, Clock::time_point since) {
  const long before = effects(db);
  while (effects(db) == before && Clock::now() - since < std::chrono::seconds{30}) {
    std::this_thread::sleep_for(milliseconds{5});
  }
  return std::chrono::duration_cast<milliseconds>(Clock::now() - since).count();
}

}  // namespace

Verdict kill_again_and_again(Arena& arena, int kills, std::uint64_t seed) {
  Verdict verdict{.check = "work within 2 s of a restart"};
  std::mt19937_64 random{seed};
  Session db = arena.admin();
  std::vector<long> times_ms;
  for (int i = 0; i < kills; ++i) {
    const int starts = arena.crew().starts(0);
    arena.crew().signal(0, SIGKILL);
    while (arena.crew().starts(0) == starts) std::this_thread::sleep_for(milliseconds{1});
    const auto started = Clock::now();
    const milliseconds life{5 + random() % 796};
    // Some die before they have done anything; of the others it is seen when work went on.
    if (random() % 2 == 0) times_ms.push_back(ms_until_work(db, started));
    std::this_thread::sleep_until(started + life);
    if (i % 50 == 49) std::cout << i + 1 << " kills\n" << std::flush;
  }
  std::ranges::sort(times_ms);
  const auto late = std::ranges::count_if(times_ms, [](long ms) { return ms > 2000; });
  verdict.looked_at = static_cast<long>(times_ms.size());
  if (times_ms.empty()) return verdict;
  std::cout << "work went on after " << times_ms[times_ms.size() / 2] << " ms (median), "
            << times_ms.back() << " ms at most\n";
  if (late * 100 > static_cast<long>(times_ms.size()) || times_ms.back() > 10'000) {
    verdict.violations.push_back(
        std::to_string(late) + " restarts of " + std::to_string(times_ms.size()) +
        " took longer than 2 s until work went on, one " + std::to_string(times_ms.back()) + " ms");
  }
  return verdict;
}

}  // namespace chaos
