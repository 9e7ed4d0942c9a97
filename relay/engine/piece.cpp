#include "relay/engine/piece.hpp"

#include "projections/failure.hpp"

namespace relay::engine {

bool read_piece(const lanes::Now& now, lanes::Reach& reach, std::vector<lanes::LaneTicket>& lanes,
                std::int64_t last, bool& in_part,
                const std::function<void(std::chrono::milliseconds)>& read) {
  in_part = reach.limit(lanes, last);
  const auto began = now();
  try {
    read(reach.patience());
  } catch (...) {
    if (projections::current_failure().kind != projections::FailureKind::timeout) throw;
    if (!reach.cut_off()) throw;
    return false;
  }
  reach.came_through(std::chrono::duration_cast<std::chrono::milliseconds>(now() - began), in_part);
  return true;
}

}  // namespace relay::engine
