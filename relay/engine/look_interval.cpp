#include "relay/engine/look_interval.hpp"

#include <algorithm>

namespace relay::engine {
namespace {

using namespace std::chrono_literals;
using Time = LookInterval::Time;

constexpr Time at_work_for = 10ms;      // after the last that was found
constexpr Time pace_behind = 5ms;       // lanes that a look found wait for a worker
constexpr Time pace_in_backlog = 50ms;  // for long; only what is decided wants to move

}  // namespace

LookInterval::Time LookInterval::after(const Look& look, Clock::time_point now) {
  if (look.found) found_at_ = now;
  const Time took = std::min(look.took, most_);  // one that hung says nothing of those to come
  looks_take_ = looks_take_ == Time{} ? took : looks_take_ + (took - looks_take_) / 8;
  const Time least = std::max(least_, looks_take_ * 2);
  if (look.found && look.behind) {
    pause_ = std::max(look.backlog ? pace_in_backlog : pace_behind, least);
  } else {
    pause_ = now - found_at_ < at_work_for ? least : std::max(pause_ * 2, least);
  }
  return pause_ = std::min(pause_, most_);
}

}  // namespace relay::engine
