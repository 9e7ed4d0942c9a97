#include "relay/engine/shared.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace relay::engine {
namespace {

constexpr std::chrono::minutes condemned_for{1};

}  // namespace

std::shared_ptr<const listeners::Duty> Shared::duty() const {
  const std::lock_guard lock{mutex_};
  return duty_;
}

void Shared::allow(std::shared_ptr<const listeners::Duty> duty) {
  const std::lock_guard lock{mutex_};
  duty_ = std::move(duty);
}

void Shared::forget_floors() {
  board.forget_floors();
  for (auto& entry : delivery_boards) entry.second.forget_floors();
}

void Shared::start_from(const claim::Floors& floors) {
  for (const auto& [listener, known] : floors) {
    if (listener.empty()) board.start_from(known);
    const auto deliveries = delivery_boards.find(listener);
    if (deliveries != delivery_boards.end()) deliveries->second.start_from(known);
  }
}

claim::Floors Shared::floors_to_keep() const {
  claim::Floors floors{{"", board.floors_to_keep()}};
  for (const auto& [listener, deliveries] : delivery_boards) {
    floors[listener] = deliveries.floors_to_keep();
  }
  return floors;
}

std::string Shared::server_run() const {
  const std::lock_guard lock{mutex_};
  return server_run_;
}

void Shared::set_server_run(const std::string& run) {
  const std::lock_guard lock{mutex_};
  server_run_ = run;
}

void Shared::look_began() {
  const std::lock_guard lock{mutex_};
  ++looks_begun_;
}

void Shared::look_ended() {
  const std::lock_guard lock{mutex_};
  look_ended_ = looks_begun_;
}

std::uint64_t Shared::next_look() const {
  const std::lock_guard lock{mutex_};
  return looks_begun_ + 1;
}

bool Shared::floors_hold(const std::string& run, std::uint64_t look) const {
  const std::lock_guard lock{mutex_};
  return look_ended_ >= look && run == server_run_;
}

bool Shared::has_ended(std::uint64_t look) const {
  const std::lock_guard lock{mutex_};
  return look_ended_ >= look;
}

void Shared::ring_for(const std::string& listener) {
  const auto duty = this->duty();
  if (!duty) return;
  if (duty->detached.contains(listener)) {
    drainer_bells.at(listener).ring();
  } else if (duty->attached.contains(listener)) {
    bell.ring();
  }
}

void Shared::ring_for_everybody() {
  bell.ring_for_all();
  for (auto& entry : drainer_bells) entry.second.ring_for_all();
}

void Shared::wake_scout(bool judge_again) {
  if (judge_again) judge_again_ = true;
  scout_bell.ring();
}

std::shared_ptr<const Condemned> Shared::condemned(claim::Moment now) {
  const std::lock_guard lock{mutex_};
  if (condemned_at_.empty()) return condemned_;
  const auto end = now - condemned_for;
  if (std::ranges::none_of(condemned_at_, [end](const auto& at) { return at.second < end; })) {
    return condemned_;
  }
  Condemned all = *condemned_;
  std::erase_if(all, [&](const auto& entry) { return condemned_at_.at(entry.first) < end; });
  std::erase_if(condemned_at_, [end](const auto& at) { return at.second < end; });
  condemned_ = std::make_shared<const Condemned>(std::move(all));
  return condemned_;
}

void Shared::condemn(const EventAndListener& who, const projections::Failure& why,
                     claim::Moment now) {
  const std::lock_guard lock{mutex_};
  Condemned all = *condemned_;
  all[who] = why;
  condemned_at_[who] = now;
  condemned_ = std::make_shared<const Condemned>(std::move(all));
}

int Shared::count_loss(const EventAndListener& who) {
  constexpr std::size_t most = 1'000;
  const std::lock_guard lock{mutex_};
  if (losses_.size() >= most) losses_.clear();
  return ++losses_[who];
}

void Shared::forget(const std::vector<EventAndListener>& buried) {
  if (buried.empty()) return;
  const std::lock_guard lock{mutex_};
  Condemned all = *condemned_;
  for (const auto& who : buried) {
    all.erase(who);
    condemned_at_.erase(who);
  }
  condemned_ = std::make_shared<const Condemned>(std::move(all));
}

}  // namespace relay::engine
