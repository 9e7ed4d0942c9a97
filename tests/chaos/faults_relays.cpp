// What befalls the relays' processes, and what operators do meanwhile.
#include <algorithm>
#include <csignal>
#include <future>
#include <thread>

#include "tests/chaos/fault.hpp"

namespace chaos {
namespace {

using Track = Fault::Track;

std::size_t some_relay(Arena& arena, Random& random) {
  return random() % arena.crew().size();
}

void stop_and_continue(Arena& arena, Random& random, double least_s, double most_s) {
  const std::size_t relay = some_relay(arena, random);
  arena.crew().signal(relay, SIGSTOP);
  hold(random, least_s, most_s);
  arena.crew().signal(relay, SIGCONT);
}

void kill_all(Arena& arena, Random& random) {
  for (std::size_t i = 0; i < arena.crew().size(); ++i) arena.crew().signal(i, SIGKILL);
  hold(random, 0.2, 1.5);
}

struct DeadLetter {
  std::string event, listener;
};

enum class Which { any, youngest };

Rows dead_letters(Arena& arena, Which which) {
  const std::string order = which == Which::any ? "seq LIMIT 200" : "seq DESC LIMIT 10";
  return arena.admin().exec(
      "SELECT event_id, listener FROM event_delivery WHERE state = 'dead' ORDER BY " + order);
}

// Waits a little for there to be any.
std::vector<DeadLetter> some_dead(Arena& arena, Random& random, Which which, std::size_t most) {
  Rows rows = dead_letters(arena, which);
  for (int i = 0; rows.empty() && i < 20; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds{100});
    rows = dead_letters(arena, which);
  }
  std::vector<DeadLetter> dead;
  for (const auto& row : rows) dead.push_back({*row[0], *row[1]});
  std::shuffle(dead.begin(), dead.end(), random);
  if (dead.size() > most) dead.resize(most);
  return dead;
}

// Noted before it is tried: whether it came to be is asked of operator_log at the end.
void discard(Arena& arena, std::size_t relay, const DeadLetter& letter) {
  arena.admin().exec(
      "INSERT INTO chaos_discard (event_id, listener) VALUES ($1::uuid, $2) ON CONFLICT DO "
      "NOTHING",
      {letter.event, letter.listener});
  (void)arena.crew().command(relay, {"dead", "discard", letter.event, "--projection",
                                     letter.listener, "--reason", "chaos", "--yes"});
}

void discard_one(Arena& arena, Random& random) {
  for (const DeadLetter& letter : some_dead(arena, random, Which::any, 1)) {
    discard(arena, some_relay(arena, random), letter);
  }
}

// Two operators who know nothing of each other: the one retries what the other discards.
void quarrel(Arena& arena, Random& random, Which which) {
  const std::vector<DeadLetter> letters = some_dead(arena, random, which, 4);
  const std::size_t relay = some_relay(arena, random);
  std::vector<std::future<void>> operators;
  for (const DeadLetter& letter : letters) {
    operators.push_back(
        std::async(std::launch::async, [&, letter] { discard(arena, relay, letter); }));
    operators.push_back(std::async(std::launch::async, [&, letter] {
      std::this_thread::sleep_for(std::chrono::milliseconds{100});
      (void)arena.crew().command(relay, {"dead", "retry", letter.event, "--yes"});
    }));
  }
  for (auto& one : operators) one.get();
}

void pause_and_resume(Arena& arena, Random& random) {
  const std::string listener = some_listener(arena, random);
  (void)arena.crew().command(0, {"pause", listener, "--yes"});
  hold(random, 0.5, 4);
  // The server may be away just then, and a pause that nobody ends is no delay of the relays'.
  for (int tries = 0; tries < 40; ++tries) {
    if (arena.crew().command(0, {"resume", listener, "--yes"}) == 0) return;
    hold(random, 0.5, 1);
  }
}

}  // namespace

std::vector<Fault> relay_faults() {
  return {
      {"relay-kill", Track::relays, 8,
       [](Arena& a, Random& r) { a.crew().signal(some_relay(a, r), SIGKILL); }},
      {"relay-kill-all", Track::relays, 2, kill_all},
      {"relay-term", Track::relays, 4,
       [](Arena& a, Random& r) { a.crew().terminate(some_relay(a, r), false); }},
      {"relay-term-twice", Track::relays, 2,
       [](Arena& a, Random& r) { a.crew().terminate(some_relay(a, r), true); }},
      {"relay-stop", Track::relays, 4, [](Arena& a, Random& r) { stop_and_continue(a, r, 0.2, 3); },
       2},
      {"relay-stop-long", Track::relays, 1,
       [](Arena& a, Random& r) { stop_and_continue(a, r, 12, 17); }, 3},
  };
}

std::vector<Fault> operator_faults() {
  return {
      {"operator-retry", Track::relays, 3,
       [](Arena& a, Random& r) {
         (void)a.crew().command(some_relay(a, r), {"dead", "retry", "--all", "--yes"});
       }},
      {"operator-discard", Track::relays, 3, discard_one},
      {"operator-quarrel", Track::relays, 2,
       [](Arena& a, Random& r) { quarrel(a, r, Which::any); }},
      // Of letters whose keys are still written to: operators and relays meet.
      {"operator-race", Track::relays, 2,
       [](Arena& a, Random& r) { quarrel(a, r, Which::youngest); }},
      {"operator-pause", Track::relays, 2, pause_and_resume},
  };
}

}  // namespace chaos
