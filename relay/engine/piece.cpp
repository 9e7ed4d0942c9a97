#include "relay/engine/piece.hpp"

#include <chrono>

#include "projections/failure.hpp"

namespace relay::engine {

std::optional<Piece> read_piece(pg::Script before, claim::Reach& reach,
                                std::vector<claim::LaneTicket> lanes, std::int64_t last,
                                std::string_view statement, std::vector<std::string> values) {
  using Clock = std::chrono::steady_clock;
  Piece piece{.lanes = std::move(lanes)};
  piece.in_part = reach.limit(piece.lanes, last);
  std::vector<int> numbers;
  std::vector<std::int64_t> floors;
  std::vector<std::int64_t> tops;
  for (const claim::LaneTicket& ticket : piece.lanes) {
    numbers.push_back(ticket.lane);
    floors.push_back(ticket.floor);
    if (piece.in_part) tops.push_back(ticket.top);
  }
  values.push_back(pg::number_array(numbers));
  values.push_back(pg::number_array(floors));
  values.push_back(pg::number_array(tops));
  const auto began = Clock::now();
  try {
    piece.rows = before
                     .add("SELECT set_config('statement_timeout', $1, true)",
                          {std::to_string(reach.patience().count())})
                     .add(statement, values)
                     .run();
  } catch (...) {
    if (projections::current_failure().kind != projections::FailureKind::timeout) throw;
    if (!reach.cut_off()) throw;
    return {};
  }
  reach.came_through(std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - began),
                     piece.in_part);
  return piece;
}

}  // namespace relay::engine
