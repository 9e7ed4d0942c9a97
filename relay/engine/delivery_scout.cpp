#include "relay/engine/delivery_scout.hpp"

#include <algorithm>

#include "relay/engine/availability.hpp"

namespace relay::engine {
namespace {

using namespace std::chrono_literals;

constexpr auto eager_for = 2s;         // since a place was drawn: a transaction may still hold some
constexpr auto ready_eagerly = 50ms;   // for what another process makes ready
constexpr auto ready_at_rest = 2s;     // no other process draws places: a look for what was missed
constexpr auto retries_every = 100ms;  // against pauses of seconds
constexpr auto retries_at_rest = 4s;   // there was none: another relay may have left some
constexpr auto delivery_sweep_pause = 5s;
constexpr int delivery_sweep_share = 100;  // a sweep's time may be 1 % of all

std::vector<std::string> served_by(const listeners::Assignment& assignment) {
  std::vector<std::string> served(assignment.attached.begin(), assignment.attached.end());
  served.insert(served.end(), assignment.detached.begin(), assignment.detached.end());
  return served;
}

}  // namespace

DeliveryScout::DeliveryScout(const EngineParts& parts, WorkBoards& boards)
    : parts_(parts), boards_(boards), sweep_(parts.now), watermark_(eager_for) {}

bool DeliveryScout::look(store::ScoutSession& session, const listeners::Assignment& assignment,
                         std::int64_t last_place) {
  std::vector<std::string> served = served_by(assignment);
  std::erase_if(served, [&](const std::string& name) { return !available(parts_, name); });
  if (served.empty()) return false;
  const auto now = parts_.now();
  if (last_place != last_place_) eager_until_ = now + eager_for;
  last_place_ = last_place;
  watermark_.observe(last_place, now);
  bool found = false;
  if (in_part_ || now - ready_looked_at_ >= (now < eager_until_ ? ready_eagerly : ready_at_rest)) {
    ready_looked_at_ = now;
    found = look_for_ready(session, served);
  }
  if (now - retries_looked_at_ >= (boards_.retries_to_come ? retries_every : retries_at_rest)) {
    retries_looked_at_ = now;
    boards_.retries_to_come = false;  // before the look: a worker may find one meanwhile
    bool any = false;
    found = look_for_retries(session, served, any) || found;
    if (any) boards_.retries_to_come = true;
  }
  if (now >= sweep_after_) found = sweep(session, served) || found;
  return found;
}

// What waits on the boards is not asked for again.
bool DeliveryScout::look_for_ready(store::ScoutSession& session,
                                   const std::vector<std::string>& served) {
  store::DeliveryLanes where;
  for (const std::string& listener : served) {
    lanes::LaneBoard& board = boards_.delivery_boards.at(listener);
    board.set_watermark(watermark_.value());
    for (const lanes::LaneTicket& ticket : board.unmarked()) {
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
        boards_.delivery_boards.at(listener).looked(probes);
      }
    }
  }
  return in_part_ || std::ranges::any_of(served, [&](const std::string& listener) {
           return boards_.delivery_boards.at(listener).waiting(parts_.now()) > 0;
         });
}

bool DeliveryScout::look_for_retries(store::ScoutSession& session,
                                     const std::vector<std::string>& served, bool& any) {
  std::map<std::string, std::vector<int>> due;
  for (const store::RetryLane& retry : session.retries(served)) {
    any = true;
    if (retry.due) due[retry.listener].push_back(retry.lane);
  }
  for (const auto& [listener, lanes] : due) boards_.delivery_boards.at(listener).found_work(lanes);
  return !due.empty();
}

bool DeliveryScout::sweep(store::ScoutSession& session, const std::vector<std::string>& served) {
  const auto began = parts_.now();
  const bool found = sweep_.some(session, boards_.delivery_boards, served, last_place_);
  const auto now = parts_.now();
  sweep_after_ = now + std::max<lanes::Moment::duration>(delivery_sweep_pause,
                                                         (now - began) * delivery_sweep_share);
  return found;
}

bool DeliveryScout::nothing_left(store::ScoutSession& session,
                                 const listeners::Assignment& assignment,
                                 const std::stop_token& stop) {
  const std::vector<std::string> served = served_by(assignment);
  if (served.empty()) return true;
  if (sweep_.all(session, boards_.delivery_boards, served, last_place_, stop)) return false;
  bool any_retry = false;  // asked last: what was ready may have become one
  look_for_retries(session, served, any_retry);
  return !any_retry;
}

void DeliveryScout::forget() {
  ready_looked_at_ = retries_looked_at_ = sweep_after_ = {};
  in_part_ = false;
  watermark_.forget();
}

}  // namespace relay::engine
