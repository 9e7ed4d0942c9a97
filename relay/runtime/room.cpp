#include "relay/runtime/room.hpp"

#include <algorithm>

#include "relay/base/pause.hpp"

namespace relay::runtime {

void Room::tries(Moment now, const Chance& chance) {
  next_try_ = now + backoff(in_a_row_ + 1, pause_least, pause_most, chance);
}

void Room::given(Moment now) {
  most_ = std::max(most_.value_or(0), held_);
  in_a_row_ = 0;
  next_try_ = now + pause_least;
}

// Of many that were asked for at once each lowers it by one, until those are left that were given.
void Room::refused(Moment now, bool tried, const flow::Refusal& why, const Chance& chance) {
  const bool first = !is_short(now);
  most_ = first ? held_ : std::min(*most_, held_);
  if (first) in_a_row_ = 0;
  if (first || tried) ++in_a_row_;
  refused_at_ = now;
  next_try_ =
      std::max(next_try_, now + backoff(std::max(in_a_row_, 1), pause_least, pause_most, chance));
  why_ = why;
}

}  // namespace relay::runtime
