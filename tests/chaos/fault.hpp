#pragma once

#include <functional>
#include <random>
#include <string>
#include <vector>

#include "tests/chaos/arena.hpp"

namespace chaos {

using Random = std::mt19937_64;

/// Something bad. A strike breaks, waits and mends again, and returns then.
struct Fault {
  std::string name;
  /// The tracks run beside each other, each one fault at a time.
  enum class Track { relays, servers, broker } track;
  int weight;  ///< How often it is chosen, relative to the others of its track.
  using Strike = std::function<void(Arena&, Random&)>;
  Strike strike;
  /// How often one strike may make a forward send an event again, beside ends of relays.
  int repeats = 0;
  bool broker_gone = false;  ///< Nobody can use the broker while it strikes.
};

/// Every fault that can be injected on this machine.
std::vector<Fault> all_faults(Arena& arena);

std::vector<Fault> relay_faults();
std::vector<Fault> operator_faults();
std::vector<Fault> server_faults(Arena& arena);
std::vector<Fault> network_faults(Arena& arena);
std::vector<Fault> session_faults();
std::vector<Fault> broker_faults();

/// Sleeps between so many seconds.
void hold(Random& random, double least_s, double most_s);
/// The process id of some session of the relays, 0 without one.
int some_backend(Arena& arena, Random& random);
/// The name of some listener.
std::string some_listener(const Arena& arena, Random& random);
/// Ends every session of the relays.
void end_sessions(Session& admin);

}  // namespace chaos
