#pragma once

#include <chrono>
#include <optional>

#include "relay/base/chance.hpp"
#include "relay/flow/refusal.hpp"

namespace relay::runtime {

/// How many sessions a server gives to a role, or for a database, which nobody says before it
/// refuses one. From then on there are no more than there were, but for one that is tried now and
/// then: after 100 ms, doubling to 5 s while it is refused, of which a random half to whole is
/// waited. Without a refusal for a minute any number is asked for again. Pure. Threads: one at a
/// time.
class Room {
 public:
  using Moment = std::chrono::steady_clock::time_point;
  static constexpr std::chrono::milliseconds pause_least{100};
  static constexpr std::chrono::milliseconds pause_most{5'000};
  static constexpr std::chrono::seconds remembered{60};

  void take() { ++held_; }
  void free() { --held_; }
  /// Accounts that share it.
  void joins() { ++members_; }
  /// @return whether it was the last.
  bool leaves() { return --members_ == 0; }

  /// Whether one more would be one too many, as far as is known.
  [[nodiscard]] bool full(Moment now) const { return is_short(now) && held_ >= *most_; }
  /// Whether one may be tried all the same.
  [[nodiscard]] bool may_try(Moment now) const { return now >= next_try_; }
  [[nodiscard]] Moment next_try() const { return next_try_; }
  /// One is tried though the room is full: none other for a while.
  void tries(Moment now, const Chance& chance);
  /// It was given.
  void given(Moment now);
  /// One was refused, and is not held any more. @param tried it was one of `tries`.
  void refused(Moment now, bool tried, const flow::Refusal& why, const Chance& chance);

  /// Whether it was refused of late.
  [[nodiscard]] bool is_short(Moment now) const { return most_ && now - refused_at_ < remembered; }
  /// Whether not every account could have one.
  [[nodiscard]] bool is_crowded(Moment now) const { return is_short(now) && members_ > *most_; }
  /// The last one; only where it is short.
  [[nodiscard]] const flow::Refusal& why() const { return why_; }

 private:
  int members_ = 0;
  int held_ = 0;
  std::optional<int> most_;
  int in_a_row_ = 0;  ///< Tries that were refused.
  Moment refused_at_{};
  Moment next_try_{};
  flow::Refusal why_;
};

}  // namespace relay::runtime
