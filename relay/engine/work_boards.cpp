#include "relay/engine/work_boards.hpp"

#include <utility>

namespace relay::engine {
std::shared_ptr<const listeners::Assignment> WorkBoards::assignment() const {
  const std::lock_guard lock{mutex_};
  return assignment_;
}

void WorkBoards::allow(std::shared_ptr<const listeners::Assignment> assignment) {
  const std::lock_guard lock{mutex_};
  assignment_ = std::move(assignment);
}

void WorkBoards::forget_floors() {
  board.forget_floors();
  for (auto& entry : delivery_boards) entry.second.forget_floors();
}

void WorkBoards::start_from(const lanes::Floors& floors) {
  for (const auto& [listener, known] : floors) {
    if (listener.empty()) board.start_from(known);
    const auto deliveries = delivery_boards.find(listener);
    if (deliveries != delivery_boards.end()) deliveries->second.start_from(known);
  }
}

lanes::Floors WorkBoards::floors_to_keep() const {
  lanes::Floors floors{{"", board.floors_to_keep()}};
  for (const auto& [listener, deliveries] : delivery_boards) {
    floors[listener] = deliveries.floors_to_keep();
  }
  return floors;
}

std::string WorkBoards::server_run() const {
  const std::lock_guard lock{mutex_};
  return server_run_;
}

void WorkBoards::set_server_run(const std::string& run) {
  const std::lock_guard lock{mutex_};
  server_run_ = run;
}

void WorkBoards::look_began() {
  const std::lock_guard lock{mutex_};
  ++looks_begun_;
}

void WorkBoards::look_ended() {
  const std::lock_guard lock{mutex_};
  look_ended_ = looks_begun_;
}

std::uint64_t WorkBoards::next_look() const {
  const std::lock_guard lock{mutex_};
  return looks_begun_ + 1;
}

bool WorkBoards::floors_hold(const std::string& run, std::uint64_t look) const {
  const std::lock_guard lock{mutex_};
  return look_ended_ >= look && run == server_run_;
}

bool WorkBoards::has_ended(std::uint64_t look) const {
  const std::lock_guard lock{mutex_};
  return look_ended_ >= look;
}

void WorkBoards::ring_for(const std::string& listener) {
  const auto assignment = this->assignment();
  if (!assignment) return;
  if (assignment->detached.contains(listener)) {
    drainer_bells.at(listener).ring();
  } else if (assignment->attached.contains(listener)) {
    bell.ring();
  }
}

void WorkBoards::ring_for_everybody() {
  bell.ring_for_all();
  for (auto& entry : drainer_bells) entry.second.ring_for_all();
}

void WorkBoards::wake_scout(bool judge_again) {
  if (judge_again) judge_again_ = true;
  scout_bell.ring();
}

}  // namespace relay::engine
