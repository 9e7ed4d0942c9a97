#include "relay/engine/quarantine.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <utility>

namespace relay::engine {
namespace {

constexpr std::chrono::minutes kept_for{1};
constexpr std::size_t losses_at_most = 1'000;

}  // namespace

std::shared_ptr<const Quarantined> Quarantine::now_in(lanes::Moment now) {
  const std::lock_guard lock{mutex_};
  if (since_.empty()) return all_;
  const auto end = now - kept_for;
  if (std::ranges::none_of(since_, [end](const auto& at) { return at.second < end; })) return all_;
  Quarantined left = *all_;
  std::erase_if(left, [&](const auto& entry) { return since_.at(entry.first) < end; });
  std::erase_if(since_, [end](const auto& at) { return at.second < end; });
  all_ = std::make_shared<const Quarantined>(std::move(left));
  return all_;
}

void Quarantine::put(const EventAndListener& who, const projections::Failure& why,
                     lanes::Moment now) {
  const std::lock_guard lock{mutex_};
  Quarantined more = *all_;
  more[who] = why;
  since_[who] = now;
  all_ = std::make_shared<const Quarantined>(std::move(more));
}

void Quarantine::release(const std::vector<EventAndListener>& buried) {
  if (buried.empty()) return;
  const std::lock_guard lock{mutex_};
  Quarantined left = *all_;
  for (const auto& who : buried) {
    left.erase(who);
    since_.erase(who);
  }
  all_ = std::make_shared<const Quarantined>(std::move(left));
}

int Quarantine::count_loss(const EventAndListener& who) {
  const std::lock_guard lock{mutex_};
  if (losses_.size() >= losses_at_most) losses_.clear();
  return ++losses_[who];
}

}  // namespace relay::engine
