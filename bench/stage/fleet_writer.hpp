#pragma once

#include <memory>
#include <string>
#include <vector>

#include "bench/stage/session.hpp"
#include "bench/stage/writer.hpp"

namespace bench {

/// What a fleet's applications send together.
struct FleetLoad {
  std::vector<double> shares;  ///< Of each database, in any measure; in the writer's order.
  double rate = 500;           ///< Events per second, of all together.
  double seconds = 10;
};

/// Shares of so many: all alike, or after Zipf's law, the first the most.
[[nodiscard]] std::vector<double> uniform_shares(std::size_t databases);
[[nodiscard]] std::vector<double> zipf_shares(std::size_t databases, double exponent);

/// An application in each of these databases, with a session that stays open from the beginning to
/// the end of this. Open-loop: who waits for a slow server is late alone.
class FleetWriter {
 public:
  explicit FleetWriter(const std::vector<std::string>& urls);

  /// Each event goes to a database drawn by the shares, the same ones every time; returns when the
  /// last is in. @throws std::runtime_error when one is refused.
  [[nodiscard]] Written write(const FleetLoad& load);

 private:
  std::vector<std::unique_ptr<Session>> sessions_;
};

/// What becomes of the session that writes a single event.
enum class Visit {
  ends,   ///< Opened for the event, closed behind it.
  stays,  ///< Open for long before it, and afterwards.
  fresh,  ///< Opened for it, has asked something before, and stays open.
};

/// Sends one event to each of these databases, which have been at rest; kinds of visit take turns.
class Visitors {
 public:
  explicit Visitors(std::vector<std::string> urls);

  [[nodiscard]] static Visit kind_of(std::size_t database) {
    return static_cast<Visit>(database % 3);
  }
  /// One after the other, at irregular moments over so many seconds. @throws std::runtime_error
  void come(double seconds);

 private:
  void visit(std::size_t database);

  std::vector<std::string> urls_;
  std::vector<std::unique_ptr<Session>> sessions_;  ///< By database; null where none is open.
};

}  // namespace bench
