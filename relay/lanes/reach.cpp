#include "relay/lanes/reach.hpp"

#include <algorithm>
#include <limits>

namespace relay::lanes {
namespace {

using namespace std::chrono_literals;

constexpr std::int64_t least = 1'000;
constexpr std::int64_t most = std::int64_t{1} << 40;
constexpr auto quick = 100ms;  // a piece that takes less may be longer
constexpr auto slow = 400ms;
constexpr int in_a_row = 3;

}  // namespace

bool Reach::limit(std::vector<LaneTicket>& tickets, std::int64_t last_seq) const {
  bool in_part = false;
  for (LaneTicket& ticket : tickets) {
    // A sweep starts below all numbers that are drawn.
    const std::int64_t from = std::max<std::int64_t>(ticket.floor, 0);
    const bool one_piece = from >= last_seq || last_seq - from <= width_;
    ticket.top = one_piece ? std::numeric_limits<std::int64_t>::max() : from + width_;
    in_part = in_part || !one_piece;
  }
  return in_part;
}

void Reach::came_through(std::chrono::milliseconds took, bool in_part) {
  cut_offs_ = 0;
  if (took < quick && in_part) width_ = std::min(width_ * 2, most);
  if (took > slow) width_ = std::max(width_ / 2, least);
}

bool Reach::cut_off() {
  width_ = std::max(width_ / 8, least);
  if (++cut_offs_ < in_a_row) return true;
  cut_offs_ = 0;
  return false;
}

std::chrono::milliseconds Reach::patience() const {
  return width_ > least ? 2s : 10s;
}

}  // namespace relay::lanes
