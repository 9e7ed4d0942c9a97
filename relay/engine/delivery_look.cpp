#include "relay/engine/delivery_look.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "projections/array_literal.hpp"
#include "projections/failure.hpp"
#include "schema/statements.hpp"

namespace relay::engine {
namespace {

namespace sql = schema::statements;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr auto sweep_for = 100ms;  // then it makes room for looks

std::optional<pqxx::result> ask(pg::Connection& connection, claim::Reach& reach,
                                const std::vector<std::string>& values) {
  try {
    return pg::Script{connection}
        .add(sql::plan_by_index)
        .add("SELECT set_config('statement_timeout', $1, true)",
             {std::to_string(reach.patience().count())})
        .add(sql::probe_deliveries, values)
        .run();
  } catch (...) {
    if (projections::current_failure().kind != projections::FailureKind::timeout) throw;
    if (!reach.cut_off()) throw;
    return {};
  }
}

}  // namespace

bool SeenDeliveries::any() const {
  return std::ranges::any_of(lanes, [](const auto& entry) {
    return std::ranges::any_of(entry.second,
                               [](const auto& probe) { return probe.lowest.has_value(); });
  });
}

std::optional<SeenDeliveries> look_at(pg::Connection& connection, claim::Reach& reach,
                                      DeliveryLanes where, std::int64_t last_place) {
  SeenDeliveries seen{.in_part = reach.limit(where.lanes, last_place)};
  std::vector<int> lanes;
  std::vector<std::int64_t> floors;
  std::vector<std::int64_t> tops;
  for (const claim::LaneTicket& ticket : where.lanes) {
    lanes.push_back(ticket.lane);
    floors.push_back(ticket.floor);
    tops.push_back(ticket.top);
  }
  const auto began = Clock::now();
  const auto rows = ask(connection, reach,
                        {projections::array_literal(where.listeners), pg::number_array(lanes),
                         pg::number_array(floors), pg::number_array(tops)});
  if (!rows) return {};
  reach.came_through(std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - began),
                     seen.in_part);
  seen.top = tops.empty() ? 0 : *std::ranges::min_element(tops);
  std::vector<std::optional<std::int64_t>> lowest(lanes.size());
  for (const auto& row : *rows) lowest.at(row[0].as<std::size_t>() - 1) = row[1].as<std::int64_t>();
  for (std::size_t at = 0; at < lanes.size(); ++at) {
    seen.lanes[where.listeners[at]].push_back({lanes[at], lowest[at], floors[at], tops[at]});
  }
  return seen;
}

bool DeliverySweep::piece(pg::Connection& connection, DeliveryBoards& boards,
                          const std::vector<std::string>& served, std::int64_t last_place,
                          bool& any) {
  if (listener_ >= served.size()) listener_ = 0;
  const std::string& listener = served[listener_];
  if (std::exchange(of_, listener) != listener) from_ = 0;
  claim::LaneBoard& board = boards.at(listener);
  DeliveryLanes where;
  for (int lane = 0; lane < board.size(); ++lane) {
    where.listeners.push_back(listener);
    where.lanes.push_back({lane, from_});
  }
  const auto seen = look_at(connection, reach_, std::move(where), last_place);
  if (!seen) return false;
  board.swept(seen->lanes.at(listener));
  any = any || seen->any();
  from_ = seen->in_part ? seen->top : 0;
  if (seen->in_part) return false;
  ++listener_;
  return listener_ >= served.size();
}

bool DeliverySweep::some(pg::Connection& connection, DeliveryBoards& boards,
                         const std::vector<std::string>& served, std::int64_t last_place) {
  const auto until = Clock::now() + sweep_for;
  bool any = false;
  while (!piece(connection, boards, served, last_place, any) && Clock::now() < until) {
  }
  return any;
}

bool DeliverySweep::all(pg::Connection& connection, DeliveryBoards& boards,
                        const std::vector<std::string>& served, std::int64_t last_place,
                        const std::stop_token& stop) {
  listener_ = 0;
  from_ = 0;
  bool any = false;
  while (!any) {
    if (stop.stop_requested()) return true;  // nobody knows
    if (piece(connection, boards, served, last_place, any)) break;
  }
  return any;
}

}  // namespace relay::engine
