#include "relay/engine/delivery_look.hpp"

#include <algorithm>
#include <chrono>

#include "relay/engine/piece.hpp"

namespace relay::engine {
namespace {

using namespace std::chrono_literals;

constexpr auto delivery_sweep_for = 100ms;  // then it makes room for looks

}  // namespace

bool SeenDeliveries::any() const {
  return std::ranges::any_of(lanes, [](const auto& entry) {
    return std::ranges::any_of(entry.second,
                               [](const auto& probe) { return probe.lowest.has_value(); });
  });
}

std::optional<SeenDeliveries> look_at(store::ScoutSession& session, const lanes::Now& now,
                                      lanes::Reach& reach, store::DeliveryLanes where,
                                      std::int64_t last_place) {
  SeenDeliveries seen;
  std::vector<std::optional<std::int64_t>> lowest;
  const auto look = [&](std::chrono::milliseconds patience) {
    lowest = session.look_at_deliveries(where, patience);
  };
  if (!read_piece(now, reach, where.lanes, last_place, seen.in_part, look)) return {};
  for (std::size_t at = 0; at < lowest.size(); ++at) {
    const lanes::LaneTicket& asked = where.lanes[at];
    seen.lanes[where.listeners[at]].push_back({asked.lane, lowest[at], asked.floor, asked.top});
  }
  return seen;
}

bool DeliverySweep::piece(store::ScoutSession& session, DeliveryBoards& boards,
                          const std::vector<std::string>& served, std::int64_t last_place,
                          bool& any) {
  auto at = std::ranges::find(served, of_);
  if (at == served.end()) {  // a round begins, or the listener is not served any more
    at = served.begin();
    of_ = *at;
    from_ = 0;
  }
  lanes::LaneBoard& board = boards.at(of_);
  store::DeliveryLanes where;
  for (int lane = 0; lane < board.size(); ++lane) {
    where.listeners.push_back(of_);
    where.lanes.push_back({lane, from_});
  }
  const auto seen = look_at(session, now_, reach_, std::move(where), last_place);
  if (!seen) return false;
  const auto& lanes = seen->lanes.at(of_);
  board.swept(lanes);
  any = any || seen->any();
  from_ = seen->in_part ? lanes[0].top : 0;
  if (seen->in_part) return false;
  ++at;
  of_ = at == served.end() ? "" : *at;
  return at == served.end();
}

bool DeliverySweep::some(store::ScoutSession& session, DeliveryBoards& boards,
                         const std::vector<std::string>& served, std::int64_t last_place) {
  const auto until = now_() + delivery_sweep_for;
  bool any = false;
  while (!piece(session, boards, served, last_place, any) && now_() < until) {
  }
  return any;
}

bool DeliverySweep::all(store::ScoutSession& session, DeliveryBoards& boards,
                        const std::vector<std::string>& served, std::int64_t last_place,
                        const std::stop_token& stop) {
  of_.clear();
  bool any = false;
  while (!any) {
    if (stop.stop_requested()) return true;  // unknown
    if (piece(session, boards, served, last_place, any)) break;
  }
  return any;
}

}  // namespace relay::engine
