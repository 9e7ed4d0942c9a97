#include "tests/chaos/fault.hpp"

#include <thread>

namespace chaos {

namespace {

// Whatever makes transactions of relays roll back, or their ends unknown, once their records were
// acknowledged. Conflicts are tried again at once, and some faults strike several times.
constexpr int conflicts_most = 30;
constexpr int rollbacks_most = 6;

void allow_repeats(std::vector<Fault>& faults) {
  for (Fault& fault : faults) {
    const bool conflicts = fault.name == "serializable" || fault.name == "deadlock";
    fault.repeats = conflicts ? conflicts_most : rollbacks_most;
    if (fault.name == "pinned-snapshot" || fault.name == "disk-full") fault.repeats = 0;
  }
}

}  // namespace

std::vector<Fault> all_faults(Arena& arena) {
  std::vector<Fault> all;
  for (auto& some : {server_faults(arena), network_faults(arena), session_faults()}) {
    all.insert(all.end(), some.begin(), some.end());
  }
  allow_repeats(all);
  for (auto& some : {relay_faults(), operator_faults()}) {
    all.insert(all.end(), some.begin(), some.end());
  }
  if (arena.broker() == nullptr) return all;
  for (auto& some : broker_faults()) all.push_back(std::move(some));
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

std::string some_listener(const Arena& arena, Random& random) {
  return arena.cast()[random() % arena.cast().size()].name;
}

void end_sessions(Session& admin) {
  admin.exec(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'chaos_relay'");
}

}  // namespace chaos
