#include "relay/engine/look.hpp"

#include <algorithm>
#include <chrono>
#include <limits>

#include "relay/engine/piece.hpp"

namespace relay::engine {
namespace {

using namespace std::chrono_literals;

constexpr int lanes_per_sweep = 8;
constexpr auto sweep_for = 100ms;  // then it makes room for looks

}  // namespace

bool Seen::any() const {
  return std::ranges::any_of(lanes, [](const auto& lane) { return lane.lowest.has_value(); });
}

bool Seen::left_unread() const {
  return std::ranges::any_of(lanes, [](const auto& lane) {
    return !lane.lowest && lane.top != std::numeric_limits<std::int64_t>::max();
  });
}

std::optional<Seen> look_at(store::ScoutSession& session, const lanes::Now& now,
                            lanes::Reach& reach, std::vector<lanes::LaneTicket> where,
                            std::int64_t last_seq) {
  Seen seen;
  const auto look = [&](std::chrono::milliseconds patience) {
    static_cast<store::Look&>(seen) = session.look(where, patience);
  };
  if (!read_piece(now, reach, where, last_seq, seen.in_part, look)) return {};
  return seen;
}

bool Sweep::piece(store::ScoutSession& session, lanes::LaneBoard& board, std::int64_t last_seq,
                  bool& any) {
  std::vector<lanes::LaneTicket> some;
  const std::int64_t from = begun_ ? from_ : std::numeric_limits<std::int64_t>::min();
  for (int lane = lane_; lane < std::min(lane_ + lanes_per_sweep, board.size()); ++lane) {
    some.push_back({lane, from});
  }
  const auto stuck = obstacles_.stuck();
  const auto seen = look_at(session, now_, reach_, std::move(some), last_seq);
  if (!seen) return false;
  board.swept(seen->lanes);
  obstacles_.looked(*stuck, seen->lanes);
  any = any || seen->any();
  begun_ = seen->in_part;
  from_ = seen->lanes[0].top;
  if (begun_) return false;
  lane_ = lane_ + lanes_per_sweep < board.size() ? lane_ + lanes_per_sweep : 0;
  return true;
}

bool Sweep::some(store::ScoutSession& session, lanes::LaneBoard& board, std::int64_t last_seq) {
  const auto until = now_() + sweep_for;
  bool any = false;
  while (!piece(session, board, last_seq, any) && now_() < until) {
  }
  return any;
}

bool Sweep::all(store::ScoutSession& session, lanes::LaneBoard& board, std::int64_t last_seq,
                const std::stop_token& stop) {
  begun_ = false;
  bool any = false;
  for (int swept = 0; swept < board.size() && !any;) {
    if (stop.stop_requested()) return true;  // unknown
    if (piece(session, board, last_seq, any)) swept += lanes_per_sweep;
  }
  return any;
}

}  // namespace relay::engine
