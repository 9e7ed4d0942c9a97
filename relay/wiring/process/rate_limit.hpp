#pragma once

#include <chrono>
#include <cstdint>

namespace relay::wiring {

/// Spreads work evenly: so many events in a second, a few at a time. What was missed while nothing
/// could be done is not made up for. Pure.
class RateLimit {
 public:
  using Time = std::chrono::steady_clock::time_point;

  /// @param per_second 0: as fast as it goes. @param most how many at a time.
  RateLimit(std::int64_t per_second, std::int64_t most);

  /// How many to take at a time.
  [[nodiscard]] std::int64_t at_a_time() const { return at_a_time_; }
  /// How long to wait before the next ones.
  [[nodiscard]] std::chrono::milliseconds pause(Time now) const;
  /// So many are taken now.
  void take(std::int64_t events, Time now);

 private:
  std::int64_t per_second_;
  std::int64_t at_a_time_;
  Time due_{};
};

}  // namespace relay::wiring
