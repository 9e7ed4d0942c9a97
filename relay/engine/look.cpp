#include "relay/engine/look.hpp"

#include <algorithm>
#include <chrono>
#include <limits>

#include "relay/engine/piece.hpp"
#include "schema/statements.hpp"

namespace relay::engine {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

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

std::optional<Seen> look_at(pg::Connection& connection, claim::Reach& reach,
                            std::vector<claim::LaneTicket> where, std::int64_t last_seq) {
  const auto piece = read_piece(pg::Script{connection}, reach, std::move(where), last_seq,
                                schema::statements::look_for_events);
  if (!piece) return {};
  Seen seen{.in_part = piece->in_part};
  for (std::size_t at = 0; at < piece->lanes.size(); ++at) {  // rows come in the lanes' order
    const auto row = piece->rows[static_cast<pqxx::result::size_type>(at)];
    claim::LaneProbe probe{row[0].as<int>(), std::nullopt, piece->lanes[at].floor,
                           piece->lanes[at].top};
    if (!row[1].is_null()) probe.lowest = row[1].as<std::int64_t>();
    seen.lanes.push_back(probe);
  }
  seen.last_seq = piece->rows[0][2].as<std::int64_t>();
  seen.last_place = piece->rows[0][3].as<std::int64_t>();
  seen.server_run = piece->rows[0][4].c_str();
  return seen;
}

bool Sweep::piece(pg::Connection& connection, claim::LaneBoard& board, std::int64_t last_seq,
                  bool& any) {
  std::vector<claim::LaneTicket> some;
  const std::int64_t from = begun_ ? from_ : std::numeric_limits<std::int64_t>::min();
  for (int lane = lane_; lane < std::min(lane_ + lanes_per_sweep, board.size()); ++lane) {
    some.push_back({lane, from});
  }
  const auto seen = look_at(connection, reach_, std::move(some), last_seq);
  if (!seen) return false;
  board.swept(seen->lanes);
  any = any || seen->any();
  begun_ = seen->in_part;
  from_ = seen->lanes[0].top;
  if (begun_) return false;
  lane_ = lane_ + lanes_per_sweep < board.size() ? lane_ + lanes_per_sweep : 0;
  return true;
}

bool Sweep::some(pg::Connection& connection, claim::LaneBoard& board, std::int64_t last_seq) {
  const auto until = Clock::now() + sweep_for;
  bool any = false;
  while (!piece(connection, board, last_seq, any) && Clock::now() < until) {
  }
  return any;
}

bool Sweep::all(pg::Connection& connection, claim::LaneBoard& board, std::int64_t last_seq,
                const std::stop_token& stop) {
  begun_ = false;
  bool any = false;
  for (int swept = 0; swept < board.size() && !any;) {
    if (stop.stop_requested()) return true;  // nobody knows
    if (piece(connection, board, last_seq, any)) swept += lanes_per_sweep;
  }
  return any;
}

}  // namespace relay::engine
