// What befalls the relays' processes, and what operators do meanwhile.
#include <csignal>

#include "tests/chaos/fault.hpp"

namespace chaos {
namespace {

using Track = Fault::Track;

std::size_t some_relay(Arena& arena, Random& random) {
  return random() % arena.fleet().size();
}

void stop_and_continue(Arena& arena, Random& random, double least_s, double most_s) {
  const std::size_t relay = some_relay(arena, random);
  arena.fleet().signal(relay, SIGSTOP);
  hold(random, least_s, most_s);
  arena.fleet().signal(relay, SIGCONT);
}

void kill_all(Arena& arena, Random& random) {
  for (std::size_t i = 0; i < arena.fleet().size(); ++i) arena.fleet().signal(i, SIGKILL);
  hold(random, 0.2, 1.5);
}

void discard(Arena& arena, Random& random) {
  Session admin = arena.admin();
  const Rows dead = admin.exec(
      "SELECT event_id, listener FROM event_delivery WHERE state = 'dead' ORDER BY seq LIMIT 20");
  if (dead.empty()) return;
  const auto& chosen = dead[random() % dead.size()];
  admin.exec(
      "INSERT INTO chaos_discard (event_id, listener) VALUES ($1::uuid, $2) ON CONFLICT DO "
      "NOTHING",
      {chosen[0], chosen[1]});
  (void)arena.fleet().command(
      some_relay(arena, random),
      {"dead", "discard", *chosen[0], "--projection", *chosen[1], "--reason", "chaos", "--yes"});
}

void pause_and_resume(Arena& arena, Random& random) {
  const std::string listener = some_listener(random);
  (void)arena.fleet().command(0, {"pause", listener, "--yes"});
  hold(random, 0.5, 4);
  (void)arena.fleet().command(0, {"resume", listener, "--yes"});
}

}  // namespace

std::vector<Fault> relay_faults() {
  return {
      {"relay-kill", Track::relays, 8,
       [](Arena& a, Random& r) { a.fleet().signal(some_relay(a, r), SIGKILL); }},
      {"relay-kill-all", Track::relays, 2, kill_all},
      {"relay-term", Track::relays, 4,
       [](Arena& a, Random& r) { a.fleet().terminate(some_relay(a, r), false); }},
      {"relay-term-twice", Track::relays, 2,
       [](Arena& a, Random& r) { a.fleet().terminate(some_relay(a, r), true); }},
      {"relay-stop", Track::relays, 4,
       [](Arena& a, Random& r) { stop_and_continue(a, r, 0.2, 3); }},
      {"relay-stop-long", Track::relays, 1,
       [](Arena& a, Random& r) { stop_and_continue(a, r, 12, 17); }},
  };
}

std::vector<Fault> operator_faults() {
  return {
      {"operator-retry", Track::relays, 3,
       [](Arena& a, Random& r) {
         (void)a.fleet().command(some_relay(a, r), {"dead", "retry", "--all", "--yes"});
       }},
      {"operator-discard", Track::relays, 3, discard},
      {"operator-pause", Track::relays, 2, pause_and_resume},
  };
}

}  // namespace chaos
