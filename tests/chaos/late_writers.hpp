#pragma once

#include <thread>
#include <vector>

#include "tests/chaos/history.hpp"
#include "tests/chaos/writers.hpp"

namespace chaos {

/// Publishers that do not serialise. Several transactions of one key are open at once; the lower a
/// number was drawn, the later its transaction tends to end, by up to seconds. Meanwhile what was
/// drawn after it fails, is dead, waits, or is not taken yet. Some are rolled back, to a savepoint
/// or entirely, some are prepared first. The events of such a round may come in any order and have
/// one position; the next round begins when all have ended, and its events come after them.
class LateWriters {
 public:
  /// @param load one writer, with sessions of its own, for each url; keys and pace are not its.
  LateWriters(Load load, History& history);
  ~LateWriters();
  LateWriters(const LateWriters&) = delete;
  LateWriters& operator=(const LateWriters&) = delete;

  /// No new rounds; those that are under way end, and nothing stays prepared.
  void stop();

 private:
  void run(const std::stop_token& stop, int writer);

  Load load_;
  History& history_;
  std::vector<std::jthread> threads_;
};

}  // namespace chaos
