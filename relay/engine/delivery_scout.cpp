#include "relay/engine/delivery_scout.hpp"

#include <algorithm>

#include "relay/engine/availability.hpp"

namespace relay::engine {
namespace {

using namespace std::chrono_literals;

constexpr auto eager_for = 2s;         // since a place was drawn: a transaction may still hold some
constexpr auto ready_eagerly = 50ms;   // for what another process makes ready
constexpr auto ready_at_rest = 2s;     // nobody draws places: a look for what was missed
constexpr auto retries_every = 100ms;  // against pauses of seconds
constexpr auto retries_at_rest = 4s;   // there was none: another relay may have left some
constexpr auto delivery_sweep_pause = 5s;
constexpr int delivery_sweep_share = 100;  // a sweep's time may be 1 % of all

std::vector<std::string> served_by(const listeners::Duty& duty) {
  std::vector<std::string> served(duty.attached.begin(), duty.attached.end());
  served.insert(served.end(), duty.detached.begin(), duty.detached.end());
  return served;
}

}  // namespace

DeliveryScout::DeliveryScout(const Parts& parts, Shared& shared)
    : parts_(parts), shared_(shared), sweep_(parts.now), settled_(eager_for) {}

bool DeliveryScout::look(store::ScoutSession& session, const listeners::Duty& duty,
                         std::int64_t last_place) {
  std::vector<std::string> served = served_by(duty);
  std::erase_if(served, [&](const std::string& name) { return !available(parts_, name); });
  if (served.empty()) return false;
  const auto now = parts_.now();
  if (last_place != last_place_) eager_until_ = now + eager_for;
  last_place_ = last_place;
  settled_.observe(last_place, now);
  bool found = false;
  if (in_part_ || now - ready_looked_at_ >= (now < eager_until_ ? ready_eagerly : ready_at_rest)) {
    ready_looked_at_ = now;
    found = look_for_ready(session, served);
  }
  if (now - retries_looked_at_ >= (shared_.retries_to_come ? retries_every : retries_at_rest)) {
    retries_looked_at_ = now;
    shared_.retries_to_come = false;  // before the look: a worker may find one meanwhile
    bool any = false;
    found = look_for_retries(session, served, any) || found;
    if (any) shared_.retries_to_come = true;
  }
  if (now >= sweep_after_) found = sweep(session, served) || found;
  return found;
}

// What waits on the boards is not asked for again.
bool DeliveryScout::look_for_ready(store::ScoutSession& session,
                                   const std::vector<std::string>& served) {
  store::DeliveryLanes where;
  for (const std::string& listener : served) {
    claim::LaneBoard& board = shared_.delivery_boards.at(listener);
    board.settle(settled_.value());
    for (const claim::LaneTicket& ticket : board.unmarked()) {
      where.listeners.push_back(listener);
      where.lanes.push_back(ticket);
    }
  }
  in_part_ = false;
  if (!where.lanes.empty()) {
    const auto seen = look_at(session, parts_.now, reach_, std::move(where), last_place_);
    in_part_ = !seen || seen->in_part;
    if (seen) {
      for (const auto& [listener, probes] : seen->lanes) {
        shared_.delivery_boards.at(listener).looked(probes);
      }
    }
  }
  return in_part_ || std::ranges::any_of(served, [&](const std::string& listener) {
           return shared_.delivery_boards.at(listener).waiting(parts_.now()) > 0;
         });
}

bool DeliveryScout::look_for_retries(store::ScoutSession& session,
                                     const std::vector<std::string>& served, bool& any) {
  std::map<std::string, std::vector<int>> due;
  for (const store::RetryLane& retry : session.retries(served)) {
    any = true;
    if (retry.due) due[retry.listener].push_back(retry.lane);
  }
  for (const auto& [listener, lanes] : due) shared_.delivery_boards.at(listener).found_work(lanes);
  return !due.empty();
}

bool DeliveryScout::sweep(store::ScoutSession& session, const std::vector<std::string>& served) {
  const auto began = parts_.now();
  const bool found = sweep_.some(session, shared_.delivery_boards, served, last_place_);
  const auto now = parts_.now();
  sweep_after_ = now + std::max<claim::Moment::duration>(delivery_sweep_pause,
                                                         (now - began) * delivery_sweep_share);
  return found;
}

bool DeliveryScout::nothing_left(store::ScoutSession& session, const listeners::Duty& duty,
                                 const std::stop_token& stop) {
  const std::vector<std::string> served = served_by(duty);
  if (served.empty()) return true;
  if (sweep_.all(session, shared_.delivery_boards, served, last_place_, stop)) return false;
  bool any_retry = false;  // asked last: what was ready may have become one
  look_for_retries(session, served, any_retry);
  return !any_retry;
}

void DeliveryScout::forget() {
  ready_looked_at_ = retries_looked_at_ = sweep_after_ = {};
  in_part_ = false;
  settled_.forget();
}

}  // namespace relay::engine
