#include "relay/runtime/engine_tasks.hpp"

#include <utility>

namespace relay::runtime {
namespace {

using namespace std::chrono_literals;

constexpr auto look_again = 500ms;  // lanes that rest come back without a ring

}  // namespace

std::optional<flow::Task::Pause> ScoutTask::turn(const std::stop_token& stop) noexcept {
  if (stop.stop_requested() || scout_.has_ended()) return std::nullopt;
  const bool made_room = std::exchange(had_session_, false) && !scout_.has_session();
  const Pause pause = scout_.take_turn(stop);
  if (scout_.has_ended()) return std::nullopt;
  const Pause until_next = sleep_ != nullptr ? sleep_->after_look(pause, made_room) : pause;
  had_session_ = scout_.has_session();
  return until_next;
}

flow::Task::Pause WorkerTask::idle() noexcept {
  if (worker_.sees_work()) return at_once;
  return sleep_.asleep() ? until_called : look_again;
}

std::optional<flow::Task::Pause> WorkerTask::turn(const std::stop_token& stop) noexcept {
  if (stop.stop_requested()) return std::nullopt;
  if (worker_.take_turn(stop)) return at_once;
  if (!sleep_.asleep()) return look_again;
  worker_.leave_session();  // it was in this turn when the others were told to
  return until_called;
}

}  // namespace relay::runtime
