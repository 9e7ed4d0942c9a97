#include "relay/engine/obstacles.hpp"

#include <algorithm>

namespace relay::engine {
namespace {

using namespace std::chrono_literals;

constexpr auto aside_for = 30s;  // a sweep finds it again afterwards
constexpr std::size_t aside_at_most = 1'000;
constexpr auto trouble_lasts = 10s;  // a lane in trouble is tried every second
constexpr std::size_t blamed_at_once = 16;
constexpr auto blame_another_after = 10s;

}  // namespace

bool is_stuck(const StuckEvents& stuck, const decode::DecodedEvent& decoded,
              projections::Order order, lanes::Moment now) {
  if (stuck.empty()) return false;
  const auto itself = stuck.find(std::string{decoded.event.id});
  if (itself != stuck.end()) return now < itself->second.again_at;
  if (order == projections::Order::none) return false;
  return std::ranges::any_of(stuck, [&](const auto& entry) {
    const LoneEvent& event = entry.second.event;
    return event.lane == decoded.lane && event.seq <= decoded.event.seq &&
           event.key == decoded.event.key();
  });
}

std::shared_ptr<const StuckEvents> Obstacles::stuck() const {
  const std::lock_guard lock{mutex_};
  return stuck_;
}

bool Obstacles::leave_aside(const LoneEvent& event, Clock::time_point now) {
  const std::lock_guard lock{mutex_};
  if (stuck_->size() >= aside_at_most && !stuck_->contains(event.id)) return false;
  StuckEvents all = *stuck_;
  all[event.id] = {event, now + aside_for};
  stuck_ = std::make_shared<const StuckEvents>(std::move(all));
  return true;
}

bool Obstacles::passed(const std::string& event_id) {
  const std::lock_guard lock{mutex_};
  if (!stuck_->contains(event_id)) return false;
  StuckEvents all = *stuck_;
  all.erase(event_id);
  stuck_ = std::make_shared<const StuckEvents>(std::move(all));
  return stuck_->empty();
}

void Obstacles::looked(const StuckEvents& known, const std::vector<lanes::LaneProbe>& probes) {
  for (const auto& [id, stuck] : known) {
    const auto probe = std::ranges::find(probes, stuck.event.lane, &lanes::LaneProbe::lane);
    if (probe == probes.end()) continue;
    if (probe->from < stuck.event.seq && stuck.event.seq <= probe->nothing_to()) passed(id);
  }
}

void Obstacles::in_trouble(const lanes::LaneBoard& board, int lane, Clock::time_point now) {
  const std::lock_guard lock{mutex_};
  trouble_[{&board, lane}] = now;
}

void Obstacles::well(const lanes::LaneBoard& board, int lane) {
  const std::lock_guard lock{mutex_};
  trouble_.erase({&board, lane});
}

bool Obstacles::any_in_trouble(Clock::time_point now) const {
  const std::lock_guard lock{mutex_};
  return std::ranges::any_of(
      trouble_, [now](const auto& entry) { return now - entry.second < trouble_lasts; });
}

bool Obstacles::may_blame_another(Clock::time_point now) {
  const std::lock_guard lock{mutex_};
  if (blamed_in_a_row_ >= blamed_at_once && now - blamed_at_ < blame_another_after) return false;
  ++blamed_in_a_row_;
  blamed_at_ = now;
  return true;
}

void Obstacles::something_passed() {
  const std::lock_guard lock{mutex_};
  blamed_in_a_row_ = 0;
}

}  // namespace relay::engine
