#pragma once

#include <chrono>
#include <string>

#include "relay/pg/connection.hpp"

namespace relay::upkeep {

/// What a step of a chore says about the next one.
struct Next {
  std::chrono::milliseconds pause{0};  ///< Until the next step.
  bool more = false;                   ///< False: a round is over, and that step begins another.
};

/// Something that is done again and again for a database, a bounded step at a time. Threads: one.
class Chore {
 public:
  Chore() = default;
  virtual ~Chore() = default;
  Chore(const Chore&) = delete;
  Chore& operator=(const Chore&) = delete;

  [[nodiscard]] virtual std::string name() const = 0;
  /// One step, of some 50 ms of the server's time at most. May throw anything that a connection
  /// does; the transaction is rolled back, and it comes again after a rest.
  virtual Next step(pg::Connection& connection) = 0;
};

}  // namespace relay::upkeep
