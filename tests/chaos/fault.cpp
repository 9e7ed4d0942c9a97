#include "tests/chaos/fault.hpp"

#include <thread>

#include "tests/chaos/listeners.hpp"

namespace chaos {

std::vector<Fault> all_faults(Arena& arena) {
  std::vector<Fault> all;
  for (auto& some : {relay_faults(), operator_faults(), server_faults(arena), network_faults(arena),
                     session_faults()}) {
    all.insert(all.end(), some.begin(), some.end());
  }
  return all;
}

void hold(Random& random, double least_s, double most_s) {
  const double s = std::uniform_real_distribution<double>{least_s, most_s}(random);
  std::this_thread::sleep_for(std::chrono::duration<double>{s});
}

int some_backend(Arena& arena, Random& random) {
  const Rows rows = arena.admin().exec(
      "SELECT pid FROM pg_stat_activity WHERE usename = 'chaos_relay' ORDER BY state, pid");
  return rows.empty() ? 0 : std::stoi(*rows[random() % rows.size()][0]);
}

std::string some_listener(Random& random) {
  return listeners()[random() % listeners().size()].name;
}

void end_sessions(Session& admin) {
  admin.exec(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'chaos_relay'");
}

}  // namespace chaos
