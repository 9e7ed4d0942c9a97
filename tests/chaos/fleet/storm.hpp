#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "tests/chaos/fault.hpp"
#include "tests/chaos/fleet/sighting.hpp"
#include "tests/chaos/fleet/site.hpp"
#include "tests/chaos/nemesis.hpp"

namespace chaos::fleet {

/// Where something strikes.
struct Ground {
  Site& site;
  Sightings& sightings;  ///< Of databases that are about to be dropped.
  double longest_s;      ///< How long one strike may last.
  double rest_s;         ///< How long relays are left alone at most.
};

/// Something bad. It breaks, waits and mends again, and returns then.
struct Strike {
  std::string name;
  enum class Track { databases, servers, relays } track;
  int weight;
  std::function<void(Ground&, Random&)> strike;
};

/// What a strike does to one database.
Trouble trouble_of(Trouble::Kind kind, const std::string& what, const Tenant& tenant);

std::vector<Strike> all_strikes();
std::vector<Strike> database_strikes();
std::vector<Strike> row_strikes();
std::vector<Strike> server_strikes();
std::vector<Strike> relay_strikes();

/// Lets strikes loose by the seed, on three tracks beside each other, until it is stopped.
class Storm {
 public:
  /// @param only names; empty: all. @throws std::invalid_argument for a name that none has.
  Storm(Ground ground, std::uint64_t seed, const std::vector<std::string>& only);

  /// Waits for the strikes that are under way, then mends whatever is still broken.
  void stop_and_heal();
  [[nodiscard]] std::map<std::string, Nemesis::Count> counts() const;
  /// What made going on senseless; empty: nothing.
  [[nodiscard]] std::string broken() const;

 private:
  void run(const std::stop_token& stop, std::vector<Strike> strikes, Random random);
  void let_strike(const Strike& strike, Random& random);
  void heal_server(int server);
  void heal_catalogue();

  Ground ground_;
  mutable std::mutex mutex_;
  std::map<std::string, Nemesis::Count> counts_;
  std::string broken_;
  std::vector<std::jthread> tracks_;
};

}  // namespace chaos::fleet
