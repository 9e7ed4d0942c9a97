#pragma once

#include <chrono>
#include <stdexcept>

namespace relay::pg {

/// How long a transaction of ours may wait: set by its first statement, gone at its end
/// (limits.sql). The client's own limit for an answer is the connection's (`call_limit`).
struct Limits {
  using Time = std::chrono::milliseconds;

  /// @throws std::invalid_argument where a limit is not above 0, or a statement may not even wait
  /// as long as for a lock, so that the lock's limit would never be told. A constant of that kind
  /// does not compile; what comes of the settings has been checked by then, with a sentence that
  /// says which of them to change (settings/rules).
  constexpr Limits(Time for_lock, Time for_statement, Time while_idle)
      : lock(for_lock), statement(for_statement), idle(while_idle) {
    if (lock <= Time{} || statement < lock || idle <= Time{}) {
      throw std::invalid_argument{"limits of a transaction: the lock's, then the statement's"};
    }
  }

  Time lock;       ///< For a lock that another session holds.
  Time statement;  ///< For a statement, all in all.
  Time idle;       ///< Between two statements: the server ends the session of a stuck process.
};

/// What a relay does beside its batches: floors, listeners, upkeep, freshness.
inline constexpr Limits beside_batches{Limits::Time{1'000}, Limits::Time{5'000},
                                       Limits::Time{10'000}};
/// … and what walks over much there, or writes much.
inline constexpr Limits long_beside_batches{Limits::Time{1'000}, Limits::Time{10'000},
                                            Limits::Time{15'000}};
/// What looks and goes: status, checks.
inline constexpr Limits of_a_look{Limits::Time{2'000}, Limits::Time{5'000}, Limits::Time{10'000}};
/// What an operator waits for.
inline constexpr Limits of_a_command{Limits::Time{2'000}, Limits::Time{30'000},
                                     Limits::Time{30'000}};

}  // namespace relay::pg
