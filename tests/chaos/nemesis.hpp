#pragma once

#include <atomic>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "tests/chaos/fault.hpp"
#include "tests/chaos/moment.hpp"

namespace chaos {

/// Chooses faults by the seed and lets them strike, on three tracks beside each other, until it is
/// destroyed or stopped.
class Nemesis {
 public:
  /// @param only names; empty: all. @param log a file for what struck when.
  /// @throws std::invalid_argument for a name that no fault has.
  Nemesis(Arena& arena, std::uint64_t seed, const std::vector<std::string>& only,
          const std::string& log);

  /// Waits for the strikes that are under way, then mends whatever is still broken.
  void stop_and_heal();

  struct Count {
    int struck = 0;
    int failed = 0;  ///< It could not be injected, as when the server was down.
  };
  [[nodiscard]] std::map<std::string, Count> counts() const;
  /// Every strike, whether it could be injected or not.
  [[nodiscard]] std::vector<Moment> moments() const;
  /// What made going on senseless, such as a server that does not start again; empty: nothing.
  [[nodiscard]] std::string broken() const;

 private:
  void run(const std::stop_token& stop, std::vector<Fault> faults, Random random);
  void strike(const Fault& fault, Random& random);

  Arena& arena_;
  std::string log_;
  mutable std::mutex mutex_;
  std::map<std::string, Count> counts_;
  std::vector<Moment> moments_;
  std::string broken_;
  std::vector<std::jthread> tracks_;
};

}  // namespace chaos
