#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "tests/chaos/history.hpp"
#include "tests/chaos/listeners.hpp"
#include "tests/chaos/session.hpp"

namespace chaos {

/// What the writers write.
struct Load {
  std::vector<std::string> urls;  ///< One writer for each.
  Cast cast;                      ///< For whom.
  std::uint64_t seed = 0;
  int keys = 150;
  double transactions_per_s = 25;  ///< Of each writer.
  bool crashes = true;             ///< Some events kill the process that applies them.
  bool slow = true;                ///< Some events take longer than a second.
  bool failures = true;            ///< Some events fail, a few times or always.
};

/// The application: threads that publish events with their positions in the key, under a row lock
/// per key, and note what became of each transaction. Some roll back, some commit late, some write
/// many events.
class Writers {
 public:
  Writers(Load load, History& history);
  ~Writers();
  Writers(const Writers&) = delete;
  Writers& operator=(const Writers&) = delete;

  /// No new transactions; waits for those that are open.
  void stop();
  /// Marks that every payload carries and no log may show.
  static constexpr const char* secret = "s3cr3t-of-a-customer";

 private:
  void run(const std::stop_token& stop, int writer);
  void transact(Session& session, int writer, std::mt19937_64& random, const std::stop_token& stop);

  Load load_;
  History& history_;
  std::vector<std::jthread> threads_;
};

}  // namespace chaos
